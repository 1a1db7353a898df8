import Contracts
import Events
import Foundation
import GRDB
import RPC
import Storage

/// The fields that the firm has added to its deals. They are settings, and say nothing of any deal.
struct CustomFieldStore: Sendable {
    let store: Store

    /// With those that are archived.
    static let fieldsMax = 100

    func list() async throws -> CustomFieldList {
        try await store.read { db in CustomFieldList(items: try CustomFieldRows.all(in: db)) }
    }

    func add(_ form: CustomFieldForm, by caller: SettingsCaller) async throws -> CustomField {
        try await store.onceOfNoDeal(by: caller.caller) { db in
            let field = try form.checked()
            guard try CustomFieldRows.field(field.key, in: db) == nil else {
                throw RPCFault(.alreadyExists, "custom_field_exists", "There is a custom field of this key.")
            }
            guard try CustomFieldRows.count(in: db) < Self.fieldsMax else {
                throw RPCFault(
                    .failedPrecondition, "custom_fields_full", "There are at most \(Self.fieldsMax) custom fields.")
            }
            try CustomFieldRows.insert(field, in: db)
            try Self.record(EventType.customFieldCreated, nil, field, by: caller, in: db)
            return field
        }
    }

    func update(_ key: String, _ patch: CustomFieldPatch, by caller: SettingsCaller) async throws -> CustomField {
        try await store.write { db in
            guard let before = try CustomFieldRows.field(key, in: db) else { throw RPCFault.notFound("custom field") }
            try caller.requireVersion(of: before)
            var field = try CustomFieldForm(before, patch).checked()
            guard field != before else { return before }
            field.version += 1
            field.updatedAt = max(caller.now, before.updatedAt)
            try CustomFieldRows.update(field, in: db)
            try Self.record(EventType.customFieldUpdated, before, field, by: caller, in: db)
            return field
        }
    }

    private static func record(
        _ type: String, _ before: CustomField?, _ after: CustomField, by caller: SettingsCaller, in db: Database
    ) throws {
        let (old, new) = (before.map(display), display(after))
        let changes = new.enumerated().compactMap { index, field in
            old?[index].value == field.value
                ? nil : FieldChange(field.name, before: old?[index].value, after: field.value)
        }
        try EventFeed.append(
            Event(
                id: UUIDv7.make(at: caller.now), type: type, time: caller.now, actor: EventActor(caller.context),
                subject: EventSubject(kind: "custom_field", id: after.key), version: after.version, changes: changes,
                requestId: caller.context.requestID, traceId: caller.context.trace.traceID),
            in: db)
    }

    private static func display(_ field: CustomField) -> [(name: String, value: String)] {
        [
            ("label", field.label), ("type", field.type.rawValue), ("options", shown(field.options)),
            ("requiredFor", shown(field.requiredFor.map(\.rawValue))), ("archived", String(field.archived)),
        ]
    }

    /// Cut: an event tells what changed, the field itself holds the whole.
    private static func shown(_ words: [String]) -> String {
        String(words.joined(separator: ", ").prefix(DealChanges.displayScalarsMax))
    }
}
