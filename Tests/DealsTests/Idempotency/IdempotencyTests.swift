import Contracts
import Foundation
import GRDB
import NIOCore
import RPC
import Storage
import Testing

@testable import deals

/// A key makes a call that is sent twice happen once, whichever call it is.
struct IdempotencyTests {
    /// A call as a client sends it: with a key, and with more or less of the request changed.
    private typealias Sending = @Sendable (_ key: String?, _ isOther: Bool) async throws -> Data

    /// Every call that takes a key, on a deal on which it may be made.
    private static func calls(_ desk: Desk) async throws -> [(name: String, send: Sending)] {
        let (lead, compliance) = (desk.person(.banker), desk.person(.compliance))
        let deal = try await desk.deal("Falcon", by: lead)
        let closed = try await desk.deal("Hawk", by: lead, confidentiality: .secret)
        let document = try await desk.link(in: deal, as: lead)
        let crossing = try await desk.ask(for: desk.person(.banker), on: deal, by: lead)
        let asked = try await desk.ask(.fairnessCommittee, on: deal, by: lead)
        let gone = try await desk.delete(try await desk.deal("Kestrel", by: lead), as: lead)
        let (member, guest) = (desk.person(.banker), desk.person(.banker))
        let organization = try await desk.call(
            DealMethods.addOrganization, NewOrganization(name: "Borealis Holding", kind: .other), as: lead
        ).organization
        let until = desk.clock.now().advanced(bySeconds: 86_400)
        _ = try await desk.place("Watched", on: .watch, by: compliance)
        _ = try await desk.check(["Watched"], as: lead)
        let check = try #require(try await desk.queue(as: compliance).items.first)
        let link = "https://rooms.example/2"
        return [
            on(desk, DealMethods.create, lead, []) {
                NewDeal(codeName: $0, type: .sellSideMA, clientName: "Borealis")
            },
            on(desk, DealMethods.move, lead, [deal.id]) { Move(toStage: "on_hold", reason: $0) },
            on(desk, DealMethods.addMember, lead, [deal.id]) {
                NewTeamMember(userId: member.id, role: .vp, access: .edit, reason: $0)
            },
            on(desk, DealMethods.decideConflict, compliance, [deal.id]) {
                ConflictDecision(decision: .cleared, note: $0)
            },
            on(desk, DealMethods.addCounterparty, lead, [deal.id]) { NewCounterparty(name: $0, kind: .other) },
            on(desk, DealMethods.addActivity, lead, [deal.id]) { NewDealActivity(kind: .note, text: $0) },
            on(desk, DealMethods.addTask, lead, [deal.id]) { NewDealTask(title: $0) },
            on(desk, DealMethods.addTemplateTasks, lead, [deal.id]) {
                TaskTemplateStart(startOn: $0 == "other" ? .tomorrow : .today)
            },
            on(desk, DealMethods.addDocument, lead, [deal.id]) { NewDocument(type: .teaser, title: $0, link: link) },
            on(desk, DealMethods.addDocumentVersion, lead, [deal.id, document.id]) {
                NewDocumentVersion(title: $0, link: link)
            },
            on(desk, DealMethods.decideCheck, compliance, [check.id]) { CheckDecision(decision: .cleared, note: $0) },
            on(desk, DealMethods.addListEntry, compliance, [], at: ["watch"]) {
                NewListEntry(name: $0, reason: "news")
            },
            on(desk, DealMethods.requestConflict, lead, [deal.id]) { ConflictRequest(note: $0) },
            on(desk, DealMethods.breakGlass, compliance, [closed.id]) { BreakGlass(reason: "the regulator: \($0)") },
            on(desk, DealMethods.requestCrossing, lead, [deal.id]) {
                NewWallCrossing(userId: guest.id, reason: $0, until: until)
            },
            on(desk, DealMethods.decideCrossing, compliance, [deal.id, crossing.id]) {
                CrossingDecision(decision: .approve, note: $0)
            },
            on(desk, DealMethods.addParty, lead, [deal.id]) {
                NewDealParty(organization: NewOrganization(name: $0, kind: .other), role: .lender)
            },
            on(desk, DealMethods.addPerson, lead, [organization.id]) { NewContactPerson(name: $0) },
            on(desk, DealMethods.requestApproval, lead, [deal.id]) { NewApproval(kind: .engagement, reason: $0) },
            on(desk, DealMethods.decideApproval, compliance, [deal.id, asked.id]) {
                ApprovalDecision(decision: .approve, note: $0)
            },
            on(desk, DealMethods.restore, lead, [gone.id], ifMatch: gone.version) { DealRestoration(reason: $0) },
        ] + callsOfNoDeal(desk, lead, deal) + (try await callsOfCounterparties(desk, lead, deal))
            + (try await callsOfMoney(desk, lead, deal))
    }

