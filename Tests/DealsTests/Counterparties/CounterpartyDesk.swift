import Contracts
import Foundation
import RPC
import Synchronization

@testable import deals

/// The calls that stories of counterparties and NDAs are told with.
extension Desk {
    func counterparty(
        _ name: String, on deal: Deal, by person: Person, kind: CounterpartyKind = .strategic, approved: Bool = false,
        _ change: (inout NewCounterparty) -> Void = { _ in }
    ) async throws -> Counterparty {
        var new = NewCounterparty(name: name, kind: kind)
        if approved { (new.approvedByClient, new.approvedOn) = (true, .yesterday.adding(days: -400)) }
        change(&new)
        return try await call(DealMethods.addCounterparty, new, as: person, on: [deal.id.text])
    }

    func counterparties(_ deal: Deal, as person: Person) async throws -> [Counterparty] {
        try await call(DealMethods.counterparties, Nothing(), as: person, on: [deal.id.text]).items
    }

    func counterparty(_ counterparty: Counterparty, on deal: Deal, as person: Person) async throws -> Counterparty? {
        try await counterparties(deal, as: person).first { $0.id == counterparty.id }
    }

    func change(
        _ counterparty: Counterparty, on deal: Deal, as person: Person, version: Int64? = nil,
        _ change: (inout CounterpartyPatch) -> Void
    ) async throws -> Counterparty {
        var patch = CounterpartyPatch()
        change(&patch)
        return try await call(
            DealMethods.updateCounterparty, patch, as: person, on: [deal.id.text, counterparty.id.text],
            ifMatch: version ?? counterparty.version)
    }

    func remove(_ counterparty: Counterparty, from deal: Deal, as person: Person) async throws {
        _ = try await call(
            DealMethods.removeCounterparty, Nothing(), as: person, on: [deal.id.text, counterparty.id.text],
            ifMatch: counterparty.version)
    }

    @discardableResult
    func step(
        _ kind: CounterpartyStepKind, of counterparty: Counterparty, on deal: Deal, as person: Person,
        day: BusinessDate = .today, reason: String? = nil
    ) async throws -> CounterpartyStep {
        let new = NewCounterpartyStep(step: kind, on: day, reason: reason ?? (kind.isExit ? "no fit" : nil))
        return try await call(
            DealMethods.addCounterpartyStep, new, as: person, on: [deal.id.text, counterparty.id.text])
    }

    func steps(of counterparty: Counterparty, on deal: Deal, as person: Person) async throws -> [CounterpartyStep] {
        try await call(
            DealMethods.counterpartySteps, Nothing(), as: person, on: [deal.id.text, counterparty.id.text]
        ).items
    }

    @discardableResult
    func void(_ step: CounterpartyStep, on deal: Deal, as person: Person) async throws -> CounterpartyStep {
        try await call(
            DealMethods.voidCounterpartyStep, StepVoiding(reason: "wrong buyer"), as: person,
            on: [deal.id.text, step.counterpartyId.text, step.id.text])
    }

    func funnel(_ deal: Deal, as person: Person) async throws -> CounterpartyFunnel {
        try await call(DealMethods.counterpartyFunnel, Nothing(), as: person, on: [deal.id.text])
    }

    func bulk(_ input: CounterpartyBulk, on deal: Deal, as person: Person) async throws -> CounterpartyBulkResult {
        try await call(DealMethods.addCounterparties, input, as: person, on: [deal.id.text])
    }

    func nda(
        with counterparty: Counterparty, on deal: Deal, by person: Person, executedOn: BusinessDate? = nil,
        expiresOn: BusinessDate? = nil
    ) async throws -> DealNDA {
        let new = NewDealNDA(
            counterpartyId: counterparty.id, status: executedOn == nil ? nil : .executed, executedOn: executedOn,
            expiresOn: expiresOn)
        return try await call(DealMethods.addNDA, new, as: person, on: [deal.id.text])
    }

    func change(
        _ nda: DealNDA, on deal: Deal, as person: Person, _ change: (inout DealNDAPatch) -> Void
    ) async throws -> DealNDA {
        var patch = DealNDAPatch()
        change(&patch)
        return try await call(
            DealMethods.updateNDA, patch, as: person, on: [deal.id.text, nda.id.text], ifMatch: nda.version)
    }

    func ndas(_ deal: Deal, expiringWithin days: Int? = nil, as person: Person) async throws -> [DealNDA] {
        try await call(
            DealMethods.ndas, DealNDAQuery(expiringWithin: days), as: person, on: [deal.id.text]
        ).items
    }

    func buyersFile(
        _ deal: String, as person: Person, _ query: CounterpartyExportQuery = CounterpartyExportQuery()
    ) async throws -> String {
        let context = RPCContext(
            peer: Peer.gateway, identity: RPCIdentity(subject: person.id, session: person.id, roles: person.role.bits),
            resource: [deal])
        let bytes = Mutex(Data())
        try await CounterpartyFileHandlers(store: store, now: clock.now).export(query, context) { part in
            if case .bytes(let data) = part { bytes.withLock { $0.append(data) } }
        }
        return String(decoding: bytes.withLock { $0 }, as: UTF8.self)
    }

    /// Every call about the counterparties and NDAs of one deal, as a name and what it answers to this person.
    func counterpartyCalls(on reference: String, as person: Person) -> [(String, () async throws -> Data)] {
        let child = [reference, UUIDv7.make().text]
        let step = child + [UUIDv7.make().text]
        let one = UUIDv7.make()
        return [
            (
                "counterparties.update",
                {
                    try await bytes(
                        DealMethods.updateCounterparty, CounterpartyPatch(), as: person, on: child, ifMatch: 1)
                }
            ),
            (
                "counterparties.remove",
                { try await bytes(DealMethods.removeCounterparty, Nothing(), as: person, on: child, ifMatch: 1) }
            ),
            (
                "counterparties.bulk",
                {
                    let bulk = CounterpartyBulk(text: "Borealis")
                    return try await bytes(DealMethods.addCounterparties, bulk, as: person, on: [reference])
                }
            ),
            ("funnel", { try await bytes(DealMethods.counterpartyFunnel, Nothing(), as: person, on: [reference]) }),
            ("export", { Data(try await buyersFile(reference, as: person).utf8) }),
            ("steps", { try await bytes(DealMethods.counterpartySteps, Nothing(), as: person, on: child) }),
            (
                "steps.add",
                {
                    let new = NewCounterpartyStep(step: .identified, on: .today)
                    return try await bytes(DealMethods.addCounterpartyStep, new, as: person, on: child)
                }
            ),
            (
                "steps.void",
                {
                    let voiding = StepVoiding(reason: "curious")
                    return try await bytes(DealMethods.voidCounterpartyStep, voiding, as: person, on: step)
                }
            ),
            (
                "steps.bulk",
                {
                    let bulk = CounterpartyStepBulk(counterpartyIds: [one], step: .identified, on: .today)
                    return try await bytes(DealMethods.addCounterpartySteps, bulk, as: person, on: [reference])
                }
            ),
            ("ndas", { try await bytes(DealMethods.ndas, DealNDAQuery(), as: person, on: [reference]) }),
            (
                "ndas.add",
                {
                    let new = NewDealNDA(counterpartyId: one)
                    return try await bytes(DealMethods.addNDA, new, as: person, on: [reference])
                }
            ),
            (
                "ndas.update",
                { try await bytes(DealMethods.updateNDA, DealNDAPatch(), as: person, on: child, ifMatch: 1) }
            ),
        ]
    }
}
