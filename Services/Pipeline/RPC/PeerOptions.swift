import ArgumentParser
import Contracts
import Foundation

/// A service that takes calls from others.
enum PeerService: String, CaseIterable, ExpressibleByArgument, Sendable {
    case auth, deals, audit, health
}

/// Which service to call, where it is and under which name: the same for all `rpc` commands.
struct PeerOptions: ParsableArguments {
    static let nameCharactersMax = 64

    @Argument(help: "The service to call.")
    var service: PeerService

    @OptionGroup var cluster: ClusterOptions

    @Option(
        name: .customLong("as"),
        help: ArgumentHelp("The name to call under; with IBP_RPC_TLS_* the certificate's own.", valueName: "name"))
    var caller = Peer.operator

    var timeout: TimeSpan { cluster.timeout }

    func validate() throws {
        guard !caller.isEmpty, caller.count <= Self.nameCharactersMax else {
            throw ValidationError("--as must be a name of 1 to \(Self.nameCharactersMax) characters.")
        }
    }

    func place(environment: [String: String] = ProcessInfo.processInfo.environment) throws -> PeerPlace {
        try cluster.place(of: service.rawValue, as: caller, environment: environment)
    }

    func withSession<Result: Sendable>(
        _ body: @Sendable (PeerSession) async throws -> Result
    ) async throws -> Result {
        try await cluster.withSession(with: service.rawValue, as: caller, body)
    }
}
