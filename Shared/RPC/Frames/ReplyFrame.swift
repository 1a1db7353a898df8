import NIOCore

// How the outcome of a call travels in a RESPONSE or STREAM_END, both ways; of a fault more in FaultFrame.swift.

extension Frame {
    /// Answers a call. What is larger than a frame may be becomes a fault.
    init(_ kind: Kind, answering id: UInt32, with outcome: Result<RPCReply, RPCFault>, bytesMax: Int) {
        self.init(kind, id: id)
        switch outcome {
        case .success(let reply): succeed(reply)
        case .failure(let fault): fail(fault)
        }
        guard encodedBytes > bytesMax else { return }
        self = Frame(kind, id: id)
        fail(RPCFault(.internal, "reply_too_large", "The answer is larger than a frame may be."))
    }

    private mutating func succeed(_ reply: RPCReply) {
        body = reply.body
        guard reply.resource != nil || reply.version != nil else { return }
        var told = RPCMetadata()
        told.replyResource = reply.resource
        told.replyVersion = reply.version
        metadata = told.encoded()
    }

    /// Of an answer; one that this side does not know counts as `unknown`.
    var status: RPCStatus { RPCStatus(rawValue: UInt16(truncatingIfNeeded: a >> 16)) ?? .unknown }

    /// What an answer says.
    /// - Parameter bytesMax: of the body, once it is unpacked.
    /// - Throws: `FrameError` when it cannot be read.
    func outcome(bytesMax: Int) throws -> Result<RPCReply, RPCFault> {
        var frame = self
        try frame.inflateBody(bytesMax: bytesMax)
        guard status == .ok else { return .failure(RPCFault(frame, status)) }
        guard frame.metadata.readableBytes > 0 else { return .success(RPCReply(body: frame.body)) }
        let metadata = try RPCMetadata(frame.metadata)
        return .success(RPCReply(body: frame.body, resource: metadata.replyResource, version: metadata.replyVersion))
    }
}
