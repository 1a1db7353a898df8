import Contracts
import Foundation
import RPC
import Testing

@testable import deals

struct FilterReaderTests {
    /// `filter.and[1].value out_of_range`
    private static func faults(_ json: String) throws -> [String] {
        var faults: [FieldFault] = []
        let condition = FilterReader.read(try StrictJSON.decode(DealFilter.self, from: Data(json.utf8)), &faults)
        #expect((condition == nil) == !faults.isEmpty)
        return faults.map { "\($0.field) \($0.code)" }
    }

    @Test func aGoodFilterIsReadAsItIsMeant() throws {
        let json = """
            {"and":[{"field":"status","op":"in","value":["active","on_hold"]},
                    {"not":{"field":"lead","op":"eq","value":"me"}},
                    {"or":[{"field":"value","op":"gte","value":{"amount":"5","currency":"JPY"}},
                           {"field":"sector","op":"isNull","value":true}]}]}
            """
        var faults: [FieldFault] = []
        let condition = FilterReader.read(try StrictJSON.decode(DealFilter.self, from: Data(json.utf8)), &faults)
        let yen = try #require(Currency(code: "JPY"))
        #expect(faults.isEmpty)
        #expect(
            condition
                == .all([
                    .field(.status, .isOneOf([.text("active"), .text("on_hold")])), .not(.field(.lead, .equals(.me))),
                    .any([
                        .field(.value, .compares(.atLeast, .money(Money(minorUnits: 5, currency: yen)))),
                        .field(.sector, .isNull(true)),
                    ]),
                ]))
    }

    @Test func everyWrongPlaceIsNamedAtOnce() throws {
        let json = """
            {"and":[{"field":"type","op":"eq","value":"merger"},{"field":"probability","op":"lt","value":101},
                    {"field":"price","op":"like"},{"or":[]},{"not":7},{"field":"q","op":"eq","value":"x"},
                    {"field":"status","op":"in","value":["active","gone"]},{"and":[],"field":"q"},{"or":{},"x":1},
                    {"field":"country","op":"eq","value":"de"},{"field":"expectedCloseOn","op":"gt","value":"2026-02-30"},
                    {"field":"createdAt","op":"gt","value":"2026-02-20"},{"field":"closedOn","op":"isNull","value":"no"},
                    {"field":"value","op":"eq","value":{"amount":"1.001","currency":"USD"}},
                    {"field":"lead","op":"eq","value":"you"},{"field":"sector","op":"contains","value":"  "}]}
            """
        #expect(
            try Self.faults(json) == [
                "filter.and[0].value invalid", "filter.and[1].value out_of_range", "filter.and[2].field invalid",
                "filter.and[2].op invalid", "filter.and[2].value missing", "filter.and[3].or too_short",
                "filter.and[4].not wrong_type", "filter.and[5].op not_for_field", "filter.and[6].value[1] invalid",
                "filter.and[7].and ambiguous", "filter.and[8].x unknown_field", "filter.and[9].value invalid",
                "filter.and[10].value invalid", "filter.and[11].value invalid", "filter.and[12].value wrong_type",
                "filter.and[13].value.amount invalid", "filter.and[14].value invalid",
                "filter.and[15].value too_short",
            ])
    }

    @Test func anEmptyObjectIsNoFilter() throws {
        #expect(try Self.faults("{}") == ["filter.field missing", "filter.op missing", "filter.value missing"])
        #expect(try Self.faults("[]") == ["filter wrong_type"])
        #expect(try Self.faults(#"{"and":null,"field":"stage","op":"eq","value":"pitch"}"#) == [])
    }

    @Test func fiveLevelsAreReadAndSixAreNot() throws {
        func nested(_ levels: Int) -> String {
            (1..<levels).reduce(#"{"field":"stage","op":"eq","value":"pitch"}"#) { inner, _ in #"{"not":\#(inner)}"# }
        }
        #expect(try Self.faults(nested(5)) == [])
        #expect(try Self.faults(nested(6)) == ["filter.not.not.not.not.not too_deep"])
        #expect(try Self.faults(nested(400)) == ["filter.not.not.not.not.not too_deep"])
    }

    @Test func fiftyConditionsAreReadAndOneMoreIsNot() throws {
        func wide(_ count: Int) -> String {
            let part = #"{"or":[{"field":"stage","op":"eq","value":"pitch"}]}"#
            return #"{"and":[\#(Array(repeating: part, count: count).joined(separator: ","))]}"#
        }
        #expect(try Self.faults(wide(50)) == [])
        #expect(try Self.faults(wide(51)) == ["filter.and too_many"])
        #expect(try Self.faults(wide(3000)) == ["filter.and too_many"])
    }

    @Test func listsOfValuesHaveALimit() throws {
        func list(_ count: Int) -> String {
            let values = Array(repeating: "1", count: count).joined(separator: ",")
            return #"{"field":"probability","op":"in","value":[\#(values)]}"#
        }
        #expect(try Self.faults(list(50)) == [])
        #expect(try Self.faults(list(51)) == ["filter.value too_many"])
        #expect(try Self.faults(list(0)) == ["filter.value too_short"])
    }

    @Test func nonsenseGetsAShortAnswer() throws {
        let json = #"{"or":[\#(Array(repeating: "1", count: 5000).joined(separator: ","))]}"#
        #expect(try Self.faults(json).count == 50)
    }

    @Test func whatIsReadIsWrittenAsItWas() throws {
        var maker = FilterMaker(random: SeededRandom(state: 5))
        for _ in 0..<50 {
            let filter = maker.filter()
            #expect(try StrictJSON.decode(DealFilter.self, from: StrictJSON.encode(filter)) == filter)
        }
    }
}
