import Contracts
import RPC

/// The columns of a file of deals: those of the contract, or some of them in the order in which they were asked for.
struct CSVColumns: Sendable {
    static let fieldsBytesMax = 4096

    let names: [String]
    /// Of each, among all that a deal has.
    private let places: [Int]
    private let count: Int

    /// - Parameter fields: names of columns or of fields (`value` is both of its columns); nil for all.
    /// - Throws: `query_invalid` for a name that is none, or is there twice.
    init(_ fields: String?, by caller: Caller) throws {
        // What an empty deal has is what all have.
        let empty = Deal(
            id: caller.id, number: "", codeName: "", type: .strategicAdvisory, stage: "", clientName: "",
            probability: 0, leadId: caller.id, originatedOn: caller.today, createdAt: caller.now)
        let all = try CellEncoder.cells(of: empty).map(\.column)
        count = all.count
        guard let fields else {
            (names, places) = (all, Array(all.indices))
            return
        }
        var chosen: [Int] = []
        var faults: [FieldFault] = []
        if fields.utf8.count > Self.fieldsBytesMax {
            faults.append(FieldFault("fields", "too_long", "must have at most \(Self.fieldsBytesMax) bytes"))
        } else {
            for name in fields.split(separator: ",", omittingEmptySubsequences: false) {
                let found = all.indices.filter { all[$0] == name || all[$0].hasPrefix("\(name).") }
                if found.isEmpty {
                    faults.append(FieldFault("fields", "unknown", "\(name.prefix(80)) is not a field of a deal"))
                } else if found.contains(where: chosen.contains) {
                    faults.append(FieldFault("fields", "repeated", "\(name) is there twice"))
                }
                chosen += found
            }
        }
        guard faults.isEmpty else {
            throw RPCFault(.invalidArgument, "query_invalid", "The query does not fit; see errors.", errors: faults)
        }
        names = chosen.map { all[$0] }
        places = chosen
    }

    func cells(_ deal: Deal) throws -> [CSVCell] {
        let cells = try CellEncoder.cells(of: deal)
        guard cells.count == count else { throw RPCFault.internal }
        return places.map { cells[$0].cell }
    }
}
