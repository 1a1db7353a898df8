import Contracts
import RPC

/// A checked request to change many deals alike.
struct BulkForm: Sendable {
    static let dealsMax = 1000

    enum Targets: Sendable {
        case named([BulkDeal])
        case fitting(ListRequest, expected: Int)
    }

    enum Change: Sendable {
        case update(DealPatch)
        case move(Move)
        case addMember(NewTeamMember)
    }

    let targets: Targets
    let change: Change
    let isTrial: Bool

    /// - Throws: `validation_failed` with every field that does not fit; of the filter, what the list says.
    init(_ input: BulkRequest) throws(RPCFault) {
        var faults: [FieldFault] = []
        let targets = try Self.targets(input, &faults)
        let change = Self.change(input, &faults)
        guard let targets, let change, faults.isEmpty else { throw .invalid(faults) }
        self.targets = targets
        self.change = change
        isTrial = input.dryRun == true
    }

    private static func targets(_ input: BulkRequest, _ faults: inout [FieldFault]) throws(RPCFault) -> Targets? {
        let named = input.deals ?? input.ids?.map { BulkDeal(id: $0) }
        let count = [input.ids != nil, input.deals != nil, input.filter != nil].count { $0 }
        guard count == 1 else {
            faults.append(FieldFault("ids", "exactly_one", "Name the deals by one of ids, deals and filter."))
            return nil
        }
        guard let named else { return try filter(input, &faults) }
        let field = input.ids == nil ? "deals" : "ids"
        if input.expectedCount != nil {
            faults.append(FieldFault("expectedCount", "not_allowed", "belongs to a filter"))
        }
        if !(1...dealsMax).contains(named.count) {
            faults.append(FieldFault(field, "out_of_range", "must be 1 to \(dealsMax) deals"))
        }
        if Set(named.map(\.id)).count < named.count {
            faults.append(FieldFault(field, "repeated", "A deal is named twice."))
        }
        return .named(named)
    }

    private static func filter(_ input: BulkRequest, _ faults: inout [FieldFault]) throws(RPCFault) -> Targets? {
        guard let filter = input.filter else { return nil }
        guard let expected = input.expectedCount else {
            faults.append(FieldFault("expectedCount", "required", "Say how many deals the filter fits."))
            return nil
        }
        if !(1...dealsMax).contains(expected) {
            faults.append(FieldFault("expectedCount", "out_of_range", "must be 1 to \(dealsMax)"))
        }
        return .fitting(try ListRequest(all: filter), expected: expected)
    }

    private static func change(_ input: BulkRequest, _ faults: inout [FieldFault]) -> Change? {
        let parts: [(field: String, of: BulkOperation, isThere: Bool)] = [
            ("fields", .update, input.fields != nil), ("move", .transition, input.move != nil),
            ("member", .addMember, input.member != nil),
        ]
        for part in parts where part.isThere != (part.of == input.op) {
            let words = part.isThere ? "belongs to \(part.of.rawValue)" : "is what \(part.of.rawValue) takes"
            faults.append(FieldFault(part.field, part.isThere ? "not_allowed" : "required", words))
        }
        switch input.op {
        case .update:
            if input.fields == DealPatch() { faults.append(FieldFault("fields", "required", "Say what to change.")) }
            // No two deals have the same; and what is asked of many must not be a way to try names.
            if input.fields?.codeName != nil {
                faults.append(FieldFault("fields.codeName", "not_allowed", "Rename a deal by PATCH."))
            }
            return input.fields.map(Change.update)
        case .transition: return input.move.map(Change.move)
        case .addMember: return input.member.map(Change.addMember)
        }
    }
}
