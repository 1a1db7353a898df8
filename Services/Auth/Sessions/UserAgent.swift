/// What a client calls itself (RFC 9110 section 10.1.5), as far as it is kept.
enum UserAgent {
    /// Unicode scalars.
    static let lengthMax = 200

    /// Without control characters, and cut; nil when nothing is left.
    static func kept(_ text: String?) -> String? {
        guard let scalars = text?.unicodeScalars else { return nil }
        let kept = scalars.lazy.filter { $0.properties.generalCategory != .control }.prefix(lengthMax)
        return kept.isEmpty ? nil : String(String.UnicodeScalarView(kept))
    }
}
