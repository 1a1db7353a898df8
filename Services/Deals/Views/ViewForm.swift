import Contracts
import Foundation
import RPC

/// A view being made or changed, with everything that does not fit.
struct ViewForm: Sendable {
    static let nameLength = 1...80
    /// Of a filter as JSON: a page of views fits into a frame.
    static let filterBytesMax = 8192
    static let columnsDefault: [DealViewColumn] = [
        .codeName, .clientName, .type, .stage, .status, .value, .probability, .expectedCloseOn,
    ]

    private(set) var view: DealView
    private(set) var faults: [FieldFault] = []

    init(_ input: NewDealView, by caller: Caller) {
        view = DealView(
            id: UUIDv7.make(at: caller.now), ownerId: caller.id, name: "", scope: input.scope ?? .private,
            filter: input.filter, sort: input.sort ?? ListSort.newestChange.rawValue,
            columns: input.columns ?? Self.columnsDefault, layout: input.layout ?? .table,
            pinned: input.pinned ?? false, version: 1, createdAt: caller.now, updatedAt: caller.now)
        name(input.name)
        check()
    }

    init(_ view: DealView, _ patch: DealViewPatch) {
        self.view = view
        switch patch.name {
        case .set(let name): self.name(name)
        case .clear: faults.append(FieldFault("name", "required", "must not be null"))
        case nil: break
        }
        Self.set(&self.view.scope, patch.scope, or: .private)
        switch patch.filter {
        case .set(let filter): self.view.filter = filter
        case .clear: self.view.filter = nil
        case nil: break
        }
        Self.set(&self.view.sort, patch.sort, or: ListSort.newestChange.rawValue)
        Self.set(&self.view.columns, patch.columns, or: Self.columnsDefault)
        Self.set(&self.view.layout, patch.layout, or: .table)
        Self.set(&self.view.pinned, patch.pinned, or: false)
        check()
    }

    /// - Throws: `validation_failed` with every field that does not fit.
    func checked() throws(RPCFault) -> DealView {
        guard faults.isEmpty else { throw .invalid(faults) }
        return view
    }

    private static func set<Value>(_ value: inout Value, _ patch: Patch<Value>?, or usual: Value) {
        switch patch {
        case .set(let new): value = new
        case .clear: value = usual
        case nil: break
        }
    }

    private mutating func name(_ text: String) {
        if let name = TextRule("name", Self.nameLength).check(text, &faults) { view.name = name }
    }

    private mutating func check() {
        if ListSort(rawValue: view.sort) == nil { faults.append(ListSort.fault) }
        if view.columns.isEmpty || Set(view.columns).count < view.columns.count {
            faults.append(FieldFault("columns", "invalid", "must name at least one column, and each once"))
        }
        guard let filter = view.filter else { return }
        if let condition = FilterReader.read(filter, &faults), view.scope != .private,
            condition.fields.contains(where: \.holdsNames)
        {
            faults.append(.namesInSharedView)
        }
        if let json = try? StrictJSON.encode(filter), json.count > Self.filterBytesMax {
            faults.append(FieldFault("filter", "too_long", "must have at most \(Self.filterBytesMax) bytes"))
        }
    }
}

extension FieldFault {
    /// Others read its filter, and most of them know nothing of the deals that the owner may see.
    fileprivate static let namesInSharedView = FieldFault(
        "filter", "names_in_shared_view",
        "of a view for a team or the firm must not look at codeName, clientName, tag or q: others would read the name")
}
