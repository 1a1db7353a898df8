import ArgumentParser
import Contracts
import Foundation
import RPC
import Testing

@testable import ibpipeline

struct RPCCommandTests {
    // MARK: ping, describe, stats

    @Test func pingTellsEachAnswerAndSumsUp() async throws {
        try await TestService.with { service in
            let printed = try await service.run(PingCommand.self, ["--count", "3", "--interval", "1ms"])
            #expect(printed.exitCode == 0)
            #expect(printed.lines.count == 6, "\(printed.output)")
            #expect(printed.lines[0].hasPrefix("deals 127.0.0.1:\(service.port): ready 0.1.0, up "))
            #expect(printed.lines[0].hasSuffix(" ms"))
            #expect(printed.lines[3] == "--- deals ---")
            #expect(printed.lines[4] == "3 calls, 3 ready, 0 without an answer")
            #expect(printed.lines[5].hasPrefix("min/avg/max = "))
        }
    }

    @Test func pingOfAServiceThatIsNotReadyFails() async throws {
        try await TestService.with(isReady: false) { service in
            let printed = try await service.run(PingCommand.self, ["--count", "1", "--json"])
            #expect(printed.exitCode == 1)
            #expect(printed.lines.count == 2)
            #expect(printed.lines[0].contains(#""isReady":false"#))
            #expect(printed.lines[1].contains(#""ready":0"#))
        }
    }

