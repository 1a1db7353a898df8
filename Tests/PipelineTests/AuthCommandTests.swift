import ArgumentParser
import Contracts
import Foundation
import RPC
import Testing

@testable import ibpipeline

struct AuthCommandTests {
    private static let start = Instant(milliseconds: 1_800_000_000_000)

    private static func router(rotate: @escaping @Sendable () throws -> KeyRotation) -> RPCRouter {
        var router = RPCRouter()
        router.on(AuthMethods.listKeys) { _, _ in
            SigningKeyList(items: [
                SigningKeyFacts(
                    kid: "second", state: .next, createdAt: start.advanced(bySeconds: 60),
                    changedAt: start.advanced(bySeconds: 60)),
                SigningKeyFacts(kid: "first", state: .active, createdAt: start, changedAt: start),
            ])
        }
        router.on(AuthMethods.rotateKeys) { _, _ in try rotate() }
        return router
    }

    private func run<Command: ConsoleCommand>(
        _ type: Command.Type, _ arguments: [String] = [],
        rotate: @escaping @Sendable () throws -> KeyRotation = { KeyRotation(kid: "third", activeAt: start) }
    ) async throws -> Printed {
        var printed: Printed?
        try await TestService.with(Self.router(rotate: rotate), name: Peer.auth) { service in
            let command = try #require(try type.parse(service.arguments.dropFirst() + arguments) as Command?)
            printed = try await service.folder.capture { try await command.run(on: $0) }
        }
        return try #require(printed)
    }

    @Test func keysAreATable() async throws {
        let printed = try await run(KeysCommand.self)
        #expect(printed.exitCode == 0)
        #expect(
            printed.output == """
                KEY     STATE   CREATED                   CHANGED
                second  next    2027-01-15T08:01:00.000Z  2027-01-15T08:01:00.000Z
                first   active  2027-01-15T08:00:00.000Z  2027-01-15T08:00:00.000Z

                """)
    }

    @Test func keysAreOneLineOfJSONForScripts() async throws {
        let printed = try await run(KeysCommand.self, ["--json"])
        #expect(printed.lines.count == 1)
        #expect(
            printed.lines.first?.hasPrefix(
                #"{"items":[{"changedAt":"2027-01-15T08:01:00.000Z","createdAt":"2027-01-15T08:01:00.000Z","kid":"second","#
            )
                == true)
    }

    @Test func newKeyIsTold() async throws {
        let printed = try await run(RotateKeysCommand.self)
        #expect(printed.output == "key third is announced and signs from 2027-01-15T08:00:00.000Z on\n")
        let json = try await run(RotateKeysCommand.self, ["--json"])
        #expect(json.output == #"{"activeAt":"2027-01-15T08:00:00.000Z","kid":"third"}"# + "\n")
    }

    @Test func secondRotationAtOnceIsAClearLine() async throws {
        let refused = try await run(
            RotateKeysCommand.self,
            rotate: { throw RPCFault(.failedPrecondition, "rotation_running", "The next key is announced already.") }
        )
        #expect(refused.exitCode == 1)
        #expect(refused.output.isEmpty)
        let line = try #require(refused.failure)
        #expect(line.hasPrefix("auth 127.0.0.1:"))
        #expect(line.hasSuffix("failedPrecondition rotation_running: The next key is announced already."))
    }

    @Test func helpHasAnExampleForEach() {
        for help in [AuthCommand.helpMessage(), KeysCommand.helpMessage(), RotateKeysCommand.helpMessage()] {
            #expect(help.contains("  ibpipeline auth "))
        }
        #expect(KeysCommand.helpMessage().contains("--data-dir"))
        #expect(!KeysCommand.helpMessage().contains("--as"))
    }
}
