import Contracts
import Events
import Logging
import RPC
import ServiceKit
import ServiceLifecycle
import Storage

/// The auth service: who may sign in, which sessions live, and the keys their tokens are signed with.
@main
struct Auth: ServiceProcess {
    static let name = Peer.auth
    static let abstract = "Users, sessions and access tokens."
    static let adminPort = 9101

    static func settings(_ reader: inout SettingsReader) throws -> AuthSettings { try AuthSettings(&reader) }

    static func assemble(_ settings: AuthSettings, _ kit: ProcessKit) async throws -> [any Service] {
        let desk = try await AuthDesk.open(settings, logger: kit.logger)
        do { return try services(of: desk, settings, kit) } catch {
            try? await desk.close()  // the first error is the one to tell
            throw error
        }
    }

    private static func services(
        of desk: AuthDesk, _ settings: AuthSettings, _ kit: ProcessKit
    ) throws -> [any Service] {
        var router = RPCRouter()
        desk.register(on: &router)
        let store = kit.care(
            for: desk.store, in: settings.dataDirectory, backups: settings.backups?.plan(of: name), router: &router)
        let provider = desk.provider.map { [kit.whenStopped($0.close)] } ?? []
        let retention = EventRetention(desk.store.outbox, settings.events, logger: kit.logger)
        return store + provider + [
            kit.service("event retention") { await retention.run() },
            kit.service("sweeper") { await desk.sweepUntilCancelled() },
            kit.service("keys") { await desk.turnKeysUntilCancelled() },
            try kit.server(router),
        ]
    }
}