    private static func callsOfMoney(
        _ desk: Desk, _ lead: Person, _ deal: Deal
    ) async throws -> [(name: String, send: Sending)] {
        _ = try await desk.round(on: deal, by: lead)
        let buyer = try await desk.bidder("Contoso", on: deal, by: lead)
        let bid = try await desk.bid("5", of: buyer, in: 1, on: deal, by: lead)
        let price = bid.price
        return [
            on(desk, DealMethods.addFee, lead, [deal.id]) {
                NewDealFee(terms: Desk.retainer, title: $0)
            },
            on(desk, DealMethods.addRound, lead, [deal.id]) { NewDealRound(name: $0, kind: .loi) },
            // The other bid first, so that the one that stands is this one's own.
            on(desk, DealMethods.withdrawBid, lead, [deal.id, bid.id], ifMatch: bid.version) {
                BidWithdrawal(reason: $0)
            },
            on(desk, DealMethods.addBid, lead, [deal.id]) {
                var new = NewDealBid(counterpartyId: buyer.id, round: 1, price: price)
                new.note = $0
                return new
            },
        ]
    }

    private static func callsOfCounterparties(
        _ desk: Desk, _ lead: Person, _ deal: Deal
    ) async throws -> [(name: String, send: Sending)] {
        let buyer = try await desk.counterparty("Aurora", on: deal, by: lead)
        let step = try await desk.step(.ioiReceived, of: buyer, on: deal, as: lead)
        return [
            on(desk, DealMethods.addCounterparties, lead, [deal.id]) { CounterpartyBulk(text: $0) },
            on(desk, DealMethods.addCounterpartyStep, lead, [deal.id, buyer.id]) {
                NewCounterpartyStep(step: .identified, on: .today, note: $0)
            },
            on(desk, DealMethods.voidCounterpartyStep, lead, [deal.id, buyer.id, step.id]) { StepVoiding(reason: $0) },
            on(desk, DealMethods.addCounterpartySteps, lead, [deal.id]) {
                CounterpartyStepBulk(counterpartyIds: [buyer.id], step: .ndaSigned, on: .today, note: $0)
            },
            on(desk, DealMethods.addNDA, lead, [deal.id]) {
                NewDealNDA(counterpartyId: buyer.id, expiresOn: $0 == "other" ? .tomorrow : .today)
            },
        ]
    }

    /// Those whose answer tells of no deal, or of many.
    private static func callsOfNoDeal(_ desk: Desk, _ lead: Person, _ deal: Deal) -> [(name: String, send: Sending)] {
        let digest = String(repeating: "0a", count: 32)
        return [
            on(desk, DealMethods.bulk, lead, []) {
                var patch = DealPatch()
                patch.sector = .set($0)
                return BulkRequest(ids: [deal.number, "none"], op: .update, fields: patch)
            },
            on(desk, DealMethods.addOrganization, lead, []) { NewOrganization(name: $0, kind: .other) },
            on(desk, DealMethods.checkConflicts, lead, []) {
                NewConflictCheck(organizations: [CheckedOrganization(name: $0)])
            },
            on(desk, DealMethods.createView, lead, []) { NewDealView(name: $0) },
            on(desk, DealMethods.addCustomField, desk.person(.admin), []) {
                NewCustomField(key: "tier", label: $0, type: .text)
            },
            on(desk, DealMethods.addImport, lead, []) { NewImport(fileName: "\($0).csv", size: 9, sha256: digest) },
        ]
    }

