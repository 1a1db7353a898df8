package import NIOCore

/// What came back from a call that went well.
package struct RPCReply: Sendable {
    package var body: ByteBuffer
    /// The id of the one resource in the body, if it is one.
    package var resource: String?
    package var version: Int64?

    package init(body: ByteBuffer, resource: String? = nil, version: Int64? = nil) {
        self.body = body
        self.resource = resource
        self.version = version
    }
}
