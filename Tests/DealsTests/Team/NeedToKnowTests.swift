import Contracts
import Foundation
import RPC
import Testing

@testable import deals

/// Who is not on a deal learns nothing of it, through any call there is.
struct NeedToKnowTests {
    /// Every call about one deal, as a name and what it answers to this person.
    private static func calls(_ desk: Desk, on reference: String, as person: Person) -> [(
        String, () async throws -> Data
    )] {
        let user = UUIDv7.make().text
        var patch = DealPatch()
        patch.sector = .set("Food")
        let fields = patch
        let member = NewTeamMember(userId: person.id, role: .vp, access: .manage, reason: "curious")
        let calls: [(String, () async throws -> Data)] = [
            ("get", { try await desk.bytes(DealMethods.get, Nothing(), as: person, on: [reference]) }),
            ("update", { try await desk.bytes(DealMethods.update, fields, as: person, on: [reference], ifMatch: 1) }),
            ("transitions", { try await desk.bytes(DealMethods.transitions, Nothing(), as: person, on: [reference]) }),
            (
                "move",
                {
                    let move = Move(toStage: "lost", reason: "spite", fields: fields)
                    return try await desk.bytes(DealMethods.move, move, as: person, on: [reference], ifMatch: 9)
                }
            ),
            ("history", { try await desk.bytes(DealMethods.history, Nothing(), as: person, on: [reference]) }),
            ("team", { try await desk.bytes(DealMethods.team, Nothing(), as: person, on: [reference]) }),
            ("team.add", { try await desk.bytes(DealMethods.addMember, member, as: person, on: [reference]) }),
            (
                "team.remove",
                { try await desk.bytes(DealMethods.removeMember, Nothing(), as: person, on: [reference, user]) }
            ),
            (
                "conflict",
                {
                    let decision = ConflictDecision(decision: .cleared)
                    return try await desk.bytes(DealMethods.decideConflict, decision, as: person, on: [reference])
                }
            ),
            (
                "counterparties",
                { try await desk.bytes(DealMethods.counterparties, Nothing(), as: person, on: [reference]) }
            ),
            (
                "counterparties.add",
                {
                    let new = NewCounterparty(name: "Borealis", kind: .other)
                    return try await desk.bytes(DealMethods.addCounterparty, new, as: person, on: [reference])
                }
            ),
        ]
        return calls + wallCalls(desk, on: reference, as: person) + desk.workCalls(on: reference, as: person)
            + DocumentCalls.calls(desk, on: reference, as: person) + desk.recordCalls(on: reference, as: person)
            + desk.partyCalls(on: reference, as: person) + desk.historyCalls(on: reference, as: person)
            + desk.approvalCalls(on: reference, as: person)
    }

    /// Breaking the glass is not among them: it lets compliance into what it cannot see, and says so to the team.
    private static func wallCalls(_ desk: Desk, on reference: String, as person: Person) -> [(
        String, () async throws -> Data
    )] {
        let until = desk.clock.now().advanced(bySeconds: 60)
        let new = NewWallCrossing(userId: person.id, reason: "curious", until: until)
        let approval = CrossingDecision(decision: .approve)
        let child = [reference, UUIDv7.make().text]
        return [
            ("access", { try await desk.bytes(DealMethods.access, AccessQuery(), as: person, on: [reference]) }),
            (
                "crossings",
                { try await desk.bytes(DealMethods.crossings, CrossingQuery(), as: person, on: [reference]) }
            ),
            (
                "crossings.request",
                { try await desk.bytes(DealMethods.requestCrossing, new, as: person, on: [reference]) }
            ),
            (
                "crossings.decide",
                { try await desk.bytes(DealMethods.decideCrossing, approval, as: person, on: child) }
            ),
            ("crossings.end", { try await desk.bytes(DealMethods.endCrossing, Nothing(), as: person, on: child) }),
        ]
    }

    /// Calls that answer about many deals at once, asked about this one.
    private static func callsOnMany(_ desk: Desk, on deal: Deal, as person: Person) -> [(
        String, () async throws -> Data
    )] {
        var patch = DealPatch()
        patch.sector = .set("Food")
        let ids = BulkRequest(ids: [deal.id.text, deal.number], op: .update, fields: patch)
        let filter = BulkRequest(
            filter: DealQuery(q: deal.codeName), expectedCount: 1, op: .transition, move: Move(toStage: "lost"))
        let file = DealExportQuery(filter: DealQuery(q: deal.codeName))
        return [
            ("bulk", { try await desk.bytes(DealMethods.bulk, ids, as: person) }),
            ("bulk.filter", { try await desk.bytes(DealMethods.bulk, filter, as: person) }),
            ("export", { Data(try await desk.file(file, as: person).utf8) }),
            (
                "report.deals",
                {
                    let asked = ReportDealQuery(cell: "created")
                    return try await desk.bytes(DealMethods.reportDeals, asked, as: person, on: ["movement"])
                }
            ),
            (
                "import",
                {
                    let text = "deal,sector\n\(deal.number),Food\n"
                    let job = try await desk.validated(text, as: person)
                    let rows = try await desk.bytes(
                        DealMethods.importRows, ImportRowQuery(), as: person, on: [job.id.text])
                    _ = try await desk.call(DealMethods.removeImport, Nothing(), as: person, on: [job.id.text])
                    return try rows + Data(RowJSON.text(job).utf8)
                }
            ),
        ]
    }