    private static func on<Input, Output>(
        _ desk: Desk, _ method: RPCMethod<Input, Output>, _ person: Person, _ resource: [UUID],
        ifMatch: Int64? = nil, at place: [String] = [], _ input: @escaping @Sendable (String) -> Input
    ) -> (String, Sending) {
        let path = place + resource.map(\.text)
        return (
            method.entry.name,
            { key, isOther in
                try await desk.bytes(
                    method, input(isOther ? "other" : "first"), as: person, on: path,
                    ifMatch: ifMatch, key: key)
            }
        )
    }

    @Test func everyCallThatTakesAKeyHappensOnce() async throws {
        try await Desk.with { desk in
            let calls = try await Self.calls(desk)
            let named = Set(calls.map(\.name))
            let wanted = desk.router.entries.filter(\.deduplicates).map(\.name)
            #expect(named == Set(wanted))
            for (name, send) in calls {
                let first = try await send("\(name) 1", false)
                let count = try await desk.events().count
                desk.clock.advance(seconds: 5)
                #expect(try await send("\(name) 1", false) == first, "\(name)")
                #expect(try await desk.events().count == count, "\(name)")
                let refused = try await fault("idempotency_key_reused") { try await send("\(name) 1", true) }
                #expect(refused.status == .failedPrecondition)
                #expect(try await desk.events().count == count, "\(name)")
            }
        }
    }

