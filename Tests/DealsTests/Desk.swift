import Contracts
import Foundation
import Logging
import NIOCore
import RPC
import Storage
import Testing

@testable import deals

/// The whole service on a real file in a directory of its own, called as the gateway would, JSON included.
struct Desk: Sendable {
    let store: Store
    let clock = TestClock()
    let people = People()
    let notices: NoticeDesk
    let documents: DocumentHandlers
    /// Works when it is told to.
    let imports: ImportDesk
    /// Waits until its `run` is called.
    let reads: SecretReads
    let router: RPCRouter

    /// - Parameters:
    ///   - beat: of the notices; long enough by itself that a heartbeat means that there was nothing to tell.
    ///   - prepare: leaves in the directory, which is there and empty, what an earlier run would have left.
    static func with(
        beat: Duration = .seconds(3600), prepare: ((String) throws -> Void)? = nil, _ body: (Desk) async throws -> Void
    ) async throws {
        let directory = try newDirectory()
        defer { try? FileManager.default.removeItem(atPath: directory) }
        if let prepare {
            try prepare(directory)
        } else {
            for (name, content) in try await empty.value {
                try content.write(to: URL(filePath: directory).appendingPathComponent(name))
            }
        }
        let store = try open(directory)
        let outcome: Result<Void, any Error>
        do {
            let desk = try Desk(store, directory: directory, beat: beat)
            outcome = .success(
                try await withThrowingTaskGroup(of: Void.self) { tasks in
                    tasks.addTask { await desk.notices.run() }
                    defer { tasks.cancelAll() }
                    try await body(desk)
                })
        } catch {
            outcome = .failure(error)
        }
        try await store.close()
        try outcome.get()
    }

    /// What a directory holds that has all tables and no deals: to make them takes as long as many of the tests.
    private static let empty = Task {
        let directory = try newDirectory()
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let store = try open(directory)
        try await store.close()
        return try FileManager.default.contentsOfDirectory(atPath: directory).map { name in
            (name, try Data(contentsOf: URL(filePath: directory).appendingPathComponent(name)))
        }
    }

    private static func newDirectory() throws -> String {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("deals-\(UUID().text)").path
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        return directory
    }

