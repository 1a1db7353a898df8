import Contracts
import Foundation
import GRDB
import RPC
import Storage
import Testing

@testable import deals

/// Who may see and change which view.
struct ViewAccessTests {
    private static func save(
        _ desk: Desk, _ name: String, _ scope: DealViewScope, as person: Person, filter: DealFilter? = nil
    ) async throws -> DealView {
        let view = NewDealView(name: name, scope: scope, filter: filter)
        return try await desk.call(DealMethods.createView, view, as: person)
    }

    /// Every call about one view.
    private static func calls(_ desk: Desk, on id: String, as person: Person) -> [() async throws -> Data] {
        [
            { try await desk.bytes(DealMethods.view, Nothing(), as: person, on: [id]) },
            { try await desk.bytes(DealMethods.updateView, DealViewPatch(), as: person, on: [id], ifMatch: 1) },
            { try await desk.bytes(DealMethods.updateView, DealViewPatch(), as: person, on: [id]) },
            { try await desk.bytes(DealMethods.removeView, Nothing(), as: person, on: [id], ifMatch: 1) },
            { try await desk.bytes(DealMethods.viewDeals, ViewDealsQuery(), as: person, on: [id]) },
        ]
    }

    private static func outcome(_ call: () async throws -> Data) async -> RPCFault? {
        do {
            _ = try await call()
            return nil
        } catch { return error as? RPCFault }
    }

    @Test(arguments: Role.allCases) func aPrivateViewOfAnotherLooksLikeNone(role: Role) async throws {
        try await Desk.with { desk in
            let (owner, other) = (desk.person(.banker), desk.person(role))
            let view = try await Self.save(desk, "Quiet", .private, as: owner)
            let hidden = Self.calls(desk, on: view.id.text, as: other)
            let absent = Self.calls(desk, on: UUIDv7.make().text, as: other)
            let nonsense = Self.calls(desk, on: "../views", as: other)
            for index in hidden.indices {
                let fault = await Self.outcome(hidden[index])
                #expect(fault?.status == .notFound || fault?.code == "forbidden")
                #expect(fault == (await Self.outcome(absent[index])))
                #expect(fault == (await Self.outcome(nonsense[index])))
            }
            guard Permission.readDeals.roles.contains(role) else { return }
            #expect(try await desk.call(DealMethods.views, DealViewQuery(), as: other).items.isEmpty)
            // The name is free for everybody else.
            _ = try await Self.save(desk, "Quiet", .private, as: other)
        }
    }

    @Test func aViewOfTheFirmIsSeenByAllWhoReadDealsAndChangedByItsOwner() async throws {
        try await Desk.with { desk in
            let (owner, observer) = (desk.person(.banker), desk.person(.observer))
            let view = try await Self.save(desk, "Monday", .firm, as: owner)
            for reader in [observer, desk.person(.compliance), desk.person(.banker)] {
                #expect(try await desk.call(DealMethods.view, Nothing(), as: reader, on: [view.id.text]) == view)
                for call in [
                    { try await desk.bytes(DealMethods.removeView, Nothing(), as: reader, on: [view.id.text]) },
                    { try await desk.bytes(DealMethods.updateView, DealViewPatch(), as: reader, on: [view.id.text]) },
                ] { try await fault("not_owner") { try await call() } }
            }
            var patch = DealViewPatch()
            patch.scope = .set(.private)
            let hidden = try await desk.call(
                DealMethods.updateView, patch, as: owner, on: [view.id.text], ifMatch: view.version)
            #expect(hidden.scope == .private)
            try await fault("not_found") {
                try await desk.call(DealMethods.view, Nothing(), as: observer, on: [view.id.text])
            }
        }
    }

    @Test func aViewOfATeamIsSeenByThoseWhoShareADealWithItsOwner() async throws {
        try await Desk.with { desk in
            let (owner, colleague, stranger) = (desk.person(.banker), desk.person(.observer), desk.person(.banker))
            let view = try await Self.save(desk, "Ours", .team, as: owner)
            func names(_ person: Person) async throws -> [String] {
                try await desk.call(DealMethods.views, DealViewQuery(), as: person).items.map(\.name)
            }
            let deal = try await desk.deal("Falcon", by: owner)
            #expect(try await names(owner) == ["Ours"])
            #expect(try await names(colleague) == [])
            _ = try await desk.add(colleague, to: deal, by: owner, access: .read, role: .observer)
            #expect(try await names(colleague) == ["Ours"])
            #expect(try await names(stranger) == [])
            #expect(try await desk.call(DealMethods.view, Nothing(), as: colleague, on: [view.id.text]) == view)
            let page = try await desk.call(
                DealMethods.viewDeals, ViewDealsQuery(), as: colleague, on: [view.id.text])
            #expect(page.items == [deal])
            try await fault("not_owner") {
                try await desk.bytes(DealMethods.removeView, Nothing(), as: colleague, on: [view.id.text], ifMatch: 1)
            }
            try await fault("not_found") {
                try await desk.call(DealMethods.view, Nothing(), as: stranger, on: [view.id.text])
            }
            try await desk.remove(colleague, from: deal, by: owner)
            #expect(try await names(colleague) == [])
            try await fault("not_found") {
                try await desk.call(DealMethods.view, Nothing(), as: colleague, on: [view.id.text])
            }
        }
    }

