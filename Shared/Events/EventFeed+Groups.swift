import Contracts
import RPC
import Storage

/// Who reads, and how far they are.
extension EventFeed {
    private static let groupCharactersMax = 64

    func acknowledge(_ input: EventAcknowledgement) async throws -> Nothing {
        var faults = Self.faults(ofGroup: input.group)
        if input.sequence < 0 { faults.append(FieldFault("sequence", "out_of_range", "must not be negative")) }
        if !faults.isEmpty { throw RPCFault.invalid(faults) }
        try await hear(of: input.group, at: input.sequence)
        return Nothing()
    }

    func groups() async throws -> EventGroupList {
        let (known, now) = (try await outbox.groups(), now())
        return EventGroupList(
            items: known.groups.map { group in
                EventGroup(
                    name: group.name, acknowledged: group.acknowledged,
                    behind: max(0, known.newest - group.acknowledged),
                    behindMilliseconds: group.waitingSinceMilliseconds.map { max(0, now.milliseconds - $0) } ?? 0,
                    heardAt: Instant(milliseconds: group.heardMilliseconds), holdsEvents: !group.isReleased)
            },
            first: known.first, newest: known.newest)
    }

    func hear(of group: String, at sequence: Int64) async throws {
        do {
            try await outbox.hear(of: group, at: sequence, now: now().milliseconds)
        } catch is Outbox.GroupsFull {
            throw RPCFault(
                .resourceExhausted, "too_many_groups",
                "There are \(Outbox.groupsMax) groups already; use the name of one of them.", doNotRetry: true)
        }
    }

    static func faults(ofGroup group: String) -> [FieldFault] {
        let isName =
            (1...groupCharactersMax).contains(group.utf8.count)
            && group.utf8.allSatisfy { byte in
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "-")
            }
        return isName ? [] : [FieldFault("group", "invalid", "must be 1 to \(groupCharactersMax) of a-z, 0-9 and -")]
    }
}