    private static func open(_ directory: String) throws -> Store {
        try Store.open(
            directory: directory, fileName: "deals.sqlite", migrator: DealsSchema.migrator, durability: .normal,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    private init(_ store: Store, directory: String, beat: Duration) throws {
        self.store = store
        let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        notices = NoticeDesk(store: store, beat: beat, logger: quiet, now: clock.now)
        documents = DocumentHandlers(
            documents: DocumentStore(store: store), shelf: try DocumentShelf(directory: directory + "/documents"),
            logger: quiet, now: clock.now)
        let users: UserResolver = { [people] lookup, _ in try people.find(lookup) }
        imports = ImportDesk(
            work: ImportWorkStore(store: store), shelf: try DocumentShelf(directory: directory + "/imports"),
            users: users, logger: quiet, now: clock.now)
        reads = SecretReads(store: SecretReadStore(store: store), logger: quiet, drain: .seconds(60))
        router = Deals.router(
            store: store, notices: notices, documents: documents, imports: imports, reads: reads, now: clock.now,
            users: users)
    }

    func person(_ role: Role, _ status: UserStatus = .active) -> Person {
        let person = Person(role)
        people.add(person.user(status))
        return person
    }

    /// Sends the input as JSON through the router and answers what came back, as bytes.
    func bytes<Input, Output>(
        _ method: RPCMethod<Input, Output>, _ input: Input, as person: Person?, on resource: [String] = [],
        ifMatch: Int64? = nil, key: String? = nil
    ) async throws -> Data {
        var context = RPCContext(
            peer: Peer.gateway,
            identity: person.map { RPCIdentity(subject: $0.id, session: $0.id, roles: $0.role.bits) },
            resource: resource, ifMatch: ifMatch, idempotencyKey: key)
        context.requestID = "request-1"
        let body = ByteBuffer(bytes: try StrictJSON.encode(input))
        return Data(try await router.dispatch(method.entry, body: body, context: context).body.readableBytesView)
    }

    func call<Input, Output>(
        _ method: RPCMethod<Input, Output>, _ input: Input, as person: Person?, on resource: [String] = [],
        ifMatch: Int64? = nil, key: String? = nil
    ) async throws -> Output {
        let data = try await bytes(method, input, as: person, on: resource, ifMatch: ifMatch, key: key)
        return try JSONDecoder().decode(Output.self, from: data)
    }

    /// Sends JSON as a client wrote it.
    func send<Input, Output>(
        _ method: RPCMethod<Input, Output>, json: String, as person: Person, on resource: [String] = [],
        ifMatch: Int64? = nil
    ) async throws -> Output {
        let context = RPCContext(
            peer: Peer.gateway, identity: RPCIdentity(subject: person.id, session: person.id, roles: person.role.bits),
            resource: resource, ifMatch: ifMatch)
        let reply = try await router.dispatch(method.entry, body: ByteBuffer(string: json), context: context)
        return try JSONDecoder().decode(Output.self, from: Data(reply.body.readableBytesView))
    }

    func events(after sequence: Int64 = 0) async throws -> [Event] {
        let pull = EventPull(after: sequence, limit: 500, waitMilliseconds: 0)
        return try await call(EventMethods.pull, pull, as: nil).events.map(\.event)
    }
}

/// The calls that stories are told with.
extension Desk {
    func deal(
        _ codeName: String, by person: Person, type: DealType = .sellSideMA, client: String = "Aurora Foods",
        confidentiality: Confidentiality? = nil
    ) async throws -> Deal {
        let new = NewDeal(codeName: codeName, type: type, clientName: client, confidentiality: confidentiality)
        return try await call(DealMethods.create, new, as: person)
    }

    func get(_ deal: Deal, as person: Person) async throws -> Deal {
        try await call(DealMethods.get, Nothing(), as: person, on: [deal.id.text])
    }

    func update(
        _ deal: Deal, as person: Person, version: Int64? = nil, _ change: (inout DealPatch) -> Void
    ) async throws -> Deal {
        var patch = DealPatch()
        change(&patch)
        return try await call(
            DealMethods.update, patch, as: person, on: [deal.id.text], ifMatch: version ?? deal.version)
    }

    func move(
        _ deal: Deal, to stage: String, as person: Person, reason: String? = nil, effectiveOn: BusinessDate? = nil,
        _ change: ((inout DealPatch) -> Void)? = nil
    ) async throws -> Deal {
        var fields = DealPatch()
        change?(&fields)
        let move = Move(
            toStage: stage, reason: reason, effectiveOn: effectiveOn, fields: change == nil ? nil : fields)
        return try await call(DealMethods.move, move, as: person, on: [deal.id.text]).deal
    }

    func add(
        _ person: Person, to deal: Deal, by manager: Person, access: TeamAccess, role: TeamRole = .associate
    ) async throws -> TeamMember {
        let new = NewTeamMember(userId: person.id, role: role, access: access, reason: "works on it")
        return try await call(DealMethods.addMember, new, as: manager, on: [deal.id.text])
    }

    func remove(_ person: Person, from deal: Deal, by manager: Person) async throws {
        _ = try await call(DealMethods.removeMember, Nothing(), as: manager, on: [deal.id.text, person.id.text])
    }

    func decide(
        _ decision: ConflictStatus, _ deal: Deal, as person: Person, expiresOn: BusinessDate? = nil
    ) async throws -> Deal {
        let input = ConflictDecision(
            decision: decision, note: decision == .clearedWithConditions ? "no buy-side work" : nil,
            expiresOn: expiresOn)
        return try await call(DealMethods.decideConflict, input, as: person, on: [deal.id.text])
    }

    func history(_ deal: Deal, as person: Person) async throws -> [StageTransition] {
        try await call(DealMethods.history, Nothing(), as: person, on: [deal.id.text]).items
    }

    func list(_ query: DealQuery = DealQuery(), as person: Person) async throws -> DealPage {
        try await call(DealMethods.list, query, as: person)
    }
}
