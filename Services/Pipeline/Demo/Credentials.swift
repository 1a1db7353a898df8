/// Who signs in, and with what.
struct Credentials: Sendable, Hashable {
    var email: String
    var password: String
}

/// Makes passwords that nobody has to think up: 100 bits, in groups that can be read out.
enum Passphrase {
    /// What auth asks of a password.
    static let charactersMin = 15

    static func make() -> String {
        // Without 0, 1, l and o, which people mix up.
        let letters = Array("23456789abcdefghijkmnpqrstuvwxyz")
        var random = SystemRandomNumberGenerator()
        let groups = (0..<5).map { _ in String((0..<4).compactMap { _ in letters.randomElement(using: &random) }) }
        return groups.joined(separator: "-")
    }
}
