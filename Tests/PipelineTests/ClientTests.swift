import Contracts
import Foundation
import NIOHTTP1
import ServiceKit
import Testing

@testable import ibpipeline

struct ClientTests {
    @Test func onlyBusyAnswersAreSentAgainAndNotForever() {
        var retry = Retry()
        #expect(retry.delay(status: 422, retryAfter: nil) == nil)
        #expect(retry.delay(status: 429, retryAfter: "2") == .seconds(2))
        #expect(retry.delay(status: 503, retryAfter: nil) == .milliseconds(250))
        #expect(retry.delay(status: 429, retryAfter: "9999") == .seconds(30))
        #expect(retry.delay(status: 429, retryAfter: "-5") == .milliseconds(50))
        var delays = 0
        while retry.delay(status: 429, retryAfter: "0") != nil { delays += 1 }
        #expect(delays < Retry.triesMax)
    }

    @Test func problemsAreToldInOneLine() {
        let body = Data(
            #"{"code":"rules_unmet","detail":"No.","errors":[{"field":"closedOn","message":"Say when."}]}"#.utf8)
        #expect("\(APIProblem(status: 422, body: body))" == "HTTP 422, rules_unmet, No., closedOn: Say when.")
        #expect("\(APIProblem(status: 502, body: Data("<html>".utf8)))" == "HTTP 502")
    }

    @Test func aDeadClusterIsAClearLine() async throws {
        let port = try #require(try await Ports.free(1).first)
        let failure = try await #require(throws: CommandFailure.self) {
            try await APIClient.withClient(for: "http://127.0.0.1:\(port)") { try await $0.send(.GET, "/api/health") }
        }
        #expect(failure.line.contains("not reachable"))
    }

    @Test func aURLThatIsNoneIsAUsageError() async throws {
        let failure = try await #require(throws: CommandFailure.self) {
            try await APIClient.withClient(for: "localhost:8080") { _ in }
        }
        #expect(failure.code == 64)
    }

    @Test func theHealthTableEndsWithTheWhole() throws {
        let body = Data(#"{"status":"degraded","services":{"deals":{"status":"up"},"audit":{"status":"down"}}}"#.utf8)
        let report = try JSONDecoder().decode(PublicHealth.self, from: body)
        #expect(report.status == .degraded)
        #expect(report.table == ["SERVICE  STATUS", "audit    down", "deals    up", "cluster  degraded"])
    }

    @Test func addressesInURLs() {
        #expect(Address("127.0.0.1:8080")?.url == "http://127.0.0.1:8080")
        #expect(Address("[::1]:80")?.url == "http://[::1]:80")
        #expect(Address("0.0.0.0:80")?.reachable.text == "127.0.0.1:80")
        #expect(Address("[::]:80")?.reachable.text == "[::1]:80")
    }

    @Test func aPortInUseIsFoundBeforeAnythingStarts() async throws {
        let taken = try await Ports.hold()
        let failure = try await #require(throws: CommandFailure.self) {
            try await Ports.reserve(Address(host: "127.0.0.1", port: taken.port))
        }
        #expect(failure.line.contains("in use"))
        try await taken.release()
    }

    @Test func freePortsAreDifferent() async throws {
        let ports = try await Ports.free(9)
        #expect(Set(ports).count == 9)
    }
}
