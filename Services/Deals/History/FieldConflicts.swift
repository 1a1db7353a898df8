import Contracts
import Foundation
import RPC

/// What others have changed in a deal since a version, field by field. Custom fields are fields of their own: two people
/// who fill different ones are not in each other's way.
struct FieldConflicts: Sendable {
    /// The member of a deal that holds them all.
    static let custom = "customFields"

    private var changed: Set<String> = []

    mutating func add(_ change: MemberChange) {
        guard change.field == Self.custom else {
            changed.insert(change.field)
            return
        }
        let (before, after) = (Self.members(change.before), Self.members(change.after))
        for key in Set(before.keys).union(after.keys) where before[key] != after[key] {
            changed.insert(Self.name(key))
        }
    }

    /// What of it the patch sets, too, in order. Who empties all custom fields sets each that there is.
    func with(_ patch: DealPatch) throws -> [String] {
        var patched = Set(JSONMembers.of(try StrictJSON.encode(patch)).keys)
        switch patch.customFields {
        case nil: break
        case .set(let named): patched.formUnion(named.keys.map(Self.name))
        case .clear: patched.formUnion(changed.filter { $0.hasPrefix(Self.name("")) })
        }
        return changed.intersection(patched).sorted()
    }

    private static func name(_ key: String) -> String { "\(custom).\(key)" }

    private static func members(_ json: String?) -> [String: String] {
        json.map { JSONMembers.of(Data($0.utf8)) } ?? [:]
    }
}
