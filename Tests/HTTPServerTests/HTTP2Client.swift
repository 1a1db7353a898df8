import HTTPServer
import NIOCore
import NIOHPACK

/// A client of HTTP/2 by prior knowledge that writes frames as they are. It answers SETTINGS and PING, gives back the
/// window it uses, and judges nothing.
final class HTTP2Client {
    /// RFC 9113 §6.
    enum Kind: UInt8 {
        case data = 0
        case headers, priority, reset, settings, pushPromise, ping, goAway, windowUpdate, continuation
    }

    struct Flags: OptionSet {
        let rawValue: UInt8
        static let acknowledge = Flags(rawValue: 0x1)
        static let endStream = Flags(rawValue: 0x1)
        static let endHeaders = Flags(rawValue: 0x4)
    }

    struct Answer {
        var status = 0
        var fields: [String: String] = [:]
        var body = ""
    }

    struct GoAway: Equatable {
        var lastStream: UInt32
        var code: UInt32
    }

    /// What became of a request.
    enum Outcome {
        case answer(Answer)
        case reset(UInt32)
        /// The connection ended before the answer did.
        case ended

        var answer: Answer? { if case .answer(let answer) = self { answer } else { nil } }

        var isRefusal: Bool {
            switch self {
            case .answer(let answer): (400...499).contains(answer.status) || answer.status == 501
            case .reset, .ended: true
            }
        }
    }

    /// Largest frame that every peer must take.
    static let frameBytesMax = 16 * 1024
    private static let preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"

    var answersPings = true
    private(set) var goAways: [GoAway] = []
    /// Codes of RST_STREAM, also of those that came after an answer.
    private(set) var resets: [UInt32: UInt32] = [:]
    /// The states before the final ones, such as 100.
    private(set) var interim: [Int] = []

    private let raw: RawClient
    private var fields = HPACKDecoder(allocator: ByteBufferAllocator())
    private var answers: [UInt32: Answer] = [:]
    private var outcomes: [UInt32: Outcome] = [:]
    private var hasSettings = false

    /// Returns when the server's settings are acknowledged, and so in force.
    /// - Parameter request: sent on stream 1 with the first bytes: whatever the server does to a connection for its age or
    ///   its silence, it has this request before.
    init(_ server: HTTPServer, settings: [(UInt16, UInt32)] = [], request: Fields? = nil) async throws {
        let payload = settings.flatMap { Self.bytes($0.0) + Self.bytes($0.1) }
        let opening = Array(Self.preface.utf8) + Self.frame(.settings, payload: payload)
        raw = try await RawClient(server, sending: opening + (request.map { Self.headers($0, on: 1) } ?? []))
        while !hasSettings, try await readFrame() {}
    }

    // MARK: Writing

    static func frame(_ kind: Kind, _ flags: Flags = [], on stream: UInt32 = 0, payload: [UInt8] = []) -> [UInt8] {
        Array(bytes(UInt32(payload.count)).dropFirst()) + [kind.rawValue, flags.rawValue] + bytes(stream) + payload
    }

    /// A whole field section in one frame.
    static func headers(_ fields: Fields, _ flags: Flags = .endStream, on stream: UInt32) -> [UInt8] {
        frame(.headers, flags.union(.endHeaders), on: stream, payload: fields.block)
    }

    /// Returns also when the server has closed: an attack need not be read to its end.
    func send(_ bytes: [UInt8]) async {
        try? await raw.send(bytes)
    }

    func request(_ fields: Fields, _ flags: Flags = .endStream, on stream: UInt32) async {
        await send(Self.headers(fields, flags, on: stream))
    }

    func data(_ text: String, _ flags: Flags = [], on stream: UInt32) async {
        await send(Self.frame(.data, flags, on: stream, payload: Array(text.utf8)))
    }

    func close() async {
        await raw.close()
    }

    // MARK: Reading

    func outcome(of stream: UInt32) async throws -> Outcome {
        while outcomes[stream] == nil, try await readFrame() {}
        return outcomes[stream] ?? .ended
    }

    /// Reads until the server has said goodbye so many times, or closed.
    func goAways(_ count: Int) async throws -> [GoAway] {
        while goAways.count < count, try await readFrame() {}
        return goAways
    }

