import Foundation
import NIOCore

/// What travels beside a body: a list of (key u8, length u16, bytes). Keys below 0x80 may be skipped by a reader that does
/// not know them; an unknown key from 0x80 on makes the call invalid, because ignoring it would change its meaning.
struct RPCMetadata: Equatable, Sendable {
    var trace: TraceContext?
    var requestID: String?
    var clientAddress: String?
    var userAgent: String?
    /// Of a reply: the id and version of the one resource it holds.
    var replyResource: String?
    var replyVersion: Int64?
    var idempotencyKey: String?
    var identity: RPCIdentity?
    var resource: [String] = []
    var ifMatch: Int64?

    private enum Key {
        static let trace: UInt8 = 0x01
        static let requestID: UInt8 = 0x02
        static let clientAddress: UInt8 = 0x03
        static let userAgent: UInt8 = 0x04
        static let replyResource: UInt8 = 0x05
        static let replyVersion: UInt8 = 0x06
        static let idempotencyKey: UInt8 = 0x81
        static let identity: UInt8 = 0x82
        static let resource: UInt8 = 0x83
        static let ifMatch: UInt8 = 0x84
    }

    init() {}

    init(_ context: RPCContext) {
        trace = context.trace
        requestID = context.requestID
        clientAddress = context.clientAddress
        userAgent = context.userAgent
        idempotencyKey = context.idempotencyKey
        identity = context.identity
        resource = context.resource
        ifMatch = context.ifMatch
    }

    /// - Throws: `FrameError.badMetadata` for truncated entries, wrong lengths and unknown critical keys.
    init(_ bytes: ByteBuffer) throws {
        guard bytes.readableBytes <= RPCLimits.metadataBytesMax else {
            throw FrameError.badMetadata("longer than \(RPCLimits.metadataBytesMax) bytes")
        }
        var bytes = bytes
        while let key = bytes.readInteger(as: UInt8.self) {
            guard let value = bytes.readLengthPrefixedSlice(as: UInt16.self) else {
                throw FrameError.badMetadata("entry \(key) is cut short")
            }
            try set(key, value)
        }
    }

    private mutating func set(_ key: UInt8, _ value: ByteBuffer) throws {
        var value = value
        switch key {
        case Key.trace: trace = value.readTrace()
        case Key.requestID: requestID = String(buffer: value)
        case Key.clientAddress: clientAddress = String(buffer: value)
        case Key.userAgent: userAgent = String(buffer: value)
        case Key.replyResource: replyResource = String(buffer: value)
        case Key.replyVersion: replyVersion = value.readInteger()
        case Key.idempotencyKey: idempotencyKey = String(buffer: value)
        case Key.identity:
            guard let identity = value.readIdentity() else { throw FrameError.badMetadata("identity") }
            self.identity = identity
        case Key.resource: resource.append(String(buffer: value))
        case Key.ifMatch:
            guard let version = value.readInteger(as: Int64.self) else { throw FrameError.badMetadata("ifMatch") }
            ifMatch = version
        case 0x80...: throw FrameError.badMetadata("unknown critical key \(key)")
        default: break
        }
    }

    func encoded(_ allocator: ByteBufferAllocator = .init()) -> ByteBuffer {
        var out = allocator.buffer(capacity: 128)
        if let trace {
            out.writeEntry(Key.trace) {
                $0.writeMultipleIntegers(trace.traceHigh, trace.traceLow, trace.span, trace.flags)
            }
        }
        if let requestID { out.writeEntry(Key.requestID) { $0.writeString(requestID) } }
        if let clientAddress { out.writeEntry(Key.clientAddress) { $0.writeString(clientAddress) } }
        if let userAgent { out.writeEntry(Key.userAgent) { $0.writeString(userAgent) } }
        if let replyResource { out.writeEntry(Key.replyResource) { $0.writeString(replyResource) } }
        if let replyVersion { out.writeEntry(Key.replyVersion) { $0.writeInteger(replyVersion) } }
        if let idempotencyKey { out.writeEntry(Key.idempotencyKey) { $0.writeString(idempotencyKey) } }
        if let identity { out.writeEntry(Key.identity) { $0.writeIdentity(identity) } }
        for id in resource { out.writeEntry(Key.resource) { $0.writeString(id) } }
        if let ifMatch { out.writeEntry(Key.ifMatch) { $0.writeInteger(ifMatch) } }
        return out
    }
}

extension ByteBuffer {
    fileprivate mutating func writeEntry(_ key: UInt8, _ write: (inout ByteBuffer) -> Int) {
        writeInteger(key)
        let lengthIndex = writerIndex
        writeInteger(UInt16(0))
        let length = write(&self)
        setInteger(UInt16(truncatingIfNeeded: length), at: lengthIndex)
    }

    fileprivate mutating func readTrace() -> TraceContext? {
        readMultipleIntegers(as: (UInt64, UInt64, UInt64, UInt8).self).map {
            TraceContext(traceHigh: $0, traceLow: $1, span: $2, flags: $3)
        }
    }

    /// Subject (16 bytes), session (16 bytes), roles (u16).
    fileprivate mutating func writeIdentity(_ identity: RPCIdentity) -> Int {
        withUnsafeBytes(of: identity.subject.uuid) { writeBytes($0) }
            + withUnsafeBytes(of: identity.session.uuid) { writeBytes($0) } + writeInteger(identity.roles)
    }

    fileprivate mutating func readIdentity() -> RPCIdentity? {
        guard let subject = readUUID(), let session = readUUID(), let roles = readInteger(as: UInt16.self) else {
            return nil
        }
        return RPCIdentity(subject: subject, session: session, roles: roles)
    }

    private mutating func readUUID() -> UUID? {
        readBytes(length: 16).map { bytes in bytes.withUnsafeBytes { UUID(uuid: $0.loadUnaligned(as: uuid_t.self)) } }
    }
}
