import ArgumentParser
import AsyncHTTPClient
import Foundation
import HTTPServer
import NIOCore
import NIOHTTP1
import Storage
import Testing
import TransparencyLog

@testable import ibpipeline

/// A witness of the log of the tests, on a folder of its own.
private struct Watch: Sendable {
    let folder: TemporaryFolder

    var store: WitnessStore { WitnessStore(directory: "\(folder.path)/witness") }

    func start() throws -> Witness {
        try Witness(logs: [TestLog.trusted], key: store.key(name: "witness.example"), store: store) { 1_800_000_000 }
    }

    static func with(_ body: @escaping (Watch) async throws -> Void) async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        try await body(Watch(folder: folder))
    }
}

extension Witness {
    /// What it answers over HTTP.
    fileprivate func status(of request: AddCheckpoint) throws -> Int {
        let answer = try add(request)
        return switch answer {
        case .cosigned: 200
        case .refused(let decision): decision.status
        }
    }
}

struct WitnessTests {
    private let log = TestLog(400)

    @Test func growthIsCosigned() async throws {
        try await Watch.with { watch in
            let witness = try watch.start()
            let first = try await witness.status(of: log.request(from: 0, to: 100))
            let second = try await witness.status(of: log.request(from: 100, to: 400))
            #expect((first, second) == (200, 200))
            let kept = await witness.note(WitnessStore.id(of: TestLog.origin))
            let note = try #require(kept)
            let trusted = TrustedLog(
                origin: TestLog.origin, keys: [TestLog.key.verifier], witnesses: [witness.verifier], witnessesNeeded: 1)
            let opened = try trusted.open(note)
            #expect(opened.checkpoint.size == 400)
            #expect(opened.cosignatures.first?.time == 1_800_000_000)
        }
    }

    @Test func restartForgetsNothing() async throws {
        try await Watch.with { watch in
            let first = try watch.start()
            let before = try await first.status(of: log.request(from: 0, to: 200))
            #expect(before == 200)
            let second = try watch.start()
            #expect(second.verifier.text == first.verifier.text)
            let last = await second.last(of: TestLog.origin)
            #expect(last?.size == 200)
            let anew = try await second.status(of: log.request(from: 0, to: 300))
            let onward = try await second.status(of: log.request(from: 200, to: 300))
            #expect((anew, onward) == (409, 200))
        }
    }

    @Test func rollbackIsRefused() async throws {
        try await Watch.with { watch in
            let witness = try watch.start()
            let good = try await witness.status(of: log.request(from: 0, to: 300))
            let behind = try await witness.status(of: log.request(from: 100, to: 200))
            #expect((good, behind) == (200, 409))
            let request = AddCheckpoint(oldSize: 300, proof: [], checkpoint: try log.signed(200))
            let back = try await witness.status(of: request)
            #expect(back == 400)
            let last = await witness.last(of: TestLog.origin)
            #expect(last?.size == 300)
        }
    }

    @Test func forkIsRefused() async throws {
        try await Watch.with { watch in
            let witness = try watch.start()
            let good = try await witness.status(of: log.request(from: 0, to: 300))
            #expect(good == 200)
            let fork = TestLog(400, changed: [7])
            let longer = try await witness.status(of: fork.request(from: 300, to: 400))
            let same = try await witness.status(of: fork.request(from: 300, to: 300))
            #expect((longer, same) == (422, 409))
        }
    }

