import Contracts
import Foundation
import RPC
import Testing

@testable import deals

extension Desk {
    fileprivate func define(
        _ key: String, _ type: CustomFieldType, options: [String]? = nil, requiredFor: [DealType]? = nil,
        by admin: Person
    ) async throws -> CustomField {
        let new = NewCustomField(key: key, label: "Label", type: type, options: options, requiredFor: requiredFor)
        return try await call(DealMethods.addCustomField, new, as: admin)
    }

    fileprivate func change(
        _ field: CustomField, by admin: Person, version: Int64? = nil, _ change: (inout CustomFieldPatch) -> Void
    ) async throws -> CustomField {
        var patch = CustomFieldPatch()
        change(&patch)
        return try await call(
            DealMethods.updateCustomField, patch, as: admin, on: [field.key], ifMatch: version ?? field.version)
    }

    fileprivate func fill(_ deal: Deal, _ values: String, as person: Person) async throws -> Deal {
        try await send(
            DealMethods.update, json: #"{"customFields":\#(values)}"#, as: person, on: [deal.id.text],
            ifMatch: deal.version)
    }
}

struct CustomFieldTests {
    @Test func administratorsDefineAndEverybodyReads() async throws {
        try await Desk.with { desk in
            let admin = desk.person(.admin)
            let tier = try await desk.define("tier", .choice, options: ["A", "B"], by: admin)
            let fund = try await desk.define("fund", .text, requiredFor: [.ecmIPO, .ecmIPO], by: admin)
            #expect(fund.requiredFor == [.ecmIPO])
            let more = try await desk.change(tier, by: admin) { $0.options = ["A", "B", "C"] }
            #expect(more.options == ["A", "B", "C"] && more.version == 2 && more.label == tier.label)
            #expect(try await desk.change(more, by: admin) { $0.archived = false } == more)
            for role in Role.allCases {
                let person = desk.person(role)
                let list = try await desk.call(DealMethods.customFields, Nothing(), as: person)
                #expect(list.items == [more, fund])
                guard role != .admin else { continue }
                try await fault("forbidden") { try await desk.define("x", .text, by: person) }
                try await fault("forbidden") { try await desk.change(more, by: person) { $0.label = "x" } }
            }
            let events = try await desk.events()
            #expect(events.map(\.type) == ["custom_field.created", "custom_field.created", "custom_field.updated"])
            #expect(events.last?.changes == [FieldChange("options", before: "A, B", after: "A, B, C")])
            #expect(events.last?.subject == EventSubject(kind: "custom_field", id: "tier"))
        }
    }

    @Test func aDefinitionThatDoesNotFitIsRefusedWhole() async throws {
        try await Desk.with { desk in
            let admin = desk.person(.admin)
            let wrong = NewCustomField(key: "Über", label: "", type: .text, options: ["A"])
            let refused = try await fault("validation_failed") {
                try await desk.call(DealMethods.addCustomField, wrong, as: admin)
            }
            #expect(refused.details == ["key invalid", "label too_short", "options not_allowed"])
            let wrongOptions: [[String]?] = [nil, [], ["A", "A"], [""], (0...100).map { String($0) }]
            for options in wrongOptions {
                try await fault("validation_failed") {
                    try await desk.define("tier", .choice, options: options, by: admin)
                }
            }
            let field = try await desk.define("tier", .choice, options: ["A"], by: admin)
            try await fault("custom_field_exists") { try await desk.define("tier", .text, by: admin) }
            try await fault("version_mismatch") {
                try await desk.change(field, by: admin, version: 9) { $0.label = "x" }
            }
            try await fault("version_required") {
                try await desk.call(DealMethods.updateCustomField, CustomFieldPatch(), as: admin, on: ["tier"])
            }
            try await fault("not_found") {
                try await desk.call(
                    DealMethods.updateCustomField, CustomFieldPatch(), as: admin, on: ["other"], ifMatch: 1)
            }
        }
    }

    @Test func thereAreAtMostAHundred() async throws {
        try await Desk.with { desk in
            let admin = desk.person(.admin)
            for count in 0..<CustomFieldStore.fieldsMax { _ = try await desk.define("f\(count)", .text, by: admin) }
            try await fault("custom_fields_full") { try await desk.define("more", .text, by: admin) }
        }
    }

