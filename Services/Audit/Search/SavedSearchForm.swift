import Contracts
import Foundation
import RPC

/// A saved search being made or changed, with everything that does not fit.
struct SavedSearchForm: Sendable {
    static let nameLength = 1...80

    private(set) var search: AuditSearch
    private(set) var faults: [FieldFault] = []

    init(_ input: NewAuditSearch, by owner: UUID, at now: Instant) {
        search = AuditSearch(
            id: UUIDv7.make(at: now), ownerId: owner, name: "", shared: input.shared ?? false, filter: input.filter,
            version: 1, createdAt: now, updatedAt: now)
        name(input.name)
        check()
    }

    init(_ search: AuditSearch, _ patch: AuditSearchPatch) {
        self.search = search
        switch patch.name {
        case .set(let name): self.name(name)
        case .clear: faults.append(Self.required("name"))
        case nil: break
        }
        switch patch.shared {
        case .set(let shared): self.search.shared = shared
        case .clear: self.search.shared = false
        case nil: break
        }
        switch patch.filter {
        case .set(let filter): self.search.filter = filter
        case .clear: faults.append(Self.required("filter"))
        case nil: break
        }
        check()
    }

    /// - Throws: `validation_failed` with every field that does not fit.
    func checked() throws(RPCFault) -> AuditSearch {
        guard faults.isEmpty else { throw .invalid(faults) }
        return search
    }

    /// Without case, so that one owner has no two that look alike.
    static func key(_ name: String) -> String { name.lowercased() }

    private static func required(_ field: String) -> FieldFault {
        FieldFault(field, "required", "must not be null")
    }

    private mutating func name(_ text: String) {
        if let name = LineRule("name", Self.nameLength).check(text, &faults) { search.name = name }
    }

    private mutating func check() {
        do { _ = try LogSearch(AuditQuery(search.filter)) } catch let fault as RPCFault {
            faults += fault.errors.map { FieldFault("filter.\($0.field)", $0.code, $0.message) }
        } catch {
            faults.append(FieldFault("filter", "invalid", "is no search"))
        }
    }
}
