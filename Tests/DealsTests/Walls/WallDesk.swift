import Contracts
import Foundation
import RPC

@testable import deals

/// The calls that stories about walls are told with.
extension Desk {
    func ask(
        for person: Person, on deal: Deal, by manager: Person, seconds: Int64 = 86_400
    ) async throws -> WallCrossing {
        let until = clock.now().advanced(bySeconds: seconds)
        let new = NewWallCrossing(userId: person.id, reason: "sector view", until: until)
        return try await call(DealMethods.requestCrossing, new, as: manager, on: [deal.id.text])
    }

    func decide(
        _ decision: CrossingChoice, _ crossing: WallCrossing, on deal: Deal, as person: Person,
        ifMatch: Int64? = nil
    ) async throws -> WallCrossing {
        let input = CrossingDecision(decision: decision, note: "as discussed")
        return try await call(
            DealMethods.decideCrossing, input, as: person, on: [deal.id.text, crossing.id.text], ifMatch: ifMatch)
    }

    func end(
        _ crossing: WallCrossing, on deal: Deal, as person: Person, ifMatch: Int64? = nil
    ) async throws -> WallCrossing {
        try await call(
            DealMethods.endCrossing, Nothing(), as: person, on: [deal.id.text, crossing.id.text], ifMatch: ifMatch)
    }

    /// A person brought over the wall.
    func cross(
        _ person: Person, on deal: Deal, by manager: Person, and second: Person, seconds: Int64 = 86_400
    ) async throws -> WallCrossing {
        let asked = try await ask(for: person, on: deal, by: manager, seconds: seconds)
        return try await decide(.approve, asked, on: deal, as: second)
    }

    func crossings(_ query: CrossingQuery = CrossingQuery(), of deal: Deal, as person: Person) async throws
        -> CrossingPage
    {
        try await call(DealMethods.crossings, query, as: person, on: [deal.id.text])
    }

    func breakGlass(_ reference: String, as person: Person) async throws -> AccessEntry {
        let input = BreakGlass(reason: "regulator asks at the door")
        return try await call(DealMethods.breakGlass, input, as: person, on: [reference])
    }

    func access(_ deal: Deal, at instant: Instant? = nil, as person: Person) async throws -> AccessList {
        try await call(DealMethods.access, AccessQuery(asOf: instant), as: person, on: [deal.id.text])
    }
}
