import Foundation
import RPC
import Testing

@testable import ibpipeline

struct RPCTextTests {
    @Test(arguments: [
        ("{}", "{}"), ("[ ]", "[]"), ("1.50", "1.50"), (#""a\"{b""#, #""a\"{b""#),
        (
            #"{"b":1,"a":[1,{"c":"x: [y]"}]}"#,
            "{\n  \"b\": 1,\n  \"a\": [\n    1,\n    {\n      \"c\": \"x: [y]\"\n    }\n  ]\n}"
        ),
        (#"{"a":{},"b":[]}"#, "{\n  \"a\": {},\n  \"b\": []\n}"),
        ("\"\\\\\"", "\"\\\\\""),
    ])
    func prettyChangesOnlyWhiteSpace(json: String, text: String) {
        #expect(JSONText.pretty(json.utf8) == text)
    }

    @Test func anyJSONComesBackAsItWas() throws {
        let json = #"{"a":[1,-2.5,"x",true,null],"b":9007199254740993,"c":{}}"#
        let value = try JSONDecoder().decode(JSONValue.self, from: Data(json.utf8))
        #expect(try JSONText.encode(value) == json)
    }

    @Test func closeNamesComeInTheOrderOfTheirDistance() {
        let names = ["deals.list", "deals.get", "deals.create", "deals.team", "deals.team.add"]
        #expect(CloseNames.of("deal.list", in: names) == ["deals.list"])
        #expect(CloseNames.of("team", in: names) == ["deals.team", "deals.team.add"])
        #expect(CloseNames.of("deals.lst", in: names).first == "deals.list")
        #expect(CloseNames.of("deals", in: names).count == CloseNames.shownMax)
        #expect(CloseNames.of("watch", in: names).isEmpty)
    }

    @Test func upTimesAreShownInTheTwoLargestUnits() {
        let text = { RPCServerHealth(isReady: true, service: "deals", version: "1", uptimeSeconds: $0).text }
        #expect(text(59) == "ready 1, up 59 s")
        #expect(text(303) == "ready 1, up 5 m 3 s")
        #expect(text(10_920) == "ready 1, up 3 h 2 m")
        #expect(text(187_200) == "ready 1, up 2 d 4 h")
    }

    @Test func theHistogramIsExactWithinAThirtySecond() {
        var times = LatencyHistogram()
        for value in 1...100_000 { times.add(nanoseconds: Int64(value)) }
        #expect(times.count == 100_000)
        #expect(times.maxNanoseconds == 100_000)
        for share in [0.01, 0.5, 0.99] {
            let exact = share * 100_000
            let shown = Double(times.nanoseconds(atOrBelow: share))
            #expect(shown >= exact && shown <= exact * 33 / 32)
        }
        #expect(times.nanoseconds(atOrBelow: 1) == 100_000)
    }

    @Test(arguments: [0, 1, 31, 32, 33, 63, 64, 1_000_000_007, Int64.max])
    func theHistogramTakesAnyTime(value: Int64) {
        var times = LatencyHistogram()
        times.add(nanoseconds: value)
        #expect(times.nanoseconds(atOrBelow: 0.5) == value)
        #expect(LatencyHistogram().nanoseconds(atOrBelow: 0.5) == 0)
    }
}
