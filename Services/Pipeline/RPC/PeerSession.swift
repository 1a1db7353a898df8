import Contracts
import NIOCore
import NIOPosix
import RPC

/// One connection to one service, on one event loop, for the length of a command.
struct PeerSession: Sendable {
    let client: RPCClient
    let place: PeerPlace
    let eventLoop: any EventLoop
    /// Of each call.
    let timeout: TimeAmount

    func call<Output>(_ method: RPCMethod<Nothing, Output>) async throws -> Output {
        try await client.call(method, Nothing(), timeout: timeout)
    }
}

extension ClusterOptions {
    /// The session is good within the closure.
    ///
    /// - Throws: `CommandFailure` when there is no connection, or when a call in the closure failed.
    func withSession<Result: Sendable>(
        with service: String, as caller: String, _ body: @Sendable (PeerSession) async throws -> Result
    ) async throws -> Result {
        let place = try place(of: service, as: caller)
        let limit = TimeAmount(timeout.duration)
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let configuration = try place.configuration(as: caller, timeout: limit)
        do {
            try await configuration.checkConnection(on: loop, within: limit)
        } catch let error as RPCConnectionError {
            throw place.failure(error, timeout: timeout)
        }
        let client = RPCClient(configuration, group: loop, logger: .silent)
        return try await withThrowingTaskGroup { group in
            group.addTask { await client.run() }
            defer { group.cancelAll() }
            await client.waitForConnection(atMost: timeout.duration)
            do {
                return try await body(PeerSession(client: client, place: place, eventLoop: loop, timeout: limit))
            } catch let fault as RPCFault where !Task.isCancelled {
                throw CommandFailure(line: "\(place.text): \(fault.headline)")
            }
        }
    }
}

extension RPCClient {
    /// The first call would otherwise count the connecting as its own time. Without a connection in time, calls say so.
    fileprivate func waitForConnection(atMost limit: Duration) async {
        await withTaskGroup { group in
            group.addTask { for await state in self.stateChanges where state == .connected { return } }
            group.addTask { try? await Task.sleep(for: limit) }
            await group.next()
            group.cancelAll()
        }
    }
}
