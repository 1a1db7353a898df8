import ArgumentParser
import AsyncHTTPClient
import Foundation
import HTTPServer
import NIOCore
import NIOHTTP1
import Synchronization
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

    static func with(_ body: (Watch) async throws -> Void) async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        try await body(Watch(folder: folder))
    }
}

extension Witness.Answer {
    fileprivate var status: Int {
        switch self {
        case .cosigned: 200
        case .refused(let decision): decision.status
        }
    }
}

struct WitnessTests {
    private let log = TestLog(400)

    @Test func growthIsCosigned() async throws {
        try await Watch.with { watch async throws in
            let witness = try watch.start()
            #expect(try await witness.add(log.request(from: 0, to: 100)).status == 200)
            #expect(try await witness.add(log.request(from: 100, to: 400)).status == 200)
            let note = try #require(await witness.note(WitnessStore.id(of: TestLog.origin)))
            let trusted = TrustedLog(
                origin: TestLog.origin, keys: [TestLog.key.verifier], witnesses: [witness.verifier], witnessesNeeded: 1)
            let opened = try trusted.open(note)
            #expect(opened.checkpoint.size == 400)
            #expect(opened.cosignatures.first?.time == 1_800_000_000)
        }
    }

    @Test func restartForgetsNothing() async throws {
        try await Watch.with { watch async throws in
            let first = try watch.start()
            #expect(try await first.add(log.request(from: 0, to: 200)).status == 200)
            let second = try watch.start()
            #expect(second.verifier.text == first.verifier.text)
            #expect(await second.last(of: TestLog.origin)?.size == 200)
            #expect(try await second.add(log.request(from: 0, to: 300)).status == 409)
            #expect(try await second.add(log.request(from: 200, to: 300)).status == 200)
        }
    }

    @Test func rollbackIsRefused() async throws {
        try await Watch.with { watch async throws in
            let witness = try watch.start()
            #expect(try await witness.add(log.request(from: 0, to: 300)).status == 200)
            #expect(try await witness.add(log.request(from: 100, to: 200)).status == 409)
            let back = AddCheckpoint(oldSize: 300, proof: [], checkpoint: try log.signed(200))
            #expect(try await witness.add(back).status == 400)
            #expect(await witness.last(of: TestLog.origin)?.size == 300)
        }
    }

    @Test func forkIsRefused() async throws {
        try await Watch.with { watch async throws in
            let witness = try watch.start()
            #expect(try await witness.add(log.request(from: 0, to: 300)).status == 200)
            let fork = TestLog(400, changed: [7])
            #expect(try await witness.add(fork.request(from: 300, to: 400)).status == 422)
            #expect(try await witness.add(fork.request(from: 300, to: 300)).status == 409)
        }
    }

