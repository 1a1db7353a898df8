import Contracts
import Foundation
import Testing

@testable import auth

struct ThrottleEventTests {
    func told(_ bench: AuthBench) async throws -> [Event] {
        try await bench.events("session.failed").filter { $0.changes.first?.after == "throttled" }
    }

    @Test func waitIsToldOnce() async throws {
        try await AuthBench.with { bench in
            for _ in 0..<20 { _ = try await bench.attempt() }
            let event = try #require(try await told(bench).first)
            #expect(try await told(bench).count == 1)
            #expect(event.changes.last == FieldChange("throttle", before: nil, after: "pair"))
            #expect(event.actor.kind == "anonymous")
            #expect(event.subject.kind == "user")
            #expect(event.subject.id != "")
            bench.pass(seconds: 5)
            for _ in 0..<20 { _ = try await bench.attempt() }
            #expect(try await told(bench).count == 2)
            #expect(try await bench.events("session.failed").count == 4 + 1 + 1 + 1)
        }
    }

    @Test func strangersEmailIsNotTold() async throws {
        try await AuthBench.with { bench in
            for _ in 0..<20 { _ = try await bench.attempt("nobody@bank.test") }
            #expect(try await told(bench).map(\.subject.id) == [""])
            let written = try await bench.payloads()
            #expect(!written.contains("nobody@") && !written.contains(AuthBench.wrongPassword))
        }
    }
}
