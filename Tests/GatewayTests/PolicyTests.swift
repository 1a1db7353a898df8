import Foundation
import Logging
import Synchronization
import Testing

@testable import gateway

private func policy(_ text: String) throws -> Policy { try PolicyFile.policy(Data(text.utf8)) }

private func refusal(_ text: String) -> String {
    do {
        _ = try policy(text)
        return "none"
    } catch { return "\(error)" }
}

/// What a watch says and does, with a file of its own.
private final class Scene: Sendable {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("policy-\(UUID().uuidString).json").path
    private let policies = Mutex<[Policy]>([])
    private let said = Said(from: .debug)

    deinit { try? FileManager.default.removeItem(atPath: path) }

    var applied: [Policy] { policies.withLock { $0 } }
    var lines: [String] { said.lines }

    func write(_ text: String) throws { try text.write(toFile: path, atomically: true, encoding: .utf8) }

    func watch(_ judge: @escaping @Sendable (Policy) throws -> Void = { _ in }) throws -> PolicyWatch {
        try PolicyWatch(path: path, logger: said.logger) { policy in
            try judge(policy)
            self.policies.withLock { $0.append(policy) }
        }
    }
}

@Suite struct PolicyFileTests {
    @Test func everyMemberIsTaken() throws {
        let policy = try policy(
            """
            {"rates": {"address": "1/s:2", "user": "2/s:3", "write": "3/s:4", "heavy": "4/m:5", "signIn": "5/m:6",
              "signInAccount": "6/h:7", "refresh": "7/s:8"},
             "corsOrigins": ["https://app.example.com"], "trustedProxies": ["10.0.0.0/8"], "publicHosts": []}
            """)
        #expect(policy.rates.count == BudgetName.allCases.count)
        #expect(policy.rates[.signInAccount] == GCRA(count: 6, perSeconds: 3600, burst: 7))
        #expect(policy.corsOrigins == ["https://app.example.com"])
        #expect(policy.trustedProxies == ["10.0.0.0/8"])
        #expect(policy.publicHosts == [])
    }

    @Test func everyMemberMayBeLeftOut() throws { #expect(try policy("{}") == Policy()) }

    @Test func unknownMembersAreNamedWithTheKnownOnes() {
        #expect(
            refusal(#"{"rate": {}}"#)
                == "rate is not known; a policy knows corsOrigins, publicHosts, rates, trustedProxies")
        #expect(
            refusal(#"{"rates": {"adress": "1/s:1"}}"#)
                == "rates.adress is not known; rates knows address, heavy, refresh, signIn, signInAccount, user, write")
    }

    @Test(arguments: [
        ("", "it is not valid JSON"), ("{", "it is not valid JSON"), ("[]", "the file must be an object"),
        (#"{"rates": []}"#, "rates must be an object"), (#"{"rates": {"user": 5}}"#, "rates.user must be a string"),
        (
            #"{"rates": {"user": "5"}}"#,
            "rates.user is 5, but must be COUNT/UNIT:BURST such as 50/s:100, 10/m:20"
        ),
        (#"{"corsOrigins": "x"}"#, "corsOrigins must be a list"),
        (#"{"corsOrigins": [1]}"#, "corsOrigins.[0] must be a string"),
        (#"{"corsOrigins": [""]}"#, "corsOrigins has an item that is empty or longer than 1024 bytes"),
    ])
    func mistakesAreNamed(_ text: String, _ words: String) { #expect(refusal(text) == words) }

    @Test func nullIsAMistake() {
        #expect(refusal(#"{"publicHosts": null}"#) != "none")
        #expect(refusal(#"{"rates": null}"#) != "none")
    }

    @Test func aFileThatIsNotThereIsNamed() {
        #expect(throws: PolicyError("/nowhere/policy.json cannot be read")) {
            try PolicyFile.read("/nowhere/policy.json")
        }
    }
}

@Suite struct PolicyWatchTests {
    @Test func aChangedFileIsTakenOverOnce() async throws {
        let scene = Scene()
        try scene.write(#"{"rates": {"user": "1/s:1"}}"#)
        let watch = try scene.watch()
        await watch.reloadIfChanged()
        #expect(scene.applied.count == 1)
        try scene.write(#"{"rates": {"user": "2/s:2"}, "corsOrigins": []}"#)
        await watch.reloadIfChanged()
        await watch.reloadIfChanged()
        #expect(scene.applied.map { $0.rates[.user]?.burst } == [1, 2])
        #expect(scene.lines == [#"notice ["rates.user 1/s:1 → 2/s:2", "corsOrigins as set → 0"]"#])
    }

    @Test func aBrokenFileIsReportedOnceAndTheOldPolicyStays() async throws {
        let scene = Scene()
        try scene.write("{}")
        let watch = try scene.watch()
        for _ in 0..<3 {
            try scene.write("{")
            await watch.reloadIfChanged()
        }
        #expect(scene.applied.count == 1)
        #expect(scene.lines.count == 1)
        try FileManager.default.removeItem(atPath: scene.path)
        await watch.reloadIfChanged()
        await watch.reloadIfChanged()
        #expect(scene.applied.count == 1)
        #expect(scene.lines.count == 2)
        try scene.write(#"{"publicHosts": ["a"]}"#)
        await watch.reloadIfChanged()
        #expect(scene.applied.last?.publicHosts == ["a"])
    }

    @Test func aPolicyThatCannotBeAppliedIsRefused() async throws {
        let scene = Scene()
        try scene.write("{}")
        let watch = try scene.watch { if $0.corsOrigins != nil { throw PolicyError("no such origin") } }
        try scene.write(#"{"corsOrigins": ["x"]}"#)
        await watch.reloadIfChanged()
        #expect(scene.applied == [Policy()])
        #expect(scene.lines == ["error no such origin"])
    }

    @Test func reloadReadsEvenWhatHasNotChanged() async throws {
        let scene = Scene()
        try scene.write("{}")
        let watch = try scene.watch()
        await watch.reload()
        #expect(scene.applied.count == 2)
        #expect(scene.lines == ["notice []"])
    }

    @Test func aBrokenFileStopsTheStart() throws {
        let scene = Scene()
        try scene.write(#"{"rates": {"users": "1/s:1"}}"#)
        #expect(throws: PolicyError.self) { try scene.watch() }
    }
}
