import NIOHTTP1

/// How a body is packed (RFC 9110 §8.4.1).
enum ContentCoding: Sendable {
    case identity, gzip
}

/// What a client says about packed bodies (RFC 9110 §12.5.3), as far as it concerns plain and gzip.
struct AcceptEncoding: Sendable {
    /// Thousandths; nil where neither the coding nor `*` is named.
    private let gzip: Int?
    private let identity: Int?
    /// Whether the weight of `identity` stands there by name.
    private let namesIdentity: Bool

    /// Members that do not follow the grammar count as not written.
    init(_ headers: HTTPHeaders) {
        var weights: [String: Int] = [:]
        for member in headers[canonicalForm: "accept-encoding"] {
            guard let (coding, weight) = Weight.parsed(member) else { continue }
            // RFC 9110 §8.4.1.3: x-gzip is another name of gzip.
            let name = coding == "x-gzip" ? "gzip" : coding
            weights[name] = weights[name] ?? weight
        }
        gzip = weights["gzip"] ?? weights["*"]
        identity = weights["identity"] ?? weights["*"]
        namesIdentity = weights["identity"] != nil
    }

    /// What may be answered, the best first; gzip where both are equally welcome. Never empty: who accepts neither gets the
    /// plain one, for RFC 9110 §12.1 lets a server disregard a wish that it cannot meet.
    var choice: [ContentCoding] {
        let acceptsGzip = gzip.map { $0 > 0 } ?? false
        let acceptsIdentity = identity.map { $0 > 0 } ?? true
        switch (acceptsGzip, acceptsIdentity) {
        case (false, _): return [.identity]
        case (true, false): return [.gzip]
        case (true, true):
            // A plain body is always the last resort, unless its weight says otherwise.
            let prefersIdentity = namesIdentity && identity ?? 0 > gzip ?? 0
            return prefersIdentity ? [.identity, .gzip] : [.gzip, .identity]
        }
    }
}

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
