import Contracts

/// What an event tells of an activity.
enum ActivityChanges {
    /// Its text stands in the record, and so not here.
    static func added(_ activity: DealActivity) -> [FieldChange] {
        [FieldChange("activityId", before: nil, after: activity.id.text)]
            + fields(activity).filter { $0.name != "text" && $0.value != nil }
            .map { FieldChange($0.name, before: nil, after: $0.value) }
    }

    /// Whole on both sides, however long: the record keeps the new text alone. At most `Outbox.payloadBytesMax`, by the
    /// bounds of `ActivityForm`.
    static func between(_ before: DealActivity, _ after: DealActivity) -> [FieldChange] {
        [FieldChange("activityId", before: before.id.text, after: after.id.text)]
            + zip(fields(before), fields(after)).filter { $0.value != $1.value }
            .map { FieldChange($0.name, before: $0.value, after: $1.value) }
    }

    /// The record keeps the rest.
    static func removed(_ activity: DealActivity) -> [FieldChange] {
        [
            FieldChange("activityId", before: activity.id.text, after: nil),
            FieldChange("kind", before: activity.kind.rawValue, after: nil),
        ]
    }

    private static func fields(_ activity: DealActivity) -> [(name: String, value: String?)] {
        let participants = activity.participants.joined(separator: ", ")
        return [
            ("kind", activity.kind.rawValue), ("subject", activity.subject), ("text", activity.text),
            ("participants", participants.isEmpty ? nil : participants), ("occurredAt", activity.occurredAt.text),
        ]
    }
}
