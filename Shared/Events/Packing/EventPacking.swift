import CZlib
package import Foundation
import Storage
import Synchronization

/// An event's JSON as it is kept in the outbox: deflated (RFC 1951) with a preset dictionary of what all events say, at a
/// fifth of its size. **Measured** with zlib alone, at these settings, on events of imported deals: 1355 bytes become 285,
/// in some 20 µs.
///
/// The first byte tells the form: `{` is JSON as it stands, which is how events were kept before and how those are kept
/// that would not get smaller; 1 is followed by the length of the JSON (32 bits, big-endian) and the deflated bytes. A
/// form is never changed, another dictionary is another form.
package enum EventPacking {
    private static let form: UInt8 = 1
    private static let headBytes = 5
    private static let packer = Mutex(Packer())

    package static func pack(_ json: Data) -> Data {
        // What is too long is refused by the outbox, as it would be when it is read.
        guard json.count <= Outbox.payloadBytesMax else { return json }
        return packer.withLock { $0.pack(json, after: head(json.count)) } ?? json
    }

    private static func head(_ count: Int) -> [UInt8] {
        [form] + withUnsafeBytes(of: UInt32(count).bigEndian, Array.init)
    }

    /// - Throws: `EventPackingError` for bytes that `pack` did not make.
    package static func unpack(_ kept: Data) throws -> Data {
        guard let first = kept.first, first != UInt8(ascii: "{") else { return kept }
        guard first == form, kept.count > headBytes else { throw EventPackingError() }
        let count = kept.dropFirst().prefix(4).reduce(0) { $0 << 8 | Int($1) }
        guard (1...Outbox.payloadBytesMax).contains(count) else { throw EventPackingError() }
        return try Unpacker.unpack(kept.dropFirst(headBytes), count: count)
    }
}

/// An event in the outbox is damaged, or of a newer build.
package struct EventPackingError: Error, Sendable, CustomStringConvertible {
    package var description: String { "an event in the outbox cannot be unpacked" }
}

/// One stream that is used again and again, instead of one that is made for each event. It may go from thread to thread,
/// because it is never copied and stands behind a lock: one thread at a time has zlib's state.
private struct Packer: ~Copyable, @unchecked Sendable {
    /// Events are a few kilobytes: a window of 8 KiB holds the dictionary and all of most.
    static let windowBits: Int32 = -13
    private static let level: Int32 = 3
    private static let memory: Int32 = 5

    // Never moves: zlib's state points back at it.
    private let stream: UnsafeMutablePointer<z_stream>
    private let isReady: Bool

    init() {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        isReady =
            deflateInit2_(
                stream, Self.level, Z_DEFLATED, Self.windowBits, Self.memory, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
                Int32(MemoryLayout<z_stream>.size)) == Z_OK
    }

    deinit {
        deflateEnd(stream)
        stream.deallocate()
    }

    /// Nil when it would be no shorter.
    func pack(_ json: Data, after head: [UInt8]) -> Data? {
        guard isReady, json.count > head.count + 1, deflateReset(stream) == Z_OK, setDictionary() else { return nil }
        var out = Data(count: json.count)
        let made = out.withUnsafeMutableBytes { out -> Int? in
            out.copyBytes(from: head)
            return json.withUnsafeBytes { json -> Int? in
                // Deflate reads through a pointer that C calls mutable.
                stream.pointee.next_in = UnsafeMutablePointer(
                    mutating: json.bindMemory(to: UInt8.self).baseAddress)
                stream.pointee.avail_in = UInt32(json.count)
                stream.pointee.next_out = out.bindMemory(to: UInt8.self).baseAddress?.advanced(by: head.count)
                stream.pointee.avail_out = UInt32(out.count - head.count)
                guard deflate(stream, Z_FINISH) == Z_STREAM_END else { return nil }
                return out.count - Int(stream.pointee.avail_out)
            }
        }
        return made.map { Data(out.prefix($0)) }
    }

    private func setDictionary() -> Bool {
        EventDictionary.bytes.withUnsafeBufferPointer {
            deflateSetDictionary(stream, $0.baseAddress, UInt32($0.count)) == Z_OK
        }
    }
}

private enum Unpacker {
    static func unpack(_ packed: Data, count: Int) throws -> Data {
        var stream = z_stream()
        guard inflateInit2_(&stream, Packer.windowBits, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
        else { throw EventPackingError() }
        defer { inflateEnd(&stream) }
        let isSet = EventDictionary.bytes.withUnsafeBufferPointer {
            inflateSetDictionary(&stream, $0.baseAddress, UInt32($0.count)) == Z_OK
        }
        var out = Data(count: count)
        let isWhole = out.withUnsafeMutableBytes { out in
            packed.withUnsafeBytes { packed in
                stream.next_in = UnsafeMutablePointer(mutating: packed.bindMemory(to: UInt8.self).baseAddress)
                stream.avail_in = UInt32(packed.count)
                stream.next_out = out.bindMemory(to: UInt8.self).baseAddress
                stream.avail_out = UInt32(out.count)
                return inflate(&stream, Z_FINISH) == Z_STREAM_END && stream.avail_out == 0 && stream.avail_in == 0
            }
        }
        guard isSet, isWhole else { throw EventPackingError() }
        return out
    }
}
