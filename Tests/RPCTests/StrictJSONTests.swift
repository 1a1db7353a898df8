import Foundation
import Testing

@testable import RPC

private struct Inner: Codable, Equatable { var amount: String }
private enum Colour: String, Codable, CaseIterable { case red, green }
private struct Outer: Codable, Equatable {
    var name: String
    var count: Int?
    var inner: Inner?
    var list: [Inner]?
    var colour: Colour?
    var id: UUID?
}

private func errors(_ json: String) -> [String] {
    do {
        _ = try StrictJSON.decode(Outer.self, from: Data(json.utf8))
        return []
    } catch let fault as RPCFault {
        return fault.errors.isEmpty ? [fault.code] : fault.errors.map { "\($0.field) \($0.code)" }
    } catch {
        return ["\(error)"]
    }
}

@Test(arguments: [
    (#"{"name":"a"}"#, []),
    (#"{"name":"a","count":null,"inner":{"amount":"1"},"list":[{"amount":"2"}],"colour":"red"}"#, []),
    (#"{"name":"a","extra":1}"#, ["extra unknown_field"]),
    (#"{"name":"a","x":1,"inner":{"amount":"1","y":2}}"#, ["inner.y unknown_field", "x unknown_field"]),
    (#"{"name":"a","list":[{"amount":"2"},{"amount":"2","z":0}]}"#, ["list[1].z unknown_field"]),
    (#"{}"#, ["name missing"]),
    (#"{"name":null}"#, ["name missing"]),
    (#"{"name":7}"#, ["name wrong_type"]),
    (#"{"name":"a","count":"7"}"#, ["count wrong_type"]),
    (#"{"name":"a","inner":{}}"#, ["inner.amount missing"]),
    (#"{"name":"a","colour":"blue"}"#, ["colour invalid"]),
    (#"{"name":"a","id":"nope"}"#, ["id invalid"]),
    (#"{"name":"a""#, ["json_invalid"]),
    ("", ["json_invalid"]),
    (#"[1]"#, [" wrong_type"]),
])
func jsonThatDoesNotFitNamesTheField(_ json: String, _ expected: [String]) {
    #expect(errors(json) == expected)
}

@Test func aBodyFullOfNonsenseGetsAShortAnswer() throws {
    let members = (0..<5000).map { "\"\(String(repeating: "x", count: 500))\($0)\":0" }.joined(separator: ",")
    let fault = #expect(throws: RPCFault.self) {
        try StrictJSON.decode(Outer.self, from: Data("{\"name\":\"a\",\(members)}".utf8))
    }
    let errors = try #require(fault?.errors)
    #expect(errors.count == 20)
    #expect(errors.allSatisfy { $0.field.count <= 100 })
}

@Test func moreFaultsThanAnAnswerNamesAreCounted() {
    let faults = (0..<250).map { FieldFault("rates[\($0)].base", "invalid", "must be an ISO 4217 code such as USD") }
    let fault = RPCFault.invalid(faults)
    #expect(fault.errors == Array(faults.prefix(RPCFault.errorsMax)))
    #expect(fault.message == "The request does not fit; see errors, the first 100 of 250.")
    #expect(RPCFault.invalid(fault.errors).message == "The request does not fit; see errors.")
}

@Test func enumerationFaultsListWhatIsAllowed() throws {
    let fault = #expect(throws: RPCFault.self) {
        try StrictJSON.decode(Outer.self, from: Data(#"{"name":"a","colour":"blue"}"#.utf8))
    }
    #expect(fault?.errors.first?.message == "must be one of red, green")
}

@Test(arguments: ["00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"])
func traceparentRoundTrips(_ header: String) {
    #expect(TraceContext(header: header)?.header == header)
}

@Test(arguments: [
    "", "00", "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
    "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
    "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
    "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-x",
    "00-4bf92f3577b34da6a3ce929d0e0e473-00f067aa0ba902b7-01",
])
func invalidTraceparentIsNoContext(_ header: String) {
    #expect(TraceContext(header: header) == nil)
}
