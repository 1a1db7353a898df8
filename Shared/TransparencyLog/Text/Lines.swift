/// Reads bytes line by line. They stay bytes: Swift compares strings by what they look like, and what is signed must not
/// be another text that looks alike.
struct Lines {
    private(set) var rest: ArraySlice<UInt8>

    init(_ bytes: some Collection<UInt8>) { rest = ArraySlice(Array(bytes)) }

    /// Without its newline; nil where no newline follows.
    mutating func next() -> ArraySlice<UInt8>? {
        guard let end = rest.firstIndex(of: UInt8(ascii: "\n")) else { return nil }
        defer { rest = rest[(end + 1)...] }
        return rest[..<end]
    }

    /// What stands on the next line behind `prefix`; nil, and nothing is taken, where it begins in another way.
    mutating func next(after prefix: String) -> ArraySlice<UInt8>? {
        guard rest.starts(with: prefix.utf8) else { return nil }
        return next()?.dropFirst(prefix.utf8.count)
    }

    /// Hashes in base64, one a line, and the empty line behind them; nil for anything else or for more than `max`.
    mutating func hashes(max: Int) -> [MerkleHash]? {
        var hashes: [MerkleHash] = []
        while let line = next() {
            if line.isEmpty { return hashes }
            guard hashes.count < max, let hash = MerkleHash(base64: line) else { return nil }
            hashes.append(hash)
        }
        return nil
    }
}

extension String {
    /// Equal byte for byte; `==` also takes other spellings of the same letters for equal.
    func isSame(as other: String) -> Bool { utf8.elementsEqual(other.utf8) }
}
