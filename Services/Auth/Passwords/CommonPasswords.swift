/// Finds widely used passwords, also with digits and signs around them, said twice, or with `@` for `a`. Offline: nobody
/// else learns what somebody is about to choose.
enum CommonPasswords {
    private static let all = Set(CommonPasswordList.lines.split(separator: "\n").map(String.init))
    private static let lengthMax = all.map(\.unicodeScalars.count).max() ?? 0
    /// What people write for letters.
    private static let letters: [Unicode.Scalar: Unicode.Scalar] = [
        "0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "@": "a", "$": "s", "!": "i",
    ]

    /// - Parameter key: NFKC, lower case.
    static func contain(_ key: String) -> Bool {
        let scalars = Array(key.unicodeScalars)
        let core = scalars[letterRange(of: scalars)]
        return isPadded(scalars) || [scalars, Array(core)].contains { isPadded(PasswordPattern($0).piece) }
    }

    /// Whether it is one of them with nothing but digits and signs before and behind. Digits alone hide nothing: of those,
    /// only the whole counts.
    private static func isPadded(_ scalars: [Unicode.Scalar]) -> Bool {
        if all.contains(text(scalars[...])) { return true }
        let core = letterRange(of: scalars)
        guard !core.isEmpty, core.count <= lengthMax else { return false }
        let plain = scalars.map { letters[$0] ?? $0 }
        // An entry may begin or end with what looks like padding, so every cut outside the letters is tried.
        for start in max(0, core.upperBound - lengthMax)...core.lowerBound {
            for end in core.upperBound...min(scalars.count, start + lengthMax)
            where all.contains(text(scalars[start..<end])) || all.contains(text(plain[start..<end])) { return true }
        }
        return false
    }

    /// From the first letter to the last.
    private static func letterRange(of scalars: [Unicode.Scalar]) -> Range<Int> {
        guard let first = scalars.firstIndex(where: \.properties.isAlphabetic),
            let last = scalars.lastIndex(where: \.properties.isAlphabetic)
        else { return 0..<0 }
        return first..<last + 1
    }

    private static func text(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
        var text = String.UnicodeScalarView()
        text.append(contentsOf: scalars)
        return String(text)
    }
}
