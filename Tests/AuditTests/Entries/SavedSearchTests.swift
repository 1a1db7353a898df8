import Contracts
import Foundation
import GRDB
import RPC
import Testing

@testable import audit

private let failed = NewAuditSearch(name: " Failed sign-ins ", filter: AuditFilter(outcome: .failed))

@Test func savedSearchIsTheOwnersUntilItIsShared() async throws {
    try await withOfficer { officer in
        let other = officer.as(.compliance, user: bert)
        let made = try await officer.call(AuditMethods.createSearch, failed)
        #expect(made.name == "Failed sign-ins" && !made.shared && made.version == 1 && made.ownerId == anna)
        #expect(try await other.call(AuditMethods.searches, AuditSearchQuery()).items.isEmpty)
        let hidden = await refusal { _ = try await other.call(AuditMethods.search, Nothing(), on: [made.id.text]) }
        #expect(hidden == "not_found")

        var patch = AuditSearchPatch()
        patch.shared = .set(true)
        let shared = try await officer.call(
            AuditMethods.updateSearch, patch, on: [made.id.text], ifMatch: made.version)
        #expect(shared.shared && shared.version == 2 && shared.filter == failed.filter)
        #expect(try await other.call(AuditMethods.searches, AuditSearchQuery()).items == [shared])
        let foreign = await refusal {
            _ = try await other.call(AuditMethods.updateSearch, patch, on: [made.id.text], ifMatch: 2)
        }
        #expect(foreign == "not_owner")
    }
}

@Test func savedSearchIsChangedByWhoHasReadIt() async throws {
    try await withOfficer { officer in
        let made = try await officer.call(AuditMethods.createSearch, failed)
        func remove(_ version: Int64?) async -> String? {
            await refusal {
                _ = try await officer.call(AuditMethods.removeSearch, Nothing(), on: [made.id.text], ifMatch: version)
            }
        }
        #expect(await remove(nil) == "version_required")
        #expect(await remove(7) == "version_mismatch")
        #expect(await remove(1) == nil)
        #expect(await remove(1) == "not_found")
    }
}

@Test func savedSearchesSayAllThatIsWrongWithThem() async throws {
    try await withOfficer { officer in
        let wrong = NewAuditSearch(name: "", filter: AuditFilter(q: "@"))
        let fault = await #expect(throws: RPCFault.self) {
            _ = try await officer.call(AuditMethods.createSearch, wrong)
        }
        #expect(fault?.errors.map(\.field) == ["name", "filter.q"])
        _ = try await officer.call(AuditMethods.createSearch, failed)
        var again = failed
        again.name = "FAILED sign-ins"
        let twice = again
        #expect(await refusal { _ = try await officer.call(AuditMethods.createSearch, twice) } == "search_exists")
    }
}

@Test func anOfficerKeepsAHundredSearches() async throws {
    try await withOfficer { officer in
        for number in 0..<SavedSearchStore.searchesMax {
            _ = try await officer.call(
                AuditMethods.createSearch, NewAuditSearch(name: "\(number)", filter: AuditFilter(q: "a")))
        }
        #expect(await refusal { _ = try await officer.call(AuditMethods.createSearch, failed) } == "searches_full")
        let first = try await officer.call(AuditMethods.searches, AuditSearchQuery(limit: 60))
        let second = try await officer.call(AuditMethods.searches, AuditSearchQuery(cursor: first.nextCursor))
        #expect(Set((first.items + second.items).map(\.id)).count == 100 && second.nextCursor == nil)
    }
}
