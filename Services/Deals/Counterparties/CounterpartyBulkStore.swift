import Contracts
import Foundation
import GRDB
import RPC
import Storage

/// Adds many counterparties at once: from a universe of organizations, another deal, or pasted rows. Each goes through the door
/// of the single call, in a savepoint of its own; who is there already stays as it is.
struct CounterpartyBulkStore: Sendable {
    let store: Store

    static let rowsMax = 500

    /// What a row would add, or why it adds nothing.
    private struct Candidate {
        let row: Int
        let name: String
        let new: Result<NewCounterparty, RPCFault>
    }

    func add(
        _ input: CounterpartyBulk, to reference: DealReference, by caller: Caller
    ) async throws -> CounterpartyBulkResult {
        try await store.once(by: caller) { db in
            let deal = try DealRows.seen(reference, by: caller, may: .edit, in: db).deal
            let (candidates, ignored) = try Self.candidates(input, by: caller, in: db)
            let isTrial = input.dryRun == true
            let items = try db.alone(isTrial: isTrial) {
                let items = try candidates.map { try Self.item($0, to: deal, by: caller, in: db) }
                try CounterpartyRows.requireRoom(on: deal.id, in: db)
                return items
            }
            return CounterpartyBulkResult(items: try items.get(), ignoredColumns: ignored, dryRun: isTrial)
        }
    }

    private static func candidates(
        _ input: CounterpartyBulk, by caller: Caller, in db: Database
    ) throws -> ([Candidate], ignored: [String]) {
        let sources = [input.organizationIds != nil, input.fromDeal != nil, input.text != nil]
        guard sources.count(where: { $0 }) == 1 else {
            throw fault("text", "exactly_one", "Give exactly one of organizationIds, fromDeal and text.")
        }
        if let ids = input.organizationIds {
            try checkCount(ids.count, "organizationIds")
            return (try ids.enumerated().map { try candidate($1, $0 + 1, input, by: caller, in: db) }, [])
        }
        if let text = input.text {
            let pasted = try PastedCounterparties(text)
            try checkCount(pasted.rows.count, "text")
            return (pasted.rows.map { candidate($0, input) }, pasted.ignored)
        }
        return (try others(input, by: caller, in: db), [])
    }

    private static func candidate(
        _ id: UUID, _ row: Int, _ input: CounterpartyBulk, by caller: Caller, in db: Database
    ) throws -> Candidate {
        guard let organization = try OrganizationSight.find(id, by: caller, in: db)?.organization else {
            let unknown = fault("organizationIds", "unknown_organization", "must be one that you know of")
            return Candidate(row: row, name: "", new: .failure(unknown))
        }
        let kind = CounterpartyKind(organization.kind) ?? input.kind ?? .other
        let new = NewCounterparty(
            name: organization.name, organizationId: id, kind: kind, tier: input.tier, country: organization.country)
        return Candidate(row: row, name: organization.name, new: .success(new))
    }

    private static func candidate(_ row: PastedRow, _ input: CounterpartyBulk) -> Candidate {
        let name = String((row.cells[.name] ?? "").trimmed.prefix(200))
        let new = Result { () throws(RPCFault) in
            try NewCounterparty(row, kind: input.kind ?? .other, tier: input.tier)
        }
        return Candidate(row: row.line, name: name, new: new)
    }

    /// Those of another deal, without what belongs to that deal alone. An organization that the caller does not know of comes
    /// as a name.
    private static func others(
        _ input: CounterpartyBulk, by caller: Caller, in db: Database
    ) throws -> [Candidate] {
        let unknown = fault("fromDeal", "unknown_deal", "must be a deal that you may read")
        guard let source = input.fromDeal.flatMap(DealReference.init(text:)) else { throw unknown }
        let seen = try db.alone { try DealRows.seen(source, by: caller, may: .read, in: db).deal.id }
        guard case .success(let deal) = seen else { throw unknown }
        let all = try CounterpartyRows.all(of: deal, limit: rowsMax + 1, in: db)
        try checkCount(all.count, "fromDeal")
        return try all.enumerated().map { index, other in
            let isKnown = try OrganizationSight.find(other.organizationId, by: caller, in: db) != nil
            let new = NewCounterparty(
                name: other.name, organizationId: isKnown ? other.organizationId : nil, kind: other.kind,
                tier: input.tier ?? other.tier, country: other.country)
            return Candidate(row: index + 1, name: other.name, new: .success(new))
        }
    }

    private static func item(
        _ candidate: Candidate, to deal: Deal, by caller: Caller, in db: Database
    ) throws -> CounterpartyBulkItem {
        let outcome = try db.alone {
            try CounterpartyStore.add(candidate.new.get(), to: deal, by: caller, in: db)
        }
        switch outcome {
        case .success(let added):
            return CounterpartyBulkItem(
                row: candidate.row, name: added.name, outcome: .added, counterpartyId: added.id)
        case .failure(let fault) where fault.code == CounterpartyStore.exists.code:
            let wanted = CounterpartyForm(try candidate.new.get(), by: caller).counterparty
            let twin = try CounterpartyRows.twin(of: wanted, on: deal.id, in: db)
            return CounterpartyBulkItem(
                row: candidate.row, name: candidate.name, outcome: .exists, counterpartyId: twin)
        case .failure(let fault):
            let errors = fault.errors.isEmpty ? [FieldFault("row", fault.code, fault.message)] : fault.errors
            return CounterpartyBulkItem(
                row: candidate.row, name: candidate.name, outcome: .error, errors: errors)
        }
    }

    private static func checkCount(_ count: Int, _ field: String) throws(RPCFault) {
        guard !(1...rowsMax).contains(count) else { return }
        throw fault(field, "out_of_range", "must have 1 to \(rowsMax) rows")
    }

    private static func fault(_ field: String, _ code: String, _ message: String) -> RPCFault {
        .invalid([FieldFault(field, code, message)])
    }
}
