import Contracts
import RPC
import Testing

@testable import auth

/// A service, its provider, and a browser between them.
struct OpenIDBench: Sendable {
    let bench: AuthBench
    let provider: TinyProvider

    static func with(_ body: (OpenIDBench) async throws -> Void) async throws {
        try await with({ _ in }, body)
    }

    static func with(
        _ change: (inout OpenIDSettings) -> Void, _ body: (OpenIDBench) async throws -> Void
    ) async throws {
        try await TinyProvider.with { provider in
            let roles = try GroupRoles(text: "admins=admin,compliance=compliance,bankers=banker")
            var openID = OpenIDSettings(
                issuer: provider.issuer, clientID: IDTokenForge.client, clientSecret: "s:1",
                redirectURL: "https://deals.bank.test/api/auth/oidc/callback", roles: roles)
            change(&openID)
            try await AuthBench.with({ $0.openID = openID }) { bench in
                try await body(OpenIDBench(bench: bench, provider: provider))
            }
        }
    }

    func start(_ returnTo: String? = nil) async throws -> OpenIDStarted {
        try await bench.desk.openID.start(OpenIDStart(returnTo: returnTo), bench.anonymous())
    }

    func finish(_ callback: OpenIDCallback) async throws -> OpenIDSignedIn {
        try await bench.desk.openID.finish(callback, bench.anonymous())
    }

    /// The provider's answer to a sign-in, when all goes well. It will say this of the person.
    func callback(
        _ started: OpenIDStarted, _ change: (inout IDTokenForge) -> Void = { _ in }
    ) throws -> OpenIDCallback {
        let flow = try #require(OpenIDFlow(cookie: started.secret))
        var forge = IDTokenForge(now: bench.now.milliseconds / 1000, nonce: flow.nonce, issuer: provider.issuer)
        change(&forge)
        provider.forge(forge)
        return OpenIDCallback(secret: started.secret, state: flow.state, code: "code-1")
    }

    /// The whole way.
    func signIn(_ change: (inout IDTokenForge) -> Void = { _ in }) async throws -> WebSession {
        try await finish(try callback(try await start(), change)).session
    }

    /// What the whole way fails with.
    func failure(_ change: (inout IDTokenForge) -> Void = { _ in }) async throws -> OpenIDFailure? {
        let callback = try callback(try await start(), change)
        return try await failed { try await finish(callback) }
    }

    func failed(_ call: () async throws -> some Any) async throws -> OpenIDFailure? {
        let fault = try await fault(call)
        #expect(fault == nil || fault?.status == .failedPrecondition)
        return fault.flatMap { OpenIDFailure(rawValue: $0.code) }
    }

    /// Why sign-ins failed, as events tell.
    func reasons() async throws -> [String?] {
        try await bench.events("session.failed").flatMap(\.changes).filter { $0.field == "reason" }.map(\.after)
    }
}
