import Foundation
import NIOCore
import NIOFoundationEssentialsCompat

/// The items of a stream, in order; for one reader. Reading asks the server for more; leaving the loop, or dropping the stream,
/// tells the server to stop. Ends with an `RPCFault` when the server does not end it by itself: start it anew from where you
/// stand.
package struct RPCStream<Item: Codable & Sendable>: AsyncSequence, Sendable {
    let reader: StreamReader

    package func makeAsyncIterator() -> Iterator { Iterator(reader: reader) }

    package struct Iterator: AsyncIteratorProtocol {
        let reader: StreamReader

        package mutating func next() async throws -> Item? {
            guard let body = try await reader.next() else { return nil }
            do {
                return try JSONDecoder().decode(Item.self, from: Data(buffer: body))
            } catch {
                throw RPCFault(.internal, "bad_reply", "An item of the stream has an unexpected shape.")
            }
        }
    }
}

/// Cancels its call when nobody holds it any more.
final class StreamReader: Sendable {
    private let call: ClientCall
    private let inbox: StreamInbox
    private let link: ClientLink

    init(_ call: ClientCall, _ inbox: StreamInbox, _ link: ClientLink) {
        self.call = call
        self.inbox = inbox
        self.link = link
        link.start(call, .stream(inbox))
    }

    deinit { link.cancel(call) }

    func next() async throws -> ByteBuffer? {
        let item = try await withTaskCancellationHandler {
            try await inbox.next()
        } onCancel: {
            link.cancel(call)
        }
        let credit = inbox.grant()
        if credit > 0 { link.grant(credit, call) }
        return item
    }
}
