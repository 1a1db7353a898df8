package import Foundation

/// Up to 256 entries in one piece (C2SP tlog-tiles, Log entries): each with its length before it, two bytes big-endian.
package enum EntryBundle {
    /// What two bytes can say.
    package static let entryBytesMax = Int(UInt16.max)

    /// Nil for no entries, over 256, or one that is too long for the format.
    package static func encode(_ entries: [Data]) -> Data? {
        guard (1...Tile.widthMax).contains(entries.count), entries.allSatisfy({ $0.count <= entryBytesMax }) else {
            return nil
        }
        return entries.reduce(into: Data()) { bundle, entry in
            bundle.append(contentsOf: [UInt8(entry.count >> 8), UInt8(entry.count & 0xFF)])
            bundle.append(entry)
        }
    }

    /// The entries of a bundle of this width, as slices of it; nil for fewer, for more, or for half a one.
    package static func decode(_ bundle: Data, width: Int) -> [Data]? {
        let (entries, rest) = readable(bundle, width: width)
        return rest.isEmpty && entries.count == width ? entries : nil
    }

    /// What can be read of a bundle that may be damaged: its whole entries, `width` at most, and the bytes behind them.
    package static func readable(_ bundle: Data, width: Int) -> (entries: [Data], rest: Data) {
        var entries: [Data] = []
        var rest = bundle[...]
        while rest.count >= 2, entries.count < width {
            let count = Int(rest[rest.startIndex]) << 8 | Int(rest[rest.startIndex + 1])
            guard rest.count >= 2 + count else { break }
            entries.append(rest.dropFirst(2).prefix(count))
            rest = rest.dropFirst(2 + count)
        }
        return (entries, rest)
    }
}