    @Test func ofTwoAtTheSameTimeOneHappensAndBothAreAnsweredAlike() async throws {
        try await Desk.with { desk in
            for (name, send) in try await Self.calls(desk) {
                let answers = try await withThrowingTaskGroup(of: Data.self) { group in
                    for _ in 0..<8 { group.addTask { try await send("\(name) 1", false) } }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
                #expect(Set(answers).count == 1 && answers.count == 8, "\(name)")
            }
        }
    }

    @Test func aKeyBelongsToOnePersonOneCallAndOnePlace() async throws {
        try await Desk.with { desk in
            let (banker, other) = (desk.person(.banker), desk.person(.banker))
            let (deal, second) = (try await desk.deal("Falcon", by: banker), try await desk.deal("Hawk", by: banker))
            _ = try await desk.add(other, to: deal, by: banker, access: .edit)
            let note = NewDealActivity(kind: .note, text: "a note")
            func write(_ person: Person, _ deal: Deal) async throws -> DealActivity {
                try await desk.call(DealMethods.addActivity, note, as: person, on: [deal.id.text], key: "k")
            }
            let first = try await write(banker, deal)
            #expect(try await write(other, deal).id != first.id)
            try await fault("idempotency_key_reused") { try await write(banker, second) }
            try await fault("idempotency_key_reused") {
                try await desk.call(
                    DealMethods.addTask, NewDealTask(title: "a note"), as: banker, on: [deal.id.text], key: "k")
            }
            #expect(try await write(banker, deal) == first)
        }
    }

    /// The order of the fields is not part of the request.
    @Test func theSameRequestMayBeWrittenInAnotherOrder() async throws {
        var router = RPCRouter()
        let method = RPCMethod<NewDealTask, NewDealTask>(0x7F01, "test.keyed", callers: [], deduplicates: true)
        let digests = Digests()
        router.on(method) { input, context in
            await digests.add(context.requestDigest)
            return input
        }
        for (key, body) in [
            ("k", #"{"title":"a","critical":true}"#), ("k", #"{ "critical": true, "title": "a" }"#),
            ("k", #"{"title":"b","critical":true}"#), (nil, #"{"title":"a"}"#),
        ] {
            let context = RPCContext(peer: "gateway", idempotencyKey: key)
            _ = try await router.dispatch(method.entry, body: ByteBuffer(string: body), context: context)
        }
        let found = await digests.found
        #expect(found[0] != nil && found[0] == found[1] && found[1] != found[2] && found[3] == nil)
    }

    private actor Digests {
        var found: [Data?] = []
        func add(_ digest: Data?) { found.append(digest) }
    }

    @Test func whoMayNotSeeTheDealAnyMoreGetsNoAnswer() async throws {
        try await Desk.with { desk in
            let (banker, second) = (desk.person(.banker), desk.person(.banker))
            let deal = try await desk.deal("Falcon", by: banker)
            _ = try await desk.add(second, to: deal, by: banker, access: .edit)
            func write() async throws -> DealActivity {
                let note = NewDealActivity(kind: .note, text: "a note")
                return try await desk.call(DealMethods.addActivity, note, as: second, on: [deal.id.text], key: "k")
            }
            _ = try await write()
            try await desk.remove(second, from: deal, by: banker)
            try await fault("not_found") { try await write() }
            // The lead who gave his deal away finds nothing under the key of its creation.
            let new = NewDeal(codeName: "Hawk", type: .sellSideMA, clientName: "Borealis")
            let own = try await desk.call(DealMethods.create, new, as: second, key: "c")
            _ = try await desk.add(banker, to: own, by: second, access: .manage)
            let given = try await desk.update(own, as: second) { $0.leadId = .set(banker.id) }
            try await desk.remove(second, from: given, by: banker)
            try await fault("not_found") { try await desk.call(DealMethods.create, new, as: second, key: "c") }
        }
    }

    @Test func whatFailedMayBeTriedAgainUnderItsKey() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let deal = try await desk.deal("Falcon", by: banker)
            func move() async throws -> Deal {
                let move = Move(toStage: "pitch")
                return try await desk.call(DealMethods.move, move, as: banker, on: [deal.id.text], key: "k").deal
            }
            try await fault("rules_unmet") { try await move() }
            _ = try await desk.update(deal, as: banker) { $0.conflictStatus = .set(.pending) }
            #expect(try await move().stage == "pitch")
        }
    }

    /// Keys of yesterday go a few at a time, and more of them than come in.
    @Test func oldKeysAreForgottenInSmallBatches() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let deal = try await desk.deal("Falcon", by: banker)
            func write(_ key: String) async throws {
                let note = NewDealActivity(kind: .note, text: key)
                _ = try await desk.call(DealMethods.addActivity, note, as: banker, on: [deal.id.text], key: key)
            }
            func count() async throws -> Int {
                try await desk.store.read { db in
                    try Int.fetchOne(db, sql: "SELECT COUNT(*) FROM idempotency_key") ?? 0
                }
            }
            for number in 0..<40 { try await write("old \(number)") }
            desk.clock.advance(days: 1, seconds: 1)
            try await write("old 39")
            #expect(try await count() == 40 - IdempotencyRows.forgottenMax)
            try await write("new 1")
            try await write("new 2")
            #expect(try await count() == 3)
        }
    }

    @Test(arguments: ["", String(repeating: "k", count: 129), "a\tb", "ü"])
    func aKeyThatIsNoneIsRefused(key: String) async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let deal = try await desk.deal("Falcon", by: banker)
            let task = NewDealTask(title: "NDA")
            let refused = try await fault("validation_failed") {
                try await desk.call(DealMethods.addTask, task, as: banker, on: [deal.id.text], key: key)
            }
            #expect(refused.details == ["Idempotency-Key invalid"])
            #expect(try await desk.tasks(deal, as: banker).isEmpty)
        }
    }
}