    /// Reads until the stream was reset, or the connection closed.
    func reset(of stream: UInt32) async throws -> UInt32? {
        while resets[stream] == nil, try await readFrame() {}
        return resets[stream]
    }

    /// Returns when the server has closed the connection.
    func end() async throws {
        while try await readFrame() {}
    }

    /// - Returns: false when there is none any more.
    private func readFrame() async throws -> Bool {
        guard let head = await raw.take(9),
            let payload = await raw.take(Int(Self.number(head[0..<3]))), let kind = Kind(rawValue: head[3])
        else { return false }
        let flags = Flags(rawValue: head[4])
        let stream = Self.number(head[5..<9]) & 0x7FFF_FFFF
        switch kind {
        case .settings where !flags.contains(.acknowledge):
            hasSettings = true
            await send(Self.frame(.settings, .acknowledge))
        case .ping where !flags.contains(.acknowledge) && answersPings:
            await send(Self.frame(.ping, .acknowledge, payload: payload))
        case .goAway:
            goAways.append(
                GoAway(lastStream: Self.number(payload[0..<4]) & 0x7FFF_FFFF, code: Self.number(payload[4..<8])))
        case .reset:
            resets[stream] = Self.number(payload[0..<4])
            if outcomes[stream] == nil { outcomes[stream] = .reset(Self.number(payload[0..<4])) }
        case .headers:
            try takeHeaders(payload, on: stream)
            if flags.contains(.endStream) { finish(stream) }
        case .data:
            answers[stream]?.body += String(decoding: payload, as: UTF8.self)
            if flags.contains(.endStream) { finish(stream) }
            await giveBack(payload.count, on: stream)
        default: break
        }
        return true
    }

    private func takeHeaders(_ block: [UInt8], on stream: UInt32) throws {
        var block = ByteBuffer(bytes: block)
        var answer = Answer()
        for (name, value, _) in try fields.decodeHeaders(from: &block) { answer.fields[name] = value }
        answer.status = Int(answer.fields[":status"] ?? "") ?? 0
        if answer.status < 200 { interim.append(answer.status) } else { answers[stream] = answer }
    }

    private func finish(_ stream: UInt32) {
        if outcomes[stream] == nil, let answer = answers[stream] { outcomes[stream] = .answer(answer) }
    }

    private func giveBack(_ count: Int, on stream: UInt32) async {
        guard count > 0 else { return }
        let increment = Self.bytes(UInt32(count))
        await send(
            Self.frame(.windowUpdate, payload: increment) + Self.frame(.windowUpdate, on: stream, payload: increment))
    }

    // MARK: Numbers

    static func bytes(_ number: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: number.bigEndian, Array.init)
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        bytes.reduce(0) { $0 << 8 | UInt32($1) }
    }
}

extension HTTP2Client {
    /// The fields of a request in their order, whether they may travel or not.
    struct Fields: Sendable, ExpressibleByDictionaryLiteral {
        var list: [(String, String)]

        init(dictionaryLiteral elements: (String, String)...) {
            list = elements
        }

        init(_ list: [(String, String)]) {
            self.list = list
        }

        static func get(_ path: String = "/", _ more: Fields = [:]) -> Fields {
            request("GET", path, more)
        }

        static func request(_ method: String, _ path: String = "/", _ more: Fields = [:]) -> Fields {
            Fields([(":method", method), (":scheme", "http"), (":authority", "a"), (":path", path)] + more.list)
        }

        /// Literals that no table keeps (RFC 7541 §6.2.2), without Huffman.
        var block: [UInt8] {
            list.flatMap { [0x00] + Self.string($0.0) + Self.string($0.1) }
        }

        /// RFC 7541 §5.2, its length as §5.1 wants it with a prefix of seven bits.
        static func string(_ text: String) -> [UInt8] {
            var length = text.utf8.count
            guard length >= 0x7F else { return [UInt8(length)] + text.utf8 }
            var bytes: [UInt8] = [0x7F]
            length -= 0x7F
            while length >= 0x80 {
                bytes.append(UInt8(length & 0x7F | 0x80))
                length >>= 7
            }
            return bytes + [UInt8(length)] + text.utf8
        }
    }
}
