import Contracts
import Foundation
import RPC

/// How a deal that an import changed becomes what it was.
struct ImportUndo: Codable, Sendable, Hashable {
    static let reason = "The import was reverted."

    var fields: DealPatch
    /// The stage or status that it came from.
    var toStage: String?

    /// - Parameter after: what the import made of the deal.
    init(from after: Deal, backTo before: Deal) throws {
        let (old, new) = try (CellEncoder.cells(of: before), CellEncoder.cells(of: after))
        var members = Set(
            zip(old, new).filter { $0 != $1 && ImportFields.toChange.contains($0.column) }.map { cells in
                cells.0.column.split(separator: ".").first.map(String.init) ?? ""
            })
        // A clearance that was lost is given by compliance alone.
        members.remove("conflictStatus")
        if before.stage != after.stage {
            toStage = before.stage
        } else if before.status != after.status {
            toStage = before.status.rawValue
        }
        // The stage's own chance comes back with the stage.
        if before.probabilitySource == .stage, after.probabilitySource == .stage { members.remove("probability") }
        let whole = try JSONSerialization.jsonObject(with: StrictJSON.encode(before)) as? [String: Any] ?? [:]
        var picked: [String: Any] = [:]
        for member in members { picked[member] = whole[member] ?? NSNull() }
        if members.contains("customFields") {
            // A patch of them is merged: what was not there is taken out by name.
            var custom = whole["customFields"] as? [String: Any] ?? [:]
            for key in after.customFields.keys where before.customFields[key] == nil { custom[key] = NSNull() }
            picked["customFields"] = custom
        }
        if before.probabilitySource == .stage, members.contains("probability") { picked["probability"] = NSNull() }
        fields = try StrictJSON.decode(DealPatch.self, from: JSONSerialization.data(withJSONObject: picked))
    }
}
