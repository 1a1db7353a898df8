/// Where a tile is served, below the prefix of its log (C2SP tlog-tiles, Merkle Tree and Log entries).
/// ```
/// tile/0/x001/x234/067          the hashes of leaves 1234067 * 256 on
/// tile/0/x001/x234/067.p/8      when there are but eight
/// tile/entries/x001/x234/067    the entries themselves
/// ```
extension Tile {
    package var path: String {
        let part: String
        switch content {
        case .hashes(let level): part = String(level)
        case .entries: part = "entries"
        }
        return "tile/\(part)/\(Self.elements(of: index))" + (width < Self.widthMax ? ".p/\(width)" : "")
    }

    /// Nil for every other spelling: each tile has one path.
    package init?(path: String) {
        var parts = path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)[...]
        guard parts.popFirst()?.elementsEqual("tile".utf8) == true, let part = parts.popFirst() else { return nil }
        let content: Content
        if part.elementsEqual("entries".utf8) {
            content = .entries
        } else if let level = Decimal.parse(part), level <= Self.levelMax {
            content = .hashes(level: Int(level))
        } else {
            return nil
        }
        var width = Int64(Self.widthMax)
        if parts.count > 1, let last = parts.last, parts[parts.endIndex - 2].suffix(2).elementsEqual(".p".utf8) {
            guard let partial = Decimal.parse(last), partial < Self.widthMax else { return nil }
            width = partial
            parts = parts.dropLast()
            parts.append(parts.removeLast().dropLast(2))
        }
        guard let index = Self.index(of: parts) else { return nil }
        self.init(content, index: index, width: Int(width))
    }

    /// Three digits an element, and an x before all but the last.
    private static func elements(of index: Int64) -> String {
        let digits = String(index)
        let padded = String(repeating: "0", count: (3 - digits.utf8.count % 3) % 3) + digits
        var elements: [Substring] = []
        var rest = padded[...]
        while !rest.isEmpty {
            elements.append(rest.prefix(3))
            rest = rest.dropFirst(3)
        }
        return elements.dropLast().map { "x\($0)/" }.joined() + elements[elements.count - 1]
    }

    private static func index(of elements: ArraySlice<Substring.UTF8View>) -> Int64? {
        // Seven elements hold more than any index.
        guard (1...6).contains(elements.count), let last = elements.last, last.count == 3 else { return nil }
        var digits: [UInt8] = []
        for element in elements.dropLast() {
            guard element.count == 4, element.first == UInt8(ascii: "x") else { return nil }
            digits += element.dropFirst()
        }
        digits += last
        guard elements.count == 1 || !digits.starts(with: "000".utf8) else { return nil }
        return Decimal.digits(digits)
    }
}
