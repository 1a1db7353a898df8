/// What makes a long password a short one: characters that follow from those before.
struct PasswordPattern: Sendable {
    /// With fewer different characters, it repeats them however they are mixed.
    private static let differentMin = 5

    private let scalars: [Unicode.Scalar]

    /// - Parameter scalars: NFKC, lower case.
    init(_ scalars: [Unicode.Scalar]) { self.scalars = scalars }

    init(_ key: String) { self.init(Array(key.unicodeScalars)) }

    /// What is said at least twice, where the last time may lack its last character; all of it when nothing is.
    var piece: [Unicode.Scalar] {
        let lengths = 1..<max(1, (scalars.count + 1) / 2 + 1)
        let length = lengths.first { length in
            2 * length <= scalars.count + 1
                && (length..<scalars.count).allSatisfy { scalars[$0] == scalars[$0 - length] }
        }
        return length.map { Array(scalars.prefix($0)) } ?? scalars
    }

    /// - Parameter lengthMin: what is repeated must be a password by itself.
    func isRepetitive(lengthMin: Int) -> Bool {
        let piece = piece
        return Set(scalars).count < Self.differentMin || (piece.count < scalars.count && piece.count < lengthMin)
    }

    /// Half of its characters, or more, only go on in the order of the alphabet, of numbers or of the keyboard; two such
    /// orders may take turns, as in `1q2w3e4r`.
    var isSequential: Bool {
        let following = scalars.indices.filter { index in
            [1, 2].contains { stride in
                index >= 2 * stride
                    && Self.isOrdered(scalars[index - 2 * stride], scalars[index - stride], scalars[index])
            }
        }.count
        return 2 * following >= scalars.count && !scalars.isEmpty
    }

    private static func isOrdered(_ a: Unicode.Scalar, _ b: Unicode.Scalar, _ c: Unicode.Scalar) -> Bool {
        let step = Int64(b.value) - Int64(a.value)
        return abs(step) == 1 && Int64(c.value) - Int64(b.value) == step || rows.contains([a, b, c])
    }

    /// Three neighbours each, forwards and backwards, of the rows and columns of keyboards, and of digits beyond 9.
    private static let rows: Set<[Unicode.Scalar]> = {
        let rows = [
            "12345678901", "!@#$%^&*()", "qwertyuiop", "asdfghjkl;", "zxcvbnm,./", "qwertzuiop", "yxcvbnm",
            "azertyuiop",
            "qsdfghjklm", "wxcvbn", "1qaz", "2wsx", "3edc", "4rfv", "5tgb", "6yhn", "7ujm", "!qaz", "@wsx", "#edc",
            "$rfv",
            "%tgb", "^yhn", "&ujm",
        ].map { Array($0.unicodeScalars) }
        let all = rows + rows.map { $0.reversed() }
        return Set(all.flatMap { row in row.indices.dropLast(2).map { Array(row[$0...$0 + 2]) } })
    }()
}