    private static func outcome(_ call: () async throws -> Data) async -> RPCFault? {
        do {
            _ = try await call()
            return nil
        } catch { return error as? RPCFault }
    }

    @Test(arguments: Role.allCases)
    func aSecretDealLooksLikeNoneAtAll(role: Role) async throws {
        try await Desk.with { desk in
            let (banker, outsider) = (desk.person(.banker), desk.person(role))
            let deal = try await desk.deal("Falcon", by: banker, confidentiality: .secret)
            let before = try await desk.events().count
            for reference in [deal.id.text, deal.number] {
                let hidden = Self.calls(desk, on: reference, as: outsider)
                let absent = Self.calls(desk, on: UUIDv7.make().text, as: outsider)
                let nonsense = Self.calls(desk, on: "../deals", as: outsider)
                for index in hidden.indices {
                    let fault = await Self.outcome(hidden[index].1)
                    #expect(fault != nil, "\(hidden[index].0)")
                    #expect(fault == (await Self.outcome(absent[index].1)), "\(hidden[index].0)")
                    #expect(fault == (await Self.outcome(nonsense[index].1)), "\(hidden[index].0)")
                    #expect(fault?.status == .notFound || fault?.code == "forbidden", "\(hidden[index].0)")
                }
            }
            #expect(try await desk.events().count == before)
            #expect(try await desk.get(deal, as: banker) == deal)
        }
    }

    @Test(arguments: [Confidentiality.public, .internal, .confidential])
    func complianceReadsWhatIsNotSecretAndChangesNothing(level: Confidentiality) async throws {
        try await Desk.with { desk in
            let (banker, compliance) = (desk.person(.banker), desk.person(.compliance))
            let deal = try await desk.deal("Falcon", by: banker, confidentiality: level)
            #expect(try await desk.get(deal, as: compliance) == deal)
            #expect(try await desk.list(as: compliance).items == [deal])
            let refused = try await fault("access_too_low") {
                try await desk.update(deal, as: compliance) { $0.sector = .set("Food") }
            }
            #expect(refused.status == .permissionDenied)
        }
    }

    @Test func complianceSeesASecretDealAsAMember() async throws {
        try await Desk.with { desk in
            let (banker, compliance) = (desk.person(.banker), desk.person(.compliance))
            let deal = try await desk.deal("Falcon", by: banker, confidentiality: .secret)
            #expect(try await desk.list(DealQuery(count: true), as: compliance).total == 0)
            _ = try await desk.add(compliance, to: deal, by: banker, access: .read, role: .compliance)
            #expect(try await desk.get(deal, as: compliance) == deal)
            #expect(try await desk.list(as: compliance).items == [deal])
            #expect(try await desk.decide(.cleared, deal, as: compliance).conflictStatus == .cleared)
        }
    }

    @Test func anObserverReadsWhatHeIsAddedToAndNoMore() async throws {
        try await Desk.with { desk in
            let (banker, observer) = (desk.person(.banker), desk.person(.observer))
            let deal = try await desk.deal("Falcon", by: banker)
            _ = try await desk.deal("Hawk", by: banker)
            #expect(try await desk.list(as: observer).items.isEmpty)
            _ = try await desk.add(observer, to: deal, by: banker, access: .read, role: .observer)
            #expect(try await desk.list(as: observer).items == [deal])
            #expect(try await desk.history(deal, as: observer).count == 1)
            try await fault("forbidden") { try await desk.update(deal, as: observer) { $0.sector = .set("Food") } }
        }
    }

    @Test(arguments: [Role.admin, .management])
    func adminAndManagementSeeNoDeals(role: Role) async throws {
        try await Desk.with { desk in
            let (banker, person) = (desk.person(.banker), desk.person(role))
            let deal = try await desk.deal("Falcon", by: banker, confidentiality: .public)
            try await fault("forbidden") { try await desk.get(deal, as: person) }
            try await fault("forbidden") { try await desk.list(as: person) }
            #expect(Access(role: role, membership: .manage, isLetIn: true, confidentiality: .public) == .none)
        }
    }

