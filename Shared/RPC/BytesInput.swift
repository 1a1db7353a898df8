import Foundation
package import NIOCore
import NIOFoundationEssentialsCompat

/// The body of a call that brings raw bytes beside its input, so that neither side has to write them as text.
///
///     0  4  length of the input, big-endian
///     4  …  input, JSON
///        …  bytes, to the end of the frame
package enum BytesInput {
    /// - Parameter json: the input.
    package static func joined(_ json: some Collection<UInt8>, _ bytes: ByteBuffer) -> ByteBuffer {
        var out = ByteBuffer()
        out.reserveCapacity(4 + json.count + bytes.readableBytes)
        out.writeInteger(UInt32(json.count))
        out.writeBytes(json)
        out.writeImmutableBuffer(bytes)
        return out
    }

    /// - Throws: `json_invalid` when the length reaches beyond the body.
    static func split(_ body: ByteBuffer) throws(RPCFault) -> (json: ByteBuffer, bytes: ByteBuffer) {
        var rest = body
        guard let length = rest.readInteger(as: UInt32.self), let json = rest.readSlice(length: Int(length)) else {
            throw RPCFault(.invalidArgument, "json_invalid", "The body is not an input with bytes.")
        }
        return (json, rest)
    }
}

extension RPCRouter {
    /// A method whose body is a `BytesInput`.
    package mutating func on<Input, Output>(
        _ method: RPCMethod<Input, Output>,
        bytes handler: @escaping @Sendable (Input, ByteBuffer, RPCContext) async throws -> Output
    ) {
        onBytes(method.entry) { body, context in
            let (json, bytes) = try BytesInput.split(body)
            let input = try StrictJSON.decode(Input.self, from: Data(buffer: json))
            return RPCReply(body: ByteBuffer(data: try StrictJSON.encode(try await handler(input, bytes, context))))
        }
    }
}
