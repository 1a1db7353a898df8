import Foundation

/// What verification compares of an entry's bytes, found in one walk that makes no text of any of it: decoding a million
/// entries takes ten times as long as hashing them. Used again for each entry.
///
/// It is right for canonical bytes, and safe for all others, for which their hash does not vouch.
struct EntryScan {
    /// Of which a column says the same.
    enum Field: Int, CaseIterable {
        case actorID, id, source, sourceSeq, subjectID, subjectKind, subjectNumber, time, type, requestID, traceID,
            outcome
    }

    /// That of a personal value: where in the entry it stands, and its 64 hex digits.
    struct Commitment {
        let path: PersonalPath
        let digits: Range<Int>
    }

    private var places = [Range<Int>?](repeating: nil, count: Field.allCases.count)
    private(set) var commitments: [Commitment] = []
    /// How deep values may lie in each other before the walk gives up.
    private static let depthMax = 8

    /// - Returns: false for what is no entry.
    mutating func read(_ bytes: UnsafeRawBufferPointer) -> Bool {
        for field in places.indices { places[field] = nil }
        commitments.removeAll(keepingCapacity: true)
        var reader = JSONWalk(bytes)
        return readEntry(&reader) && reader.isAtEnd
    }

    /// Where its value stands, without quotes; nil where it is left out.
    subscript(field: Field) -> Range<Int>? { places[field.rawValue] }

    private mutating func readEntry(_ reader: inout JSONWalk) -> Bool {
        reader.members { name, reader in
            switch name {
            case "actor": readActor(&reader)
            case "changes": readChanges(&reader)
            case "subject": readSubject(&reader)
            case "id": take(.id, &reader)
            case "source": take(.source, &reader)
            case "sourceSeq": take(.sourceSeq, &reader)
            case "time": take(.time, &reader)
            case "type": take(.type, &reader)
            case "requestId": take(.requestID, &reader)
            case "traceId": take(.traceID, &reader)
            case "outcome": take(.outcome, &reader)
            default: reader.skip(depth: Self.depthMax)
            }
        }
    }

    private mutating func readActor(_ reader: inout JSONWalk) -> Bool {
        reader.members { name, reader in
            switch name {
            case "id": take(.actorID, &reader)
            case "address": takeCommitment(.address, &reader)
            default: reader.skip(depth: Self.depthMax)
            }
        }
    }

    private mutating func readSubject(_ reader: inout JSONWalk) -> Bool {
        reader.members { name, reader in
            switch name {
            case "id": take(.subjectID, &reader)
            case "kind": take(.subjectKind, &reader)
            case "number": take(.subjectNumber, &reader)
            default: reader.skip(depth: Self.depthMax)
            }
        }
    }

    private mutating func readChanges(_ reader: inout JSONWalk) -> Bool {
        var index = 0
        return reader.items { reader in
            defer { index += 1 }
            return reader.members { name, reader in
                switch name {
                case "before": takeCommitment(.change(index, .before), &reader)
                case "after": takeCommitment(.change(index, .after), &reader)
                default: reader.skip(depth: Self.depthMax)
                }
            }
        }
    }

    private mutating func take(_ field: Field, _ reader: inout JSONWalk) -> Bool {
        guard let place = reader.scalar() else { return false }
        places[field.rawValue] = place
        return true
    }

    /// A text in plain is none, and passed over.
    private mutating func takeCommitment(_ path: PersonalPath, _ reader: inout JSONWalk) -> Bool {
        guard reader.isAtObject else { return reader.scalar() != nil }
        return reader.members { name, reader in
            guard name == "commitment" else { return reader.skip(depth: Self.depthMax) }
            guard let digits = reader.scalar() else { return false }
            commitments.append(Commitment(path: path, digits: digits))
            return true
        }
    }
}

/// Walks over JSON without white space. Each step answers false or nil where something else stands there.
private struct JSONWalk {
    private let bytes: UnsafeRawBufferPointer
    private var position = 0

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    var isAtEnd: Bool { position == bytes.count }
    var isAtObject: Bool { isAt(UInt8(ascii: "{")) }

    private func isAt(_ byte: UInt8) -> Bool { position < bytes.count && bytes[position] == byte }

    private mutating func passes(_ byte: UInt8) -> Bool {
        guard isAt(byte) else { return false }
        position += 1
        return true
    }

    mutating func members(_ body: (String, inout JSONWalk) -> Bool) -> Bool {
        guard passes(UInt8(ascii: "{")) else { return false }
        if passes(UInt8(ascii: "}")) { return true }
        repeat {
            guard let name = text(), passes(UInt8(ascii: ":")) else { return false }
            guard body(String(decoding: bytes[name], as: UTF8.self), &self) else { return false }
        } while passes(UInt8(ascii: ","))
        return passes(UInt8(ascii: "}"))
    }

    mutating func items(_ body: (inout JSONWalk) -> Bool) -> Bool {
        guard passes(UInt8(ascii: "[")) else { return false }
        if passes(UInt8(ascii: "]")) { return true }
        repeat { guard body(&self) else { return false } } while passes(UInt8(ascii: ","))
        return passes(UInt8(ascii: "]"))
    }

    /// Where a text stands without its quotes, or what else is neither object nor array.
    mutating func scalar() -> Range<Int>? {
        if isAt(UInt8(ascii: "\"")) { return text() }
        let start = position
        while position < bytes.count, !Self.endsScalar(bytes[position]) { position += 1 }
        return position > start ? start..<position : nil
    }

    private static func endsScalar(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: ","), UInt8(ascii: "}"), UInt8(ascii: "]"), UInt8(ascii: "{"), UInt8(ascii: "["),
            UInt8(ascii: "\""):
            true
        default: false
        }
    }

    private mutating func text() -> Range<Int>? {
        guard passes(UInt8(ascii: "\"")) else { return nil }
        let start = position
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "\""):
                position += 1
                return start..<position - 1
            case UInt8(ascii: "\\"): position += 2
            default: position += 1
            }
        }
        return nil
    }

    mutating func skip(depth: Int) -> Bool {
        guard depth > 0 else { return false }
        if isAtObject { return members { _, reader in reader.skip(depth: depth - 1) } }
        if isAt(UInt8(ascii: "[")) { return items { reader in reader.skip(depth: depth - 1) } }
        return scalar() != nil
    }
}