    /// The list's WHERE and `Access` say the same of every person and deal.
    @Test func theListShowsExactlyWhatCanBeRead() async throws {
        try await Desk.with { desk in
            var random = SeededRandom(state: 7)
            let bankers = (0..<4).map { _ in desk.person(.banker) }
            let readers = [desk.person(.compliance), desk.person(.compliance), desk.person(.observer)]
            var deals: [Deal] = []
            for count in 0..<24 {
                let level = try #require(Confidentiality.allCases.randomElement(using: &random))
                let owner = try #require(bankers.randomElement(using: &random))
                let deal = try await desk.deal("Code \(count)", by: owner, confidentiality: level)
                deals.append(deal)
                for person in bankers + readers where person != owner && Bool.random(using: &random) {
                    _ = try await desk.add(person, to: deal, by: owner, access: .read)
                    if Bool.random(using: &random) { try await desk.remove(person, from: deal, by: owner) }
                }
            }
            for person in bankers + readers {
                let page = try await desk.list(DealQuery(limit: 200, count: true), as: person)
                var readable: Set<UUID> = []
                for deal in deals where (try? await desk.get(deal, as: person)) != nil { readable.insert(deal.id) }
                #expect(Set(page.items.map(\.id)) == readable)
                #expect(page.total == readable.count)
                let board = try await desk.call(
                    DealMethods.board, DealBoardQuery(pipeline: .sellSideMA), as: person)
                #expect(Set(board.columns.flatMap(\.items).map(\.id)) == readable)
                #expect(board.columns.map(\.count).reduce(0, +) == readable.count)
                let found = try await desk.call(
                    DealMethods.search, DealSearch(filter: .not(.field(.q, .contains, .text("?"))), limit: 200),
                    as: person)
                #expect(found.items == page.items)
            }
        }
    }

    /// No byte of any answer to an outsider holds the code name of a deal, whatever he asks.
    @Test func noAnswerToAnOutsiderHoldsACodeName() async throws {
        try await Desk.with { desk in
            var random = SeededRandom(state: 42)
            let (banker, outsider, observer) = (desk.person(.banker), desk.person(.banker), desk.person(.observer))
            let own = try await desk.deal("Own", by: outsider)
            for _ in 0..<40 {
                let letters = (0..<12).map { _ in "abcdefghijklmnopqrstuvwxyz".randomElement(using: &random) ?? "x" }
                let codeName = String(letters)
                let type = try #require(DealType.allCases.randomElement(using: &random))
                let level = try #require(Confidentiality.allCases.randomElement(using: &random))
                let deal = try await desk.deal(codeName, by: banker, type: type, confidentiality: level)
                for person in [outsider, observer] {
                    var answers =
                        Self.calls(desk, on: deal.id.text, as: person) + Self.calls(desk, on: deal.number, as: person)
                    for query in [
                        DealQuery(limit: 200, count: true), DealQuery(q: codeName, count: true),
                        DealQuery(q: String(codeName.prefix(4))), DealQuery(q: deal.number), DealQuery(lead: banker.id),
                        DealQuery(sort: "codeName", type: type), DealQuery(sort: "number", stage: deal.stage),
                        DealQuery(tag: codeName), DealQuery(deleted: .only, count: true),
                    ] {
                        answers.append(("list", { try await desk.bytes(DealMethods.list, query, as: person) }))
                    }
                    let typed = DealFindQuery(q: codeName)
                    answers.append(("find", { try await desk.bytes(DealMethods.find, typed, as: person) }))
                    let board = DealBoardQuery(pipeline: type)
                    answers.append(("board", { try await desk.bytes(DealMethods.board, board, as: person) }))
                    for field in [DealFilterField.q, .codeName] {
                        let search = DealSearch(filter: .field(field, .contains, .text(codeName)), count: true)
                        answers.append(("search", { try await desk.bytes(DealMethods.search, search, as: person) }))
                    }
                    answers += Self.callsOnMany(desk, on: deal, as: person)
                    for (name, answer) in answers {
                        let text: String
                        do { text = String(decoding: try await answer(), as: UTF8.self) } catch { text = "\(error)" }
                        #expect(!text.lowercased().contains(codeName), "\(name)")
                    }
                }
                let taken = await Self.outcome {
                    let new = NewDeal(codeName: codeName, type: type, clientName: "Guess")
                    return try await desk.bytes(DealMethods.create, new, as: outsider)
                }
                #expect(taken?.errors == [.codeNameNotAvailable])
            }
            #expect(try await desk.list(DealQuery(count: true), as: outsider).items == [own])
        }
    }
}