    @Test func ofManyAtOnceThatContradictEachOtherOneIsCosigned() async throws {
        try await Watch.with { watch in
            let witness = try watch.start()
            let requests = try (1...50).map { try TestLog(100, changed: [$0]).request(from: 0, to: 100) }
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for request in requests { group.addTask { try await witness.status(of: request) } }
                var statuses: [Int] = []
                for try await status in group { statuses.append(status) }
                return statuses
            }
            #expect(statuses.filter { $0 == 200 }.count == 1)
            #expect(statuses.filter { $0 == 409 }.count == 49)
            let kept = await witness.last(of: TestLog.origin)
            let restarted = try watch.start()
            let known = await restarted.last(of: TestLog.origin)
            #expect(kept != nil && known == kept)
        }
    }

    @Test func whatCannotBeStoredIsNotCosigned() async throws {
        try await Watch.with { watch in
            let witness = try watch.start()
            // A folder where the file is to be.
            try FileManager.default.createDirectory(
                atPath: "\(watch.store.directory)/\(WitnessStore.id(of: TestLog.origin)).checkpoint",
                withIntermediateDirectories: false)
            let request = try log.request(from: 0, to: 100)
            do {
                _ = try await witness.add(request)
                Issue.record("it cosigned what it cannot remember")
            } catch is BackupError {}
            let last = await witness.last(of: TestLog.origin)
            #expect(last == nil)
        }
    }

    @Test func damagedMemoryStopsTheStart() async throws {
        try await Watch.with { watch in
            let witness = try watch.start()
            let status = try await witness.status(of: log.request(from: 0, to: 100))
            #expect(status == 200)
            // Signed by the log, but not what this witness has cosigned.
            try watch.store.keep(log.signed(50), of: TestLog.origin)
            #expect(throws: CommandFailure.self) { _ = try watch.start() }
        }
    }

    @Test func keyIsItsOwnersAlone() throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let store = WitnessStore(directory: folder.path)
        let key = try store.key(name: "witness.example")
        #expect(try store.key(name: "another.example").verifier.text == key.verifier.text)
        let mode = try FileManager.default.attributesOfItem(atPath: "\(folder.path)/witness.key")[.posixPermissions]
        #expect(mode as? Int == 0o600)
    }

    @Test func strangersSignaturesAreNotKept() async throws {
        try await Watch.with { watch in
            let witness = try watch.start()
            var note = try log.signed(100)
            note.add(try TestLog.signer("stranger.example", .ed25519, seed: 4).sign(note))
            let status = try await witness.status(of: AddCheckpoint(oldSize: 0, proof: [], checkpoint: note))
            #expect(status == 200)
            let kept = await witness.note(WitnessStore.id(of: TestLog.origin))
            #expect(kept?.signatures.map(\.name) == [TestLog.origin, "witness.example"])
        }
    }
}

struct WitnessServerTests {
    private let log = TestLog(400)

    private struct Answer {
        var status: UInt
        var type: String?
        var body: String
    }

    private func post(_ body: Data, to url: String, _ path: String = "/add-checkpoint") async throws -> Answer {
        var request = HTTPClientRequest(url: url + path)
        request.method = .POST
        request.body = .bytes(ByteBuffer(bytes: body))
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(60))
        let text = String(buffer: try await response.body.collect(upTo: 1 << 20))
        return Answer(
            status: response.status.code, type: response.headers.first(name: "content-type"), body: text)
    }

    private func withServer(
        _ body: @escaping (_ url: String, _ witness: Witness) async throws -> Void
    ) async throws {
        try await Watch.with { watch in
            let witness = try watch.start()
            let server = WitnessServer(witness: witness, console: try watch.folder.console("witness"))
            try await HTTPServer.serve(server) { url in try await body(url, witness) }
        }
    }

    @Test func answersAreThoseOfTheProtocol() async throws {
        try await withServer { url, witness in
            let good = try await post(log.request(from: 0, to: 300).bytes, to: url)
            #expect(good.status == 200)
            let signatures = try #require(NoteSignature.lines(Data(good.body.utf8)))
            var note = try log.signed(300)
            for signature in signatures { note.add(signature) }
            #expect(try note.opened(by: [witness.verifier]).signatures.count == 1)

            let behind = try await post(log.request(from: 100, to: 400).bytes, to: url)
            #expect((behind.status, behind.body) == (409, "300\n"))
            #expect(behind.type == "text/x.tlog.size")

            let fork = TestLog(400, changed: [0])
            let forked = try await post(fork.request(from: 300, to: 400).bytes, to: url)
            #expect(forked.status == 422)
            let impostor = TestLog.signer(TestLog.origin, .ed25519, seed: 9)
            let foreign = try await post(log.request(from: 300, to: 400, by: impostor).bytes, to: url)
            #expect(foreign.status == 403)
            let other = try log.signed(10, origin: "other.example/log")
            let unknown = try await post(AddCheckpoint(oldSize: 0, proof: [], checkpoint: other).bytes, to: url)
            #expect(unknown.status == 404)
            let malformed = try await post(Data("old 1\n".utf8), to: url)
            #expect(malformed.status == 400)
            let older = try log.signed(100)
            let back = try await post(AddCheckpoint(oldSize: 300, proof: [], checkpoint: older).bytes, to: url)
            #expect(back.status == 400)
        }
    }

    @Test func whatItCosignedIsThereForAuditors() async throws {
        try await withServer { url, witness in
            let place = "/checkpoint/\(WitnessStore.id(of: TestLog.origin))"
            try await APIClient.withClient(for: url) { api in
                do {
                    _ = try await api.send(.GET, place)
                    Issue.record("there is a checkpoint before the first")
                } catch let problem as APIProblem {
                    #expect(problem.status == 404)
                }
                let request = try log.request(from: 0, to: 300)
                _ = try await witness.add(request)
                let bytes = try await api.send(.GET, place)
                let note = try SignedNote(bytes)
                #expect(note.signatures.map(\.name) == [TestLog.origin, "witness.example"])
                let alive = try await api.send(.GET, "/livez")
                #expect(alive == Data("ok\n".utf8))
            }
        }
    }

    @Test func otherMethodsAreRefused() async throws {
        try await withServer { url, _ in
            let posted = try await post(Data(), to: url, "/livez")
            #expect(posted.status == 405)
            let get = try await HTTPClient.shared.execute(
                HTTPClientRequest(url: url + WitnessServer.submission), timeout: .seconds(60))
            #expect(get.status.code == 405)
        }
    }
}

