import Contracts
import RPC

/// A mapping that fits a file: how each of its rows is read.
struct ImportPlan: Sendable {
    static let constantsMax = 50
    static let constantScalarsMax = 1000

    let mapping: ImportMapping
    /// Places of columns, and the fields that they are.
    private let places: [(Int, String)]

    /// - Throws: `validation_failed` with everything in the mapping that does not fit the columns or itself.
    init(_ mapping: ImportMapping, columns: [String]) throws(RPCFault) {
        var faults: [FieldFault] = []
        var places: [(Int, String)] = []
        for (index, column) in mapping.columns.prefix(CSVReader.columnsMax * 2).enumerated() {
            if let place = columns.firstIndex(of: column.column) {
                places.append((place, column.field))
            } else {
                faults.append(FieldFault("columns[\(index)].column", "unknown", "is not a column of the file"))
            }
            Self.check(column.field, "columns[\(index)].field", &faults)
        }
        if mapping.columns.isEmpty || mapping.columns.count > CSVReader.columnsMax * 2 {
            let words = "must be 1 to \(CSVReader.columnsMax * 2) columns"
            faults.append(FieldFault("columns", "out_of_range", words))
        }
        Self.checkConstants(mapping.constants ?? [], &faults)
        Self.checkTogether(mapping, &faults)
        guard faults.isEmpty else { throw .invalid(faults) }
        self.mapping = mapping
        self.places = places
    }

    /// A row under its fields.
    func cells(_ row: [String]) -> FieldCells {
        var cells = FieldCells(
            dates: mapping.dateFormat ?? .yearMonthDay, numbers: mapping.numberFormat ?? .decimalPoint)
        for constant in mapping.constants ?? [] { cells.set(constant.field, constant.value, emptyClears: false) }
        let emptyClears = mapping.emptyCells == .clear
        for (place, field) in places where row.indices.contains(place) {
            cells.set(field, row[place], emptyClears: emptyClears)
        }
        return cells
    }

    private static func check(_ field: String, _ path: String, _ faults: inout [FieldFault]) {
        if !ImportFields.all.contains(field) {
            faults.append(FieldFault(path, "unknown", "is not a field that can be imported"))
        }
    }

    private static func checkConstants(_ constants: [ImportConstant], _ faults: inout [FieldFault]) {
        if constants.count > constantsMax {
            faults.append(FieldFault("constants", "out_of_range", "must be at most \(constantsMax)"))
        }
        for (index, constant) in constants.prefix(constantsMax).enumerated() {
            let path = "constants[\(index)]"
            check(constant.field, "\(path).field", &faults)
            if ImportFields.ofOneRow.contains(constant.field) {
                faults.append(FieldFault("\(path).field", "not_allowed", "is not the same for all rows"))
            }
            if constant.value.unicodeScalars.count > constantScalarsMax {
                let words = "must have at most \(constantScalarsMax) characters"
                faults.append(FieldFault("\(path).value", "too_long", words))
            }
        }
    }

    private static func checkTogether(_ mapping: ImportMapping, _ faults: inout [FieldFault]) {
        let fields = mapping.columns.map(\.field) + (mapping.constants ?? []).map(\.field)
        let named = Set(fields)
        if named.count < fields.count {
            faults.append(FieldFault("columns", "repeated", "A field is mapped twice."))
        }
        let (byDeal, byExternal) = (named.contains(ImportFields.deal), named.contains(ImportFields.externalId))
        if byDeal, byExternal {
            faults.append(FieldFault("columns", "exactly_one", "Rows are known by deal or by externalId, not by both."))
        }
        if byExternal != (mapping.externalSource != nil) {
            let words = byExternal ? "Say what system the external ids come from." : "belongs to externalId"
            faults.append(FieldFault("externalSource", byExternal ? "required" : "not_allowed", words))
        }
        if let source = mapping.externalSource { _ = TextRule("externalSource", 1...50).check(source, &faults) }
        if named.contains(ImportFields.version), !byDeal, !byExternal {
            faults.append(FieldFault("columns", "not_allowed", "version belongs to deal or externalId"))
        }
        let move = [ImportFields.stageReason, ImportFields.stageEffectiveOn].filter(named.contains)
        if !named.contains(ImportFields.stage), let field = move.first {
            faults.append(FieldFault("columns", "not_allowed", "\(field) belongs to stage"))
        }
        if !byDeal, !byExternal {
            for field in ImportFields.required where !named.contains(field) {
                faults.append(FieldFault("columns", "missing", "A new deal wants \(field)."))
            }
        }
    }
}
