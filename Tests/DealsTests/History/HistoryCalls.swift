import Contracts
import Foundation
import RPC

@testable import deals

/// The calls that stories of the past are told with.
extension Desk {
    func changes(
        of deal: Deal, as person: Person, _ query: DealChangeQuery = DealChangeQuery()
    ) async throws -> DealChangePage {
        try await call(DealMethods.changes, query, as: person, on: [deal.id.text])
    }

    func deal(_ deal: Deal, asOf: String, as person: Person) async throws -> Deal {
        try await call(DealMethods.getAsOf, DealMoment(asOf: asOf), as: person, on: [deal.id.text])
    }

    func timeline(
        of deal: Deal, as person: Person, _ query: TimelineQuery = TimelineQuery()
    ) async throws -> TimelinePage {
        try await call(DealMethods.timeline, query, as: person, on: [deal.id.text])
    }

    /// Every call about the past of one deal, as a name and what it answers to this person.
    func historyCalls(on reference: String, as person: Person) -> [(String, () async throws -> Data)] {
        let moment = DealMoment(asOf: clock.now().text)
        return [
            ("get.asOf", { try await bytes(DealMethods.getAsOf, moment, as: person, on: [reference]) }),
            ("changes", { try await bytes(DealMethods.changes, DealChangeQuery(), as: person, on: [reference]) }),
            ("timeline", { try await bytes(DealMethods.timeline, TimelineQuery(), as: person, on: [reference]) }),
        ]
    }
}