    @Test func describeShowsTheTableAndWhetherItIsOurs() async throws {
        try await TestService.with(DealsLike.router, tableHash: "0123456789abcdef") { service in
            let printed = try await service.run(DescribeCommand.self)
            #expect(printed.exitCode == 0)
            #expect(printed.lines[0] == "ID      METHOD         CALLERS   IDEMPOTENT  STREAM")
            #expect(printed.lines[1] == "0x7201  deals.echo     operator  yes         no")
            #expect(printed.lines[5] == "0x7205  deals.count    operator  yes         yes")
            #expect(
                printed.lines.last
                    == "method table: 0123456789abcdef, not that of this build, \(MethodTable.hash)")
        }
        try await TestService.with { service in
            let printed = try await service.run(DescribeCommand.self, ["--json"])
            #expect(printed.output.contains(#""isTableOfThisBuild":true"#))
        }
    }

    @Test func statsCountTheCalls() async throws {
        try await TestService.with(DealsLike.router) { service in
            _ = try await service.run(CallCommand.self, ["deals.echo", #"{"text":"a"}"#])
            _ = try await service.run(CallCommand.self, ["deals.create", #"{"text":"a"}"#])
            let printed = try await service.run(StatsCommand.self)
            #expect(printed.lines[0] == "METHOD        CALLS  FAILURES  MEAN µs")
            #expect(printed.lines.contains { $0.hasPrefix("deals.create  1      1 ") })
            #expect(printed.lines.contains { $0.hasPrefix("deals.echo    1      0 ") })
            #expect(printed.lines.last?.contains("refused 0, expired 0") == true)
        }
    }

    // MARK: call

    @Test func callPrintsTheAnswerAsPeopleOrScriptsReadIt() async throws {
        try await TestService.with(DealsLike.router) { service in
            let call = { (arguments: [String]) in
                try await service.run(CallCommand.self, ["deals.echo"] + arguments)
            }
            #expect(try await call([#"{"text":"a"}"#]).output == "{\n  \"text\": \"a\"\n}\n")
            #expect(try await call([#"{ "text" : "a" }"#, "--raw"]).output == "{\"text\":\"a\"}\n")
            #expect(
                try await call([#"{"text":"a"}"#, "--json"]).output == "{\"body\":{\"text\":\"a\"},\"status\":\"ok\"}\n"
            )
            let file = try service.folder.file("body.json", #"{"text":"from a file"}"#)
            #expect(try await call(["@\(file)", "--raw"]).output == "{\"text\":\"from a file\"}\n")
        }
    }

    @Test func callReadsStandardInput() async throws {
        try await TestService.with(DealsLike.router) { service in
            let file = try service.folder.file("in", #"{"text":"from elsewhere"}"#)
            let input = try #require(FileHandle(forReadingAtPath: file))
            let printed = try await service.run(CallCommand.self, ["deals.echo", "-", "--raw"]) {
                try await $0.run(on: $1, standardInput: input)
            }
            #expect(printed.output == "{\"text\":\"from elsewhere\"}\n")
        }
    }

    @Test func callTellsTheServiceWhoCallsAndAboutWhat() async throws {
        try await TestService.with(DealsLike.router) { service in
            let printed = try await service.run(
                CallCommand.self,
                ["deals.context", "--raw", "--idempotency-key", "k", "--resource", "a", "--resource", "b"])
            #expect(printed.output == "[\"operator\",\"k\",\"a\",\"b\"]\n")
        }
    }

    @Test func faultsGoToStandardErrorWithTheirFields() async throws {
        try await TestService.with(DealsLike.router) { service in
            let body = #"{"text":"a"}"#
            let printed = try await service.run(CallCommand.self, ["deals.create", body])
            #expect(printed.exitCode == 1)
            #expect(printed.output.isEmpty)
            #expect(
                printed.errors == """
                    invalidArgument validation_failed: The request does not fit; see errors.
                      text: is the name of another deal (taken)
                      the whole: y (x)

                    """)
            let json = try await service.run(CallCommand.self, ["deals.create", body, "--json"])
            #expect(json.exitCode == 1)
            #expect(json.output.hasPrefix(#"{"code":"validation_failed","errors":[{"code":"taken""#))
        }
    }

    @Test func aMethodOfOthersIsRefusedWithTheWayToCallIt() async throws {
        try await TestService.with(DealsLike.router) { service in
            let body = #"{"text":"a"}"#
            let refused = try await service.run(CallCommand.self, ["deals.closed", body])
            #expect(refused.exitCode == 1)
            #expect(
                refused.errors == """
                    permissionDenied caller_not_allowed: operator may not call deals.closed.
                    note: gateway may call it: try --as gateway

                    """)
            let called = try await service.run(CallCommand.self, ["deals.closed", body, "--as", "gateway"])
            #expect(called.exitCode == 0)
        }
    }

    @Test func anUnknownMethodListsThoseThatAreClose() async throws {
        try await TestService.with(DealsLike.router) { service in
            let printed = try await service.run(CallCommand.self, ["deals.ecko"])
            #expect(printed.exitCode == 64)
            #expect(printed.failure == "deals has no method deals.ecko; did you mean deals.echo?")
            let nothing = try await service.run(CallCommand.self, ["xyz"])
            #expect(
                nothing.failure == "deals has no method xyz; `ibpipeline rpc describe deals` lists its methods.")
        }
    }

    @Test func aCallThatCameTooLateSaysHowToWaitLonger() async throws {
        try await TestService.with(DealsLike.router) { service in
            let printed = try await service.run(CallCommand.self, ["deals.slow"])
            #expect(printed.exitCode == 1)
            #expect(
                printed.errors == """
                    deadlineExceeded deadline_exceeded: deals did not answer in time.
                    note: give it longer than 60s with --timeout

                    """)
        }
    }

    @Test func itemsOfAStreamAreALineEach() async throws {
        try await TestService.with(DealsLike.router) { service in
            let arguments = ["deals.count", #"{"text":""}"#]
            let all = try await service.run(CallCommand.self, arguments)
            #expect(all.output == "0\n1\n2\n3\n4\n")
            let some = try await service.run(CallCommand.self, arguments + ["--limit", "2"])
            #expect(some.output == "0\n1\n")
            let health = try await service.run(CallCommand.self, ["rpc.watch", "--limit", "1"])
            #expect(health.output.contains(#""isReady":true"#))
        }
    }

    @Test(arguments: ["{", "nothing", "@/nonexistent/file", ""])
    func aBodyThatIsNoJSONIsAUsageError(body: String) throws {
        let failure = try #require(throws: CommandFailure.self) { try CallBody.read(body) }
        #expect(failure.code == 64)
    }

    // MARK: bench

    @Test func benchCountsWhatWasAnswered() async throws {
        try await TestService.with(DealsLike.router) { service in
            let printed = try await service.run(
                BenchCommand.self,
                [
                    "--method", "deals.echo", "--body", #"{"text":"a"}"#, "--seconds", "0.2", "--in-flight", "8",
                    "--json",
                ]
            )
            #expect(printed.exitCode == 0, "\(printed)")
            let report = try printed.json()
            #expect(report["failures"] == .integer(0))
            #expect(report["inFlight"] == .integer(8))
            guard case .integer(let calls) = report["calls"], case .integer(let p50) = report["p50Microseconds"],
                case .integer(let longest) = report["maxMicroseconds"]
            else {
                Issue.record("\(printed.output)")
                return
            }
            #expect(calls > 0)
            #expect(p50 <= longest)
        }
    }

    @Test func benchOfCallsThatFailFailsAndTellsWhy() async throws {
        try await TestService.with(DealsLike.router) { service in
            let arguments = ["--method", "deals.create", "--body", #"{"text":"a"}"#, "--seconds", "0.1"]
            let refused = try await service.run(BenchCommand.self, arguments)
            #expect(refused.exitCode == 64)
            #expect(refused.failure?.contains("--yes") == true)
            let printed = try await service.run(BenchCommand.self, arguments + ["--yes"])
            #expect(printed.exitCode == 1)
            #expect(printed.lines.last?.contains("first with invalidArgument validation_failed") == true)
        }
    }

    @Test func benchOfAStreamIsRefused() async throws {
        try await TestService.with(DealsLike.router) { service in
            let printed = try await service.run(BenchCommand.self, ["--method", "deals.count"])
            #expect(printed.failure?.hasPrefix("deals.count is a stream") == true)
        }
    }

    // MARK: failures to connect

    @Test func anotherSecretIsAClearLine() async throws {
        try await TestService.with { service in
            let file = try service.folder.file("other.secret", String(repeating: "o", count: 32))
            let printed = try await service.run(StatsCommand.self, ["--secret-file", file])
            #expect(printed.exitCode == 1)
            #expect(printed.failure?.contains("has another secret than \(file)") == true)
        }
    }

    @Test func anotherServiceIsAClearLine() async throws {
        try await TestService.with { service in
            let command = try StatsCommand.parse(["auth"] + service.arguments.dropFirst())
            let printed = try await service.folder.capture { try await command.run(on: $0) }
            #expect(printed.failure?.contains("is deals, not auth") == true)
        }
    }

    @Test func anAddressWhereNobodyListensIsAClearLine() async throws {
        try await TestService.with { service in
            let port = try #require(try await Ports.free(1).first)
            let printed = try await service.run(StatsCommand.self, ["--address", "127.0.0.1:\(port)"])
            #expect(printed.failure?.contains("cannot be reached on 127.0.0.1:\(port) (connection refused)") == true)
        }
    }
}
