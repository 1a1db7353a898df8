import Contracts

/// The name by which deals, rules and programs know a stage for ever.
enum StageKey {
    static let lengthMax = 50
    /// Where a deal is moved to by a status of the same name.
    static let reserved = Set(DealStatus.allCases.map(\.rawValue))

    static func isValid(_ key: String) -> Bool {
        guard (1...lengthMax).contains(key.utf8.count), let first = key.utf8.first else { return false }
        return isLetter(first) && key.utf8.allSatisfy { isLetter($0) || isDigit($0) || $0 == UInt8(ascii: "_") }
    }

    /// `Round 2 (LOI)` becomes `round_2_loi`, or `round_2_loi_2` where that is taken.
    /// - Parameter taken: at most a few hundred.
    static func made(from name: String, except taken: Set<String>) -> String {
        var words = FoldedText.of(name).utf8.split { !isLetter($0) && !isDigit($0) }.map { String($0) ?? "" }
        if words.first?.utf8.first.map(isLetter) != true { words.insert("stage", at: 0) }
        let stem = words.joined(separator: "_")
        func cut(_ length: Int) -> String { String(stem.prefix(length)) }
        if !taken.contains(cut(lengthMax)) { return cut(lengthMax) }
        // One of more numbers than there are keys is free.
        let number = (2...(taken.count + 2)).first { !taken.contains("\(cut(lengthMax - 5))_\($0)") }
        return "\(cut(lengthMax - 5))_\(number ?? 2)"
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) }
    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}