    @Test func valuesOfEachTypeAreKeptAsTheyWereSent() async throws {
        try await Desk.with { desk in
            let (admin, banker) = (desk.person(.admin), desk.person(.banker))
            for type in CustomFieldType.allCases {
                _ = try await desk.define(
                    type.rawValue, type, options: type == .choice ? ["A", "B"] : nil, by: admin)
            }
            let deal = try await desk.deal("Falcon", by: banker)
            let filled = try await desk.fill(
                deal,
                """
                {"text":" long ago ","number":8.25,"date":"2026-11-21","money":{"amount":"1.500","currency":"KWD"},
                "choice":"B","boolean":true}
                """, as: banker)
            let money = try #require(Currency(code: "KWD").map { Money(minorUnits: 1500, currency: $0) })
            #expect(
                filled.customFields == [
                    "text": .text("long ago"), "number": .number(8.25), "date": .text("2026-11-21"),
                    "money": .money(money), "choice": .text("B"), "boolean": .flag(true),
                ])
            #expect(try await desk.get(deal, as: banker) == filled)
            #expect(
                try await desk.events().last?.changes == [
                    FieldChange("customFields.boolean", before: nil, after: "true"),
                    FieldChange("customFields.choice", before: nil, after: "B"),
                    FieldChange("customFields.date", before: nil, after: "2026-11-21"),
                    FieldChange("customFields.money", before: nil, after: "1.500 KWD"),
                    FieldChange("customFields.number", before: nil, after: "8.25"),
                    FieldChange("customFields.text", before: nil, after: "long ago"),
                ])
            let fewer = try await desk.fill(filled, #"{"text":null,"number":-3}"#, as: banker)
            #expect(fewer.customFields["text"] == nil && fewer.customFields["number"] == .number(-3))
            #expect(fewer.customFields.count == 5)
            #expect(try await desk.fill(fewer, "null", as: banker).customFields.isEmpty)
        }
    }

    @Test func valuesThatDoNotFitAreNamedByTheirKeys() async throws {
        try await Desk.with { desk in
            let (admin, banker) = (desk.person(.admin), desk.person(.banker))
            for type in CustomFieldType.allCases {
                _ = try await desk.define(type.rawValue, type, options: type == .choice ? ["A"] : nil, by: admin)
            }
            let deal = try await desk.deal("Falcon", by: banker)
            let refused = try await fault("validation_failed") {
                try await desk.fill(
                    deal,
                    #"{"text":"","number":1e16,"date":"2026-02-30","money":5,"choice":"Z","boolean":"yes","other":1}"#,
                    as: banker)
            }
            #expect(
                refused.details == [
                    "customFields.boolean wrong_type", "customFields.choice invalid", "customFields.date invalid",
                    "customFields.money wrong_type", "customFields.number out_of_range",
                    "customFields.other unknown_field", "customFields.text too_short",
                ])
            for json in [#"{"text":["x"]}"#, #"{"money":{"amount":"1","currency":"USD","more":1}}"#, "5"] {
                try await fault("validation_failed") { try await desk.fill(deal, json, as: banker) }
            }
        }
    }

    @Test func whatIsRequiredMustBeThereFromTheStartAndStays() async throws {
        try await Desk.with { desk in
            let (admin, banker) = (desk.person(.admin), desk.person(.banker))
            let before = try await desk.deal("Before", by: banker)
            let field = try await desk.define("fund", .text, requiredFor: [.sellSideMA], by: admin)
            let refused = try await fault("validation_failed") { try await desk.deal("Falcon", by: banker) }
            #expect(refused.details == ["customFields.fund required"])
            var new = NewDeal(codeName: "Falcon", type: .sellSideMA, clientName: "Aurora")
            new.customFields = ["fund": .text("IV")]
            let deal = try await desk.call(DealMethods.create, new, as: banker)
            #expect(deal.customFields == ["fund": .text("IV")])
            let kept = try await fault("validation_failed") {
                try await desk.fill(deal, #"{"fund":null}"#, as: banker)
            }
            #expect(kept.details == ["customFields.fund required"])
            #expect(try await desk.update(before, as: banker) { $0.sector = .set("Food") }.version == 2)
            _ = try await desk.deal("Another type", by: banker, type: .restructuring)
            _ = try await desk.change(field, by: admin) { $0.archived = true }
            _ = try await desk.deal("Hawk", by: banker)
            let archived = try await fault("validation_failed") {
                try await desk.fill(deal, #"{"fund":"V"}"#, as: banker)
            }
            #expect(archived.details == ["customFields.fund archived"])
            #expect(try await desk.fill(deal, #"{"fund":null}"#, as: banker).customFields.isEmpty)
        }
    }

    @Test func allValuesOfADealTogetherAreBounded() throws {
        let at = Instant(milliseconds: 0)
        let fields = (0..<40).map { count in
            CustomField(
                key: "f\(count)", label: "x", type: .text, options: [], requiredFor: [], archived: false, version: 1,
                createdAt: at, updatedAt: at)
        }
        var faults: [FieldFault] = []
        let values = Dictionary(
            uniqueKeysWithValues: fields.map {
                ($0.key, Patch.set(CustomValue.text(String(repeating: "x", count: 1000))))
            })
        _ = CustomFieldRules(fields, of: .sellSideMA).apply(.set(values), to: [:], &faults)
        #expect(faults.map(\.field) == ["customFields"] && faults.codes == ["too_long"])
    }
}