    @Test func viewsOfTheFirmAreMadeByBankers() async throws {
        try await Desk.with { desk in
            for role in [Role.compliance, .observer] {
                let person = desk.person(role)
                try await fault("forbidden") { try await Self.save(desk, "Monday", .firm, as: person) }
                let own = try await Self.save(desk, "Mine", .private, as: person)
                var patch = DealViewPatch()
                patch.scope = .set(.firm)
                let change = patch
                try await fault("forbidden") {
                    try await desk.call(DealMethods.updateView, change, as: person, on: [own.id.text], ifMatch: 1)
                }
            }
        }
    }

    /// Its filter is read by everybody: it must not spell the name of a client or a deal that most know nothing of.
    @Test(arguments: [DealFilterField.q, .clientName, .codeName])
    func aViewOfTheFirmOrATeamNamesNobody(field: DealFilterField) async throws {
        try await Desk.with { desk in
            let owner = desk.person(.banker)
            let filter = DealFilter.all([
                .field(.status, .eq, .text("active")), .not(.field(field, .contains, .text("northwind"))),
            ])
            for scope in [DealViewScope.team, .firm] {
                let refused = try await fault("validation_failed") {
                    try await Self.save(desk, "Monday", scope, as: owner, filter: filter)
                }
                #expect(refused.details == ["filter names_in_shared_view"])
            }
            let own = try await Self.save(desk, "Monday", .private, as: owner, filter: filter)
            var patch = DealViewPatch()
            patch.scope = .set(.firm)
            let change = patch
            try await fault("validation_failed") {
                try await desk.call(DealMethods.updateView, change, as: owner, on: [own.id.text], ifMatch: 1)
            }
        }
    }

    @Test func pagesOfViewsAreOnesOwnAndTheFirmsByNameEachOnce() async throws {
        try await Desk.with { desk in
            let (banker, other) = (desk.person(.banker), desk.person(.banker))
            for number in 0..<7 {
                _ = try await Self.save(desk, "Own \(number)", number % 2 == 0 ? .private : .firm, as: banker)
                _ = try await Self.save(desk, "Own \(number)", number % 3 == 0 ? .firm : .private, as: other)
            }
            var query = DealViewQuery(limit: 2)
            var seen: [DealView] = []
            repeat {
                let page = try await desk.call(DealMethods.views, query, as: banker)
                #expect(page.items.count <= 2)
                seen += page.items
                query.cursor = page.nextCursor
            } while query.cursor != nil
            #expect(Set(seen.map(\.id)).count == seen.count)
            #expect(seen.filter { $0.ownerId == banker.id }.count == 7)
            #expect(seen.filter { $0.ownerId == other.id }.map(\.name) == ["Own 0", "Own 3", "Own 6"])
            #expect(seen.map(\.name) == seen.map(\.name).sorted())
            for bad in [DealViewQuery(limit: 101), DealViewQuery(limit: 0)] {
                try await fault("query_invalid") { try await desk.call(DealMethods.views, bad, as: banker) }
            }
            let forged = DealViewQuery(cursor: "e30")
            try await fault("cursor_invalid") { try await desk.call(DealMethods.views, forged, as: banker) }
        }
    }

    @Test func viewsAreServedByTheirIndexes() async throws {
        try await Desk.with { desk in
            let plan: [String] = try await desk.store.read { db in
                try Row.fetchAll(
                    db, sql: "EXPLAIN QUERY PLAN " + ViewRows.pageSQL,
                    arguments: [UUIDv7.make(), "a", Data([1]), 51]
                ).map { $0["detail"] }
            }
            #expect(plan.contains { $0.contains("saved_view_own") })
            #expect(plan.contains { $0.contains("saved_view_firm") })
            #expect(!plan.contains { $0.hasPrefix("SCAN saved_view") && !$0.contains("INDEX") }, "\(plan)")
        }
    }

    @Test(arguments: [
        "UPDATE saved_view SET name = 'x'", "UPDATE saved_view SET owner_id = zeroblob(16), version = version + 1",
        "UPDATE saved_view SET scope = 'office', version = version + 1",
        "UPDATE saved_view SET filter = '[]', version = version + 1",
        "UPDATE saved_view SET filter = 'all', version = version + 1",
        "UPDATE saved_view SET columns = '{}', version = version + 1",
        "UPDATE saved_view SET sort = '', version = version + 1",
        "UPDATE saved_view SET pinned = 2, version = version + 1",
    ])
    func theSchemaRefuses(sql: String) async throws {
        try await Desk.with { desk in
            _ = try await Self.save(desk, "Monday", .firm, as: desk.person(.banker))
            await #expect(throws: DatabaseError.self) {
                try await desk.store.write { db in try db.execute(sql: sql) }
            }
        }
    }
}