    @Test func ofManyAtOnceThatContradictEachOtherOneIsCosigned() async throws {
        try await Watch.with { watch async throws in
            let witness = try watch.start()
            let requests = try (1...50).map { try TestLog(100, changed: [$0]).request(from: 0, to: 100) }
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for request in requests { group.addTask { try await witness.add(request).status } }
                return try await group.reduce(into: [Int]()) { $0.append($1) }
            }
            #expect(statuses.filter { $0 == 200 }.count == 1)
            #expect(statuses.filter { $0 == 409 }.count == 49)
            let kept = try #require(await witness.last(of: TestLog.origin))
            #expect(try await watch.start().last(of: TestLog.origin) == kept)
        }
    }

    @Test func whatCannotBeStoredIsNotCosigned() async throws {
        try await Watch.with { watch async throws in
            let witness = try watch.start()
            // A folder where the file is to be.
            try FileManager.default.createDirectory(
                atPath: "\(watch.store.directory)/\(WitnessStore.id(of: TestLog.origin)).checkpoint",
                withIntermediateDirectories: false)
            let request = try log.request(from: 0, to: 100)
            await #expect(throws: (any Error).self) { _ = try await witness.add(request) }
            #expect(await witness.last(of: TestLog.origin) == nil)
        }
    }

    @Test func damagedMemoryStopsTheStart() async throws {
        try await Watch.with { watch async throws in
            #expect(try await watch.start().add(log.request(from: 0, to: 100)).status == 200)
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
        try await Watch.with { watch async throws in
            let witness = try watch.start()
            var note = try log.signed(100)
            note.add(try TestLog.signer("stranger.example", .ed25519, seed: 4).sign(note))
            #expect(try await witness.add(AddCheckpoint(oldSize: 0, proof: [], checkpoint: note)).status == 200)
            let kept = try #require(await witness.note(WitnessStore.id(of: TestLog.origin)))
            #expect(kept.signatures.map(\.name) == [TestLog.origin, "witness.example"])
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

    private func withServer(_ body: (String, Witness) async throws -> Void) async throws {
        try await Watch.with { watch async throws in
            let witness = try watch.start()
            let server = WitnessServer(witness: witness, console: try watch.folder.console("witness"))
            try await HTTPServer.serve(server) { try await body($0, witness) }
        }
    }

    @Test func answersAreThoseOfTheProtocol() async throws {
        try await withServer { url, witness async throws in
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
            #expect(try await post(fork.request(from: 300, to: 400).bytes, to: url).status == 422)
            let impostor = TestLog.signer(TestLog.origin, .ed25519, seed: 9)
            #expect(try await post(log.request(from: 300, to: 400, by: impostor).bytes, to: url).status == 403)
            let unknown = AddCheckpoint(
                oldSize: 0, proof: [], checkpoint: try log.signed(10, origin: "other.example/log"))
            #expect(try await post(unknown.bytes, to: url).status == 404)
            #expect(try await post(Data("old 1\n".utf8), to: url).status == 400)
            let back = AddCheckpoint(oldSize: 300, proof: [], checkpoint: try log.signed(100))
            #expect(try await post(back.bytes, to: url).status == 400)
        }
    }

    @Test func whatItCosignedIsThereForAuditors() async throws {
        try await withServer { url, witness async throws in
            let id = WitnessStore.id(of: TestLog.origin)
            let place = "/checkpoint/\(id)"
            try await APIClient.withClient(for: url) { api in
                let none = await #expect(throws: APIProblem.self) { _ = try await api.send(.GET, place) }
                #expect(none?.status == 404)
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
        try await withServer { url, _ async throws in
            #expect(try await post(Data(), to: url, "/livez").status == 405)
            let get = try await HTTPClient.shared.execute(
                HTTPClientRequest(url: url + WitnessServer.submission), timeout: .seconds(60))
            #expect(get.status.code == 405)
        }
    }
}

struct WitnessFollowerTests {
    private func withFollower(
        _ log: TestLog, size: Int, _ body: @Sendable (TileServer, WitnessFollower) async throws -> Void
    ) async throws {
        try await Watch.with { watch async throws in
            let server = TileServer(log, size: size)
            let (witness, console) = (try watch.start(), try watch.folder.console("follower"))
            try await server.serve { url async throws in
                try await APIClient.withClient(for: url) { api in
                    try await body(
                        server,
                        WitnessFollower(
                            client: LogClient(api: api, token: { nil }), witness: witness, log: TestLog.trusted,
                            period: .seconds(1), console: console))
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

    @Test func commandFollowsUntilItIsStopped() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        try await TileServer(TestLog(20)).serve { url async throws in
            let command = try #require(
                try WitnessCommand.parse([
                    "--data-dir", "\(folder.path)/witness", "--listen", "127.0.0.1:0", "--log",
                    TestLog.key.verifier.text, "--follow", url, "--every", "1ms",
                ]) as WitnessCommand?)
            let console = try folder.console("command")
            let (ports, port) = AsyncStream<Int>.makeStream()
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await command.run(on: console) { port.yield($0) } }
                group.addTask {
                    var iterator = ports.makeAsyncIterator()
                    let port = await iterator.next() ?? 0
                    let place = "/checkpoint/\(WitnessStore.id(of: TestLog.origin))"
                    try await APIClient.withClient(for: "http://127.0.0.1:\(port)") { api in
                        while (try? await api.send(.GET, place)) == nil { await Task.yield() }
                    }
                }
                // The second ends when the checkpoint is there, the first never by itself.
                try await group.next()
                group.cancelAll()
                do { try await group.waitForAll() } catch is CancellationError {}
            }
        }
        #expect(try folder.text(of: "command.out").hasPrefix("vkey witness.ibpipeline.local+"))
    }
}
