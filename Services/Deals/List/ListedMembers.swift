import Contracts
import Foundation
import NIOCore
import RPC

/// The members of a deal that a page answers.
struct ListedMembers: Sendable, Hashable {
    /// All there are: a test holds them to the deal itself.
    static let all = Set(DealViewColumn.allCases.map(\.rawValue) + ["id", "version"])
    private static let shownMax = 5

    let names: Set<String>

    /// - Parameter text: names with commas between them; nil for all members.
    static func read(_ text: String?, _ faults: inout [FieldFault]) -> ListedMembers? {
        guard let text else { return nil }
        let names = Set(text.split(separator: ",", omittingEmptySubsequences: false).map(String.init))
        let unknown = names.subtracting(all).sorted()
        for name in unknown.prefix(shownMax) {
            faults.append(FieldFault("fields", "unknown_field", "has \(name.prefix(100)), which no deal has"))
        }
        return unknown.isEmpty ? ListedMembers(names: names) : nil
    }

    /// A deal that is JSON already, with these members alone.
    func part(of deal: ByteBuffer) throws -> ByteBuffer {
        let parts = JSONMembers.of(Data(deal.readableBytesView)).filter { names.contains($0.key) }
        return ByteBuffer(
            string: "{" + parts.sorted { $0.key < $1.key }.map { "\"\($0)\":\($1)" }.joined(separator: ",") + "}")
    }
}

/// What comes with the deals of a page.
struct ListInclusions: OptionSet, Sendable {
    let rawValue: Int

    static let team = ListInclusions(rawValue: 1)
    static let counterparties = ListInclusions(rawValue: 2)

    static func read(_ text: String?, _ faults: inout [FieldFault]) -> ListInclusions {
        guard let text else { return [] }
        var read: ListInclusions = []
        for name in text.split(separator: ",", omittingEmptySubsequences: false) {
            switch name {
            case "team": read.insert(.team)
            case "counterparties": read.insert(.counterparties)
            default:
                faults.append(FieldFault("include", "unknown", "must be of team, counterparties"))
                return read
            }
        }
        return read
    }
}
