import Contracts
import Foundation
import RPC
import Testing

@testable import audit

@Test func lookingIntoTheLogIsAnEntryOncePerQuestion() async throws {
    try await withOfficer { officer in
        try await officer.fixture.fill(5)
        let first = try await officer.call(AuditMethods.list, AuditQuery(limit: 2, type: "deal."))
        var query = AuditQuery(limit: 2, type: "deal.")
        query.cursor = first.nextCursor
        _ = try await officer.call(AuditMethods.list, query)
        _ = try await officer.call(AuditMethods.list, AuditQuery(limit: 5, type: "deal."))
        let told = try await officer.entries(EventType.auditSearched)
        #expect(told.count == 1)
        #expect(told.first?.changes == [FieldChange("type", before: nil, after: "deal.")])
        #expect(told.first?.source == "audit" && told.first?.sourceSeq == 1)
        #expect(told.first?.actor.address == "198.51.100.9" && told.first?.requestId == "request-1")

        _ = try await officer.call(AuditMethods.list, AuditQuery(AuditFilter(q: "anna")))
        _ = try await officer.as(.compliance, user: bert).call(AuditMethods.list, AuditQuery(type: "deal."))
        _ = try await officer.call(AuditMethods.verify, Nothing())
        #expect(try await officer.entries(EventType.auditSearched).count == 3)
        #expect(try await officer.entries(EventType.auditVerified).count == 1)
    }
}

/// A walk that begins at a cursor somebody made up is one all the same.
@Test func nobodyReadsUnseenFromTheMiddle() async throws {
    try await withOfficer { officer in
        try await officer.fixture.fill(5)
        _ = try await officer.call(AuditMethods.list, AuditQuery(cursor: "3"))
        #expect(try await officer.entries(EventType.auditSearched).count == 1)
    }
}

@Test func questionThatCannotBeAnsweredIsNoEntry() async throws {
    try await withOfficer { officer in
        #expect(await refusal { _ = try await officer.call(AuditMethods.list, AuditQuery(limit: 0)) } != nil)
        #expect(await refusal { _ = try await officer.as(.banker).call(AuditMethods.list, AuditQuery()) } != nil)
        let told = try await officer.entries("audit.")
        #expect(told.isEmpty)
    }
}

@Test func twinOfAQuestionThatCannotBeWrittenDownIsNotAnswered() async throws {
    let fixture = try Fixture()
    try fixture.tamper("CREATE TRIGGER no BEFORE INSERT ON entry BEGIN SELECT RAISE(ABORT, 'no'); END")
    let (journal, context) = (Journal(log: fixture.log), call(as: .compliance))
    let identity = try #require(context.identity)
    let answered = await withTaskGroup(of: Bool.self) { group in
        for _ in 0..<20 {
            group.addTask {
                await refusal { try await journal.note(EventType.auditVerified, [], by: identity, context) } == nil
            }
        }
        return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
    }
    #expect(answered == 0)
    try await fixture.remove()
}

@Test func timelinesAreQuestionsToo() async throws {
    try await withOfficer { officer in
        try await officer.fixture.fill(3)
        let page = try await officer.call(
            AuditMethods.dealTimeline, AuditTimelineQuery(), on: ["D-2026-1002"])
        #expect(page.items.map(\.seq) == [1])
        let own = try await officer.call(AuditMethods.userTimeline, AuditTimelineQuery(), on: [bert.text])
        #expect(own.items.map(\.seq) == [1])
        let told = try await officer.entries(EventType.auditSearched).map { $0.changes.first?.field }
        #expect(told == ["subject", "person"])
    }
}

private let everyCall: [(String, @Sendable (Officer) async throws -> Void)] = [
    ("searches", { _ = try await $0.call(AuditMethods.searches, AuditSearchQuery()) }),
    ("create", { _ = try await $0.call(AuditMethods.createSearch, NewAuditSearch(name: "a", filter: AuditFilter())) }),
    ("search", { _ = try await $0.call(AuditMethods.search, Nothing(), on: [anna.text]) }),
    ("update", { _ = try await $0.call(AuditMethods.updateSearch, AuditSearchPatch(), on: [anna.text]) }),
    ("remove", { _ = try await $0.call(AuditMethods.removeSearch, Nothing(), on: [anna.text]) }),
    ("deal", { _ = try await $0.call(AuditMethods.dealTimeline, AuditTimelineQuery(), on: ["D-2026-1001"]) }),
    ("user", { _ = try await $0.call(AuditMethods.userTimeline, AuditTimelineQuery(), on: [anna.text]) }),
    ("redact", { _ = try await $0.call(AuditMethods.redact, AuditRedactionRequest(reason: "r"), on: ["0"]) }),
    ("erase", { _ = try await $0.call(AuditMethods.eraseUser, AuditErasureRequest(reason: "r"), on: [anna.text]) }),
    ("hold", { _ = try await $0.call(AuditMethods.hold, Nothing()) }),
    ("place", { _ = try await $0.call(AuditMethods.placeHold, AuditHoldRequest(reason: "r"), ifMatch: 0) }),
    ("lift", { _ = try await $0.call(AuditMethods.liftHold, AuditHoldRequest(reason: "r"), ifMatch: 0) }),
    (
        "export",
        { officer in
            try await ExportHandlers(log: officer.fixture.log)
                .export(AuditFilter(), as: .csv, officer.context()) { _ in Issue.record("something was sent") }
        }
    ),
]

@Test(arguments: [Role.admin, .banker, .management, .observer, nil])
func nobodyButComplianceWorksWithTheLog(role: Role?) async throws {
    try await withOfficer { officer in
        try await officer.fixture.fill(2)
        for (name, call) in everyCall {
            let code = await refusal { try await call(officer.as(role)) }
            #expect(code == (role == nil ? "unauthenticated" : "forbidden"), "\(name)")
        }
        #expect(try await officer.entries("audit.").isEmpty)
    }
}
