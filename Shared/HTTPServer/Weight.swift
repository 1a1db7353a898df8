/// The weights of a list of preferences (RFC 9110 §12.4.2).
package enum Weight {
    /// Takes a member such as `text/html;level=1;q=0.8` apart: what it names, in lower case and with its own parameters
    /// dropped, and its weight in thousandths. Nil when it names nothing or the weight is not one.
    package static func parsed(_ member: some StringProtocol) -> (name: String, weight: Int)? {
        let parts = member.split(separator: ";", omittingEmptySubsequences: false).map { ASCII.trimmed(String($0)) }
        guard let name = parts.first, !name.isEmpty else { return nil }
        for part in parts.dropFirst() where ASCII.equal(part.prefix(2), lowercase: "q=") {
            guard let weight = thousandths(part.dropFirst(2)) else { return nil }
            return (name.lowercased(), weight)
        }
        return (name.lowercased(), 1000)
    }

    /// `0`, `0.5`, `1.000`: no more than three digits after the point, and no more than one.
    private static func thousandths(_ text: Substring) -> Int? {
        let digits = Array(text.utf8)
        guard let first = digits.first, first == 0x30 || first == 0x31 else { return nil }
        guard digits.count > 1 else { return Int(first - 0x30) * 1000 }
        let decimals = digits.dropFirst(2)
        guard digits[1] == UInt8(ascii: "."), decimals.count <= 3, decimals.allSatisfy({ (0x30...0x39).contains($0) })
        else { return nil }
        let fraction = (0..<3).reduce(0) { sum, place in
            sum * 10 + (place < decimals.count ? Int(decimals[decimals.startIndex + place] - 0x30) : 0)
        }
        let weight = Int(first - 0x30) * 1000 + fraction
        return weight <= 1000 ? weight : nil
    }
}
