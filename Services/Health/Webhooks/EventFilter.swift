/// Which types of events an endpoint wants: exact ones, or all below a word with a dot at its end.
struct EventFilter: Sendable, Hashable {
    static let countMax = 50
    static let lengths = 1...100

    let patterns: [String]

    /// - Parameter text: as it is stored: with spaces between.
    init(text: String) { patterns = text.split(separator: " ").map(String.init) }

    /// Nil when one of them is none, when there are none or too many, or when one is there twice.
    init?(_ patterns: [String]) {
        guard (1...Self.countMax).contains(patterns.count), Set(patterns).count == patterns.count,
            patterns.allSatisfy(Self.isPattern)
        else { return nil }
        self.patterns = patterns
    }

    var text: String { patterns.joined(separator: " ") }

    func matches(_ type: String) -> Bool {
        patterns.contains { $0.hasSuffix(".") ? type.hasPrefix($0) : type == $0 }
    }

    /// `deal.stage.changed`, `deal.`, `custom_field.created`.
    private static func isPattern(_ text: String) -> Bool {
        var words = text.split(separator: ".", omittingEmptySubsequences: false)
        if words.last?.isEmpty == true { words.removeLast() }
        return lengths.contains(text.utf8.count) && !words.isEmpty
            && words.allSatisfy { word in
                !word.isEmpty
                    && word.utf8.allSatisfy {
                        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) || $0 == UInt8(ascii: "_")
                    }
            }
    }
}
