import CZlib
import Foundation

/// gzip (RFC 1952) from file to file in buffers of fixed size, both sides hashed on the way.
enum Gzip {
    /// The third of nine: these files are written often and read once.
    private static let level: Int32 = 3
    /// 15 bits of window, and 16 for gzip's header and trailer.
    private static let windowBits: Int32 = 15 + 16
    static let bufferBytes = 256 * 1024

    /// Appends these parts of the source to the target, one after the other. `progress` gets the bytes read so far; what it
    /// throws ends the work.
    static func compress(
        _ source: borrowing InputFile, _ ranges: [Range<Int64>], into target: borrowing OutputFile,
        progress: (Int64) throws -> Void = { _ in }
    ) throws -> (plain: FileDigest, gzip: FileDigest) {
        let stream = ZlibStream()
        guard
            deflateInit2_(
                stream.state, level, Z_DEFLATED, windowBits, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, ZlibStream.size)
                == Z_OK
        else { throw BackupError.unusable(path: target.path, reason: "zlib does not start") }
        defer { deflateEnd(stream.state) }
        var (plain, gzip) = (RunningDigest(), RunningDigest())
        var rest = ranges.filter { !$0.isEmpty }[...]
        var offset = rest.first?.lowerBound ?? 0
        repeat {
            let wanted = Int(min(Int64(bufferBytes), (rest.first?.upperBound ?? 0) - offset))
            let input = UnsafeMutableRawBufferPointer(rebasing: stream.input[..<wanted])
            guard try source.read(into: input, at: offset) == wanted else {
                throw BackupError.unusable(path: source.path, reason: "ends early")
            }
            plain.add(UnsafeRawBufferPointer(input))
            offset += Int64(wanted)
            stream.feed(wanted)
            if let range = rest.first, offset == range.upperBound {
                rest = rest.dropFirst()
                offset = rest.first?.lowerBound ?? offset
            }
            let isLast = rest.isEmpty
            repeat {
                stream.makeRoom()
                guard deflate(stream.state, isLast ? Z_FINISH : Z_NO_FLUSH) != Z_STREAM_ERROR else {
                    throw BackupError.unusable(path: target.path, reason: "zlib fails")
                }
                gzip.add(stream.made)
                try target.write(stream.made)
            } while stream.isFull
            try progress(plain.bytes)
        } while !rest.isEmpty
        return (plain.value, gzip.value)
    }

    /// Hands out what stands from `offset` to the end of the file. Throws `BackupError.damaged` when that is no gzip,
    /// goes on after its end, or is longer than `bytesMax`.
    static func expand(
        _ source: borrowing InputFile, from start: Int64 = 0, bytesMax: Int64,
        into body: (UnsafeRawBufferPointer) throws -> Void
    ) throws -> (plain: FileDigest, gzip: FileDigest) {
        let stream = ZlibStream()
        guard inflateInit2_(stream.state, windowBits, ZLIB_VERSION, ZlibStream.size) == Z_OK else {
            throw BackupError.unusable(path: source.path, reason: "zlib does not start")
        }
        defer { inflateEnd(stream.state) }
        var (plain, gzip) = (RunningDigest(), RunningDigest())
        var (offset, code) = (start, Z_OK)
        while true {
            let count = try source.read(into: stream.input, at: offset)
            guard count > 0 else { break }
            guard code != Z_STREAM_END else { throw damaged(source.path, "goes on after its end") }
            gzip.add(UnsafeRawBufferPointer(rebasing: stream.input[..<count]))
            offset += Int64(count)
            stream.feed(count)
            repeat {
                stream.makeRoom()
                code = inflate(stream.state, Z_NO_FLUSH)
                guard code == Z_OK || code == Z_STREAM_END || code == Z_BUF_ERROR else {
                    throw damaged(source.path, "cannot be decompressed")
                }
                plain.add(stream.made)
                guard plain.bytes <= bytesMax else { throw damaged(source.path, "holds more than \(bytesMax) bytes") }
                try body(stream.made)
            } while stream.isFull && code != Z_STREAM_END
            guard code != Z_STREAM_END || stream.isEaten else { throw damaged(source.path, "goes on after its end") }
        }
        guard code == Z_STREAM_END else { throw damaged(source.path, "ends early") }
        return (plain.value, gzip.value)
    }

    private static func damaged(_ path: String, _ reason: String) -> BackupError {
        .damaged(path: path, reason: reason)
    }
}

/// zlib's state, which must not move in memory, and a buffer on each side of it.
private final class ZlibStream {
    static let size = Int32(MemoryLayout<z_stream>.size)

    let state = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    let input = UnsafeMutableRawBufferPointer.allocate(byteCount: Gzip.bufferBytes, alignment: 16)
    private let output = UnsafeMutableRawBufferPointer.allocate(byteCount: Gzip.bufferBytes, alignment: 16)

    init() { state.initialize(to: z_stream()) }

    deinit {
        state.deallocate()
        input.deallocate()
        output.deallocate()
    }

    func feed(_ count: Int) {
        state.pointee.next_in = input.baseAddress?.assumingMemoryBound(to: Bytef.self)
        state.pointee.avail_in = uInt(count)
    }

    func makeRoom() {
        state.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: Bytef.self)
        state.pointee.avail_out = uInt(output.count)
    }

    var made: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: output[..<(output.count - Int(state.pointee.avail_out))])
    }

    var isFull: Bool { state.pointee.avail_out == 0 }
    var isEaten: Bool { state.pointee.avail_in == 0 }
}
