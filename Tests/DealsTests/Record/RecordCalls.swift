import Contracts
import Foundation
import RPC

@testable import deals

extension Desk {
    /// Every call that deletes, restores and keeps one deal, as a name and what it answers to this person.
    func recordCalls(on reference: String, as person: Person) -> [(String, () async throws -> Data)] {
        let deletion = DealDeletion(reason: "spite")
        let retention = RetentionDecision(legalHold: true, reason: "curious")
        return [
            ("delete", { try await bytes(DealMethods.delete, deletion, as: person, on: [reference], ifMatch: 1) }),
            (
                "restore",
                { try await bytes(DealMethods.restore, DealRestoration(), as: person, on: [reference], ifMatch: 1) }
            ),
            (
                "retention",
                { try await bytes(DealMethods.decideRetention, retention, as: person, on: [reference], ifMatch: 9) }
            ),
        ]
    }

    func delete(_ deal: Deal, as person: Person, version: Int64? = nil) async throws -> Deal {
        let input = DealDeletion(reason: "opened twice")
        return try await call(
            DealMethods.delete, input, as: person, on: [deal.id.text], ifMatch: version ?? deal.version)
    }

    func restore(_ deal: Deal, as person: Person, codeName: String? = nil) async throws -> Deal {
        let input = DealRestoration(reason: "by mistake", codeName: codeName)
        return try await call(DealMethods.restore, input, as: person, on: [deal.id.text], ifMatch: deal.version)
    }

    func keep(_ deal: Deal, as person: Person, hold: Bool, until: BusinessDate? = nil) async throws -> Deal {
        let input = RetentionDecision(legalHold: hold, retentionUntil: until, reason: "litigation")
        return try await call(DealMethods.decideRetention, input, as: person, on: [deal.id.text], ifMatch: deal.version)
    }

    func access(of deal: Deal, as person: Person) async throws -> AccessList {
        try await call(DealMethods.access, AccessQuery(), as: person, on: [deal.id.text])
    }

    func tag(_ deal: Deal, _ tags: [String], as person: Person) async throws -> Deal {
        try await update(deal, as: person) { $0.tags = .set(tags) }
    }

    func tags(_ q: String? = nil, limit: Int? = nil, as person: Person) async throws -> [String] {
        try await call(DealMethods.tags, TagQuery(q: q, limit: limit), as: person).items
    }
}
