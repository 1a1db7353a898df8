import Contracts
import Foundation
import RPC
import Testing

@testable import deals

struct CellDecoderTests {
    private static func cells(
        _ texts: [String: String], dates: ImportDateFormat = .yearMonthDay, numbers: ImportNumberFormat = .decimalPoint
    ) -> FieldCells {
        var cells = FieldCells(dates: dates, numbers: numbers)
        for (field, text) in texts { cells.set(field, text, emptyClears: true) }
        return cells
    }

    @Test func aRowIsReadByTheTypesOfItsMembers() throws {
        var faults: [FieldFault] = []
        let patch = CellDecoder.decode(
            DealPatch.self,
            Self.cells(
                [
                    "codeName": " 'Falcon ", "value.amount": "1.250.000,5", "value.currency": "eur",
                    "probability": "40", "expectedCloseOn": "3.1.2027", "confidentiality": "Secret", "sector": "",
                    "leadId": "0199A1B2-3c4d-7e5f-8a6b-7c8d9e0f1a2b", "realName": "'=x",
                ], dates: .dayMonthYear, numbers: .decimalComma), &faults)
        #expect(faults == [])
        #expect(patch?.codeName == .set("'Falcon"))
        #expect(patch?.realName == .set("=x"))
        #expect(patch?.value == Currency(code: "EUR").map { Patch.set(Money(minorUnits: 125_000_050, currency: $0)) })
        #expect(patch?.probability == .set(40))
        #expect(patch?.expectedCloseOn == BusinessDate(text: "2027-01-03").map(Patch.set))
        #expect(patch?.confidentiality == .set(.secret))
        #expect(patch?.sector == .clear)
        #expect(patch?.leadId == UUID(uuidString: "0199a1b2-3c4d-7e5f-8a6b-7c8d9e0f1a2b").map(Patch.set))
        #expect(patch?.nextStep == nil)
    }

    @Test func everyMemberThatDoesNotFitIsTold() {
        var faults: [FieldFault] = []
        let patch = CellDecoder.decode(
            DealPatch.self,
            Self.cells([
                "value.amount": "12,34", "value.currency": "USD", "probability": "many", "expectedCloseOn": "soon",
                "confidentiality": "top", "leadId": "me", "sector": "Food",
            ]), &faults)
        #expect(patch?.sector == .set("Food"))
        #expect(
            Set(faults.map(\.field))
                == ["value.amount", "probability", "expectedCloseOn", "confidentiality", "leadId"])
        #expect(faults.first { $0.field == "confidentiality" }?.message.contains("secret") == true)
    }

    @Test func anAmountWantsItsCurrencyAndItsDecimals() {
        for (texts, field) in [
            (["value.amount": "1"], "value.currency"),
            (["value.amount": "1.5", "value.currency": "JPY"], "value.amount"),
            (["value.amount": "1", "value.currency": "XXX"], "value.currency"),
        ] {
            var faults: [FieldFault] = []
            _ = CellDecoder.decode(DealPatch.self, Self.cells(texts), &faults)
            #expect(faults.map(\.field) == [field])
        }
        var faults: [FieldFault] = []
        // A currency alone says nothing.
        let patch = CellDecoder.decode(DealPatch.self, Self.cells(["value.currency": "USD"]), &faults)
        #expect(patch == DealPatch() && faults.isEmpty)
    }

    @Test func whatIsRequiredIsMissed() {
        var faults: [FieldFault] = []
        let new = CellDecoder.decode(NewDeal.self, Self.cells(["codeName": "Falcon", "type": "ecm_ipo"]), &faults)
        #expect(new == nil)
        #expect(faults.map { "\($0.field) \($0.code)" } == ["clientName missing"])
    }

    @Test(
        arguments: [
            ("1250", "1250"), ("1,250.00", "1250.00"), ("-1,234,567.8", "-1234567.8"), ("1,25", nil), ("1,2500", nil),
            ("1250.", nil), (".5", nil), ("", nil), ("-", nil), ("1 250", nil), ("1e3", nil), (",125", nil),
        ] as [(String, String?)])
    func numbersAreGroupedByThree(_ text: String, _ plain: String?) {
        #expect(ImportNumberFormat.decimalPoint.plain(text) == plain)
    }

    @Test(arguments: [
        (ImportDateFormat.yearMonthDay, "2026-02-03", true), (.yearMonthDay, "2026-2-3", false),
        (.dayMonthYear, "3.2.2026", true), (.dayMonthYear, "03.02.2026", true), (.dayMonthYear, "30.02.2026", false),
        (.dayMonthYearSlashes, "03/02/2026", true), (.monthDayYearSlashes, "02/03/2026", true),
        (.monthDayYearSlashes, "13/03/2026", false), (.dayMonthYear, "3.2.26", false), (.dayMonthYear, "3.2", false),
    ])
    func datesAreReadInOneFormat(_ format: ImportDateFormat, _ text: String, _ isThere: Bool) {
        #expect(format.day(text) == (isThere ? BusinessDate(text: "2026-02-03") : nil))
    }

    @Test func whatCanBeImportedIsWhatTheCallsTake() throws {
        func members(_ value: some Encodable) throws -> Set<String> {
            Set(try CellEncoder.cells(of: value).map(\.column))
        }
        let new = NewDeal(codeName: "", type: .ecmIPO, clientName: "")
        let taken = try members(new).union(members(DealPatch()))
        #expect(Set(ImportFields.ofDeals) == taken)
        #expect(ImportFields.required == ["codeName", "type", "clientName"])
        #expect(ImportFields.all.contains("value.amount") && !ImportFields.all.contains("value"))
        #expect(Set(ImportFields.all).count == ImportFields.all.count)
    }
}
