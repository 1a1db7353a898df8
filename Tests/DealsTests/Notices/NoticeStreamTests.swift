import Contracts
import Foundation
import Logging
import NIOCore
import NIOPosix
import RPC
import Testing

@testable import deals

/// The stream over a real connection.
struct NoticeStreamTests {
    static func withClient(of desk: Desk, _ body: (RPCClient) async throws -> Void) async throws {
        let secret = try #require(HandshakeSecret(Array(repeating: 7, count: 32)))
        let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let server = RPCServer(
            RPCServer.Configuration(
                host: "127.0.0.1", port: 0, service: Peer.deals, version: "1", security: .secret(secret)),
            router: desk.router, group: MultiThreadedEventLoopGroup.singleton, logger: quiet)
        try await server.start()
        var configuration = RPCClient.Configuration(
            host: "127.0.0.1", port: try #require(server.localPort), peer: Peer.deals, service: Peer.gateway,
            security: .secret(secret))
        configuration.sendsIdentity = true
        configuration.connectionWait = .seconds(30)
        let client = RPCClient(configuration, group: MultiThreadedEventLoopGroup.singleton, logger: quiet)
        let outcome: Result<Void, any Error> = await withTaskGroup(of: Void.self) { tasks in
            tasks.addTask { await client.run() }
            defer { tasks.cancelAll() }
            do { return .success(try await body(client)) } catch { return .failure(error) }
        }
        await server.drain(within: .milliseconds(100))
        try outcome.get()
    }

    @Test func aStreamBringsWhatWasMissedAndThenWhatHappens() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let deal = try await desk.deal("Falcon", by: banker)
            try await Self.withClient(of: desk) { client in
                var items = try client.stream(
                    DealMethods.notices, NoticesFrom(after: 0), context: desk.context(banker)
                ).makeAsyncIterator()
                let missed = try await items.next()
                #expect(missed?.type == EventType.dealCreated && missed?.dealId == deal.id)
                _ = try await desk.update(deal, as: banker) { $0.sector = .set("Food") }
                let live = try await items.next()
                #expect(live?.type == EventType.dealUpdated && live?.dealVersion == 2 && live?.sequence == 2)
            }
        }
    }

    @Test func aReaderThatIsBehindIsNotToldLaterWhatHeMayNoLongerSee() async throws {
        try await Desk.with { desk in
            let (banker, second) = (desk.person(.banker), desk.person(.banker))
            let deal = try await desk.deal("Falcon", by: banker)
            _ = try await desk.add(second, to: deal, by: banker, access: .edit)
            _ = try await desk.update(deal, as: banker) { $0.sector = .set("Food") }
            try await Self.withClient(of: desk) { client in
                // One item may wait to be read: the server holds the third until the second is.
                var items = try client.stream(
                    DealMethods.notices, NoticesFrom(after: 0), context: desk.context(second), window: 1
                ).makeAsyncIterator()
                #expect(try await items.next()?.sequence == 1)
                try await desk.remove(second, from: deal, by: banker)
                while desk.notices.watching > 0 { await Task.yield() }
                var later: [Int64] = []
                try await fault("access_changed") {
                    while let notice = try await items.next() { later.append(notice.sequence) }
                    return later
                }
                #expect(later.allSatisfy { $0 == 2 })
            }
        }
    }

    @Test func aRoleWithoutDealsGetsNoStream() async throws {
        try await Desk.with { desk in
            try await Self.withClient(of: desk) { client in
                for person in [desk.person(.admin), desk.person(.management)] {
                    var items = try client.stream(
                        DealMethods.notices, NoticesFrom(after: 0), context: desk.context(person)
                    ).makeAsyncIterator()
                    try await fault("forbidden") { try await items.next() as Any }
                }
            }
        }
    }
}
