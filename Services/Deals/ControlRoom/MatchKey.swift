/// A name as conflicts are found by it: folded, without dots and commas, and without its legal form, so that `ACME` meets
/// `Acme, Inc.` and `Acme Ltd`. Names that are the same when folded have the same key.
enum MatchKey {
    private static let legalForms: Set = [
        "ab", "ag", "aktiengesellschaft", "as", "asa", "bv", "co", "company", "corp", "corporation", "gmbh", "inc",
        "incorporated", "kg", "kgaa", "kk", "limited", "llc", "llp", "lp", "ltd", "ltda", "nv", "ohg", "oy", "oyj",
        "plc", "pte", "pty", "sa", "sarl", "sas", "se", "spa", "srl", "ug",
    ]
    /// They join a name to its legal form, or two forms: `GmbH & Co. KG`.
    private static let joints: Set = ["&", "and", "und", "+"]

    static func of(_ name: String) -> String { ofFolded(FoldedText.of(name)) }

    static func ofFolded(_ folded: String) -> String {
        let bare = folded.filter { $0 != "." && $0 != "," }
        var words = bare.split(separator: " ")
        while words.count > 1, let last = words.last, legalForms.contains(String(last)) || joints.contains(String(last))
        {
            words.removeLast()
        }
        // A name of nothing but marks stays what it is.
        return words.isEmpty ? folded : words.joined(separator: " ")
    }
}