struct WitnessFollowerTests {
    private func withFollower(
        _ log: TestLog, size: Int, _ body: @escaping @Sendable (TileServer, WitnessFollower) async throws -> Void
    ) async throws {
        try await Watch.with { watch in
            let server = TileServer(log, size: size)
            let witness = try watch.start()
            let console = try watch.folder.console("follower")
            try await server.serve { url in
                try await APIClient.withClient(for: url) { api in
                    let follower = WitnessFollower(
                        client: LogClient(api: api, token: { nil }), witness: witness, log: TestLog.trusted,
                        period: .seconds(1), console: console)
                    try await body(server, follower)
                }
            }
        }
    }

    @Test func followedLogIsCosignedAsItGrows() async throws {
        try await withFollower(TestLog(3000), size: 0) { server, follower in
            for size in [0, 5, 256, 257, 1000, 1000, 3000] {
                server.change { $0.size = size }
                let problem = await follower.round()
                #expect(problem == nil)
                let last = await follower.witness.last(of: TestLog.origin)
                #expect(last?.size == Int64(size))
            }
        }
    }

    @Test func rewrittenLogRaisesAnAlarm() async throws {
        try await withFollower(TestLog(1000), size: 500) { server, follower in
            _ = await follower.round()
            server.change { $0.size = 400 }
            let back = await follower.round()
            #expect(back?.hasPrefix("ALARM: it went back to 400 entries, 500 were cosigned") == true)
            server.change { ($0.log, $0.size) = (TestLog(1000, changed: [3]), 1000) }
            let fork = await follower.round()
            #expect(fork?.hasPrefix("ALARM: the log does not continue") == true)
            let last = await follower.witness.last(of: TestLog.origin)
            #expect(last?.size == 500)
        }
    }

    /// Until the witness that listens there has cosigned something.
    private static func awaitCheckpoint(at url: String) async throws {
        let place = "/checkpoint/\(WitnessStore.id(of: TestLog.origin))"
        try await APIClient.withClient(for: url) { api in
            var isThere = false
            while !isThere {
                do {
                    _ = try await api.send(.GET, place)
                    isThere = true
                } catch let problem as APIProblem where problem.status == 404 {
                    await Task.yield()
                }
            }
        }
    }

    @Test func commandFollowsUntilItIsStopped() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let console = try folder.console("command")
        try await TileServer(TestLog(20)).serve { url in
            let command = try WitnessCommand.parse([
                "--data-dir", "\(folder.path)/witness", "--listen", "127.0.0.1:0", "--log",
                TestLog.key.verifier.text, "--follow", url, "--every", "1ms",
            ])
            let (ports, port) = AsyncStream.makeStream(of: Int.self)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await command.run(on: console) { port.yield($0) } }
                group.addTask {
                    for await port in ports {
                        try await Self.awaitCheckpoint(at: "http://127.0.0.1:\(port)")
                        return
                    }
                }
                // The second ends when the checkpoint is there, the first never by itself.
                try await group.next()
                group.cancelAll()
                do { try await group.waitForAll() } catch is CancellationError {}
            }
        }
        let printed = try folder.text(of: "command.out")
        #expect(printed.hasPrefix("vkey witness.ibpipeline.local+"))
    }
}
