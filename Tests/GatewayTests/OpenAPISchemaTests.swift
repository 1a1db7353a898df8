import Contracts
import Foundation
import HTTPServer
import NIOCore
import NIOHTTP1
import RPC
import Testing

@testable import gateway

private func schema(_ name: String) -> OpenAPIJSON { .object(["$ref": .text("#/components/schemas/\(name)")]) }

private func faults(_ json: Data, _ name: String) throws -> [String] {
    try OpenAPIValidator(document: .document()).faults(OpenAPIJSON(json), schema(name))
}

private let bareDeal = Deal(
    id: UUID(), number: "D-2026-0001", codeName: "Falcon", type: .ecmIPO, stage: "pitch", clientName: "Northwind",
    probability: 100, leadId: UUID(), originatedOn: BusinessDate(daysSince1970: 20_000),
    createdAt: Instant(milliseconds: 1_770_000_000_000))

private let fullDeal: Deal = {
    var deal = bareDeal
    let (day, money) = (deal.originatedOn, Currency(code: "KWD").map { Money(minorUnits: -1, currency: $0) })
    (deal.realName, deal.targetName, deal.sector, deal.subSector) = ("Sale", "Fabrikam", "Logistics", "Parcels")
    (deal.country, deal.region, deal.office, deal.coverageGroup) = ("DE", "EMEA", "Frankfurt", "Industrials")
    (deal.description, deal.source, deal.nextStep, deal.outcomeReason) = ("Words", "Referral", "None", "Sold")
    (deal.value, deal.enterpriseValue, deal.equityValue, deal.stakeBps) = (money, money, money, 10_000)
    (deal.conflictExpiresOn, deal.engagementLetterSignedOn, deal.mandatedOn, deal.signedOn) = (day, day, day, day)
    (deal.expectedAnnounceOn, deal.announcedOn, deal.expectedCloseOn, deal.closedOn) = (day, day, day, day)
    (deal.nextMilestoneOn, deal.reviewOn, deal.retentionUntil, deal.lostTo) = (day, day, day, "Contoso")
    (deal.lastActivityAt, deal.deletedAt, deal.deletedBy) = (deal.createdAt, deal.createdAt, UUID())
    deal.tags = ["carve-out"]
    deal.customFields = [
        "a": .text("x"), "b": .number(1.5), "c": .flag(true), "d": money.map(CustomValue.money) ?? .flag(false),
    ]
    return deal
}()

@Test func everyTypeThatTravelsCanBeDescribed() { #expect(SchemaCollection(RouteTable.all).faults.isEmpty) }

@Test func schemasStandUnderTheNamesOfTheirTypes() throws {
    let names = Set((try OpenAPIJSON.document()["components"]?["schemas"]?.members ?? [:]).keys)
    let expected: Set = [
        "Problem", "FieldFault", "Money", "Deal", "NewDeal", "DealPatch", "DealType", "ProbabilitySource", "User",
        "Role", "SignedIn", "AuditEntry", "ServiceHealth", "JSONWebKey",
    ]
    #expect(names.isSuperset(of: expected))
    #expect(!names.contains("Nothing"))
}

@Test(arguments: [fullDeal, bareDeal]) func dealsFitTheirSchema(_ deal: Deal) throws {
    #expect(try faults(StrictJSON.encode(deal), "Deal") == [])
    let page = DealPage(items: [deal], nextCursor: nil, total: nil)
    #expect(try faults(StrictJSON.encode(page), "DealPage") == [])
}

@Test func answersOfTheGatewayItselfFitTheirSchemas() throws {
    let health = try #require(try ServiceAnswer.unknownHealth().body)
    #expect(try faults(Data(health.readableBytesView), "HealthReport") == [])
    var problem = Problem(.preconditionFailed, "version_mismatch", "Changed.")
    problem.errors = [FieldFault("a", "b", "c")]
    problem.current = "{}"
    let body = try #require(problem.response(instance: "/api", requestID: "1").body)
    #expect(try faults(Data(body.readableBytesView), "Problem") == [])
}

@Test func mergePatchesMayEmptyWhatMayBeEmpty() throws {
    let patch = #"{"codeName":"Falcon","realName":null,"value":{"amount":"1.00","currency":"USD"},"closedOn":null}"#
    #expect(try faults(Data(patch.utf8), "DealPatch") == [])
    #expect(try !faults(Data(#"{"codeName":null}"#.utf8), "DealPatch").isEmpty)
}

@Test(arguments: [
    #"{"type":"ecm_ipo","clientName":"x"}"#, #"{"codeName":"F","type":"ecm_ipo","clientName":"x"}"#,
    #"{"codeName":"Falcon","type":"merger","clientName":"x"}"#,
    #"{"codeName":"Falcon","type":"ecm_ipo","clientName":"x","more":1}"#,
    #"{"codeName":"Fal\u0007con","type":"ecm_ipo","clientName":"x"}"#,
    #"{"codeName":"Falcon","type":"ecm_ipo","clientName":"x","country":"de"}"#,
    #"{"codeName":"Falcon","type":"ecm_ipo","clientName":"x","value":1}"#,
])
func whatTheServiceRefusesTheSchemaRefuses(_ json: String) throws {
    #expect(try !faults(Data(json.utf8), "NewDeal").isEmpty)
}

@Test func membersThatMayBeLeftOutMayBeNullInARequestOnly() throws {
    let deal = #"{"codeName":"Falcon","type":"ecm_ipo","clientName":"x","sector":null}"#
    #expect(try faults(Data(deal.utf8), "NewDeal") == [])
    let document = try OpenAPIJSON.document()
    let sector = document["components"]?["schemas"]?["Deal"]?["properties"]?["sector"]
    #expect(sector == .object(["type": .text("string")]))
}

@Test func everyExampleFitsItsSchema() throws {
    let document = try OpenAPIJSON.document()
    let validator = OpenAPIValidator(document: document)
    var count = 0
    for (path, methods) in document["paths"]?.members ?? [:] {
        for (method, operation) in methods.members {
            let bodies = [operation["requestBody"]].compactMap { $0 } + (operation["responses"]?.members ?? [:]).values
            for content in bodies.flatMap({ ($0["content"]?.members ?? [:]).values }) {
                guard let example = content["example"], let schema = content["schema"] else { continue }
                count += 1
                #expect(validator.faults(example, schema) == [], "\(method) \(path)")
            }
            for parameter in operation["parameters"]?.items ?? [] {
                guard let example = parameter["example"], let schema = parameter["schema"] else { continue }
                #expect(validator.faults(example, schema) == [], "\(method) \(path)")
            }
        }
    }
    #expect(count >= 30)
}

@Test func everyBodyHasAnExample() throws {
    for (path, methods) in try OpenAPIJSON.document()["paths"]?.members ?? [:] {
        for (method, operation) in methods.members {
            for content in (operation["requestBody"]?["content"]?.members ?? [:]).values {
                #expect(content["example"] != nil, "\(method) \(path)")
            }
        }
    }
}

@Test func examplesOfRequestsAreReadByTheContract() throws {
    let example = SchemaExample.value(.of(NewDeal.self))
    let deal = try StrictJSON.decode(NewDeal.self, from: JSONSerialization.data(withJSONObject: example))
    #expect(deal.codeName == "Project Falcon")
    let patch = SchemaExample.value(.of(DealPatch.self))
    _ = try StrictJSON.decode(DealPatch.self, from: JSONSerialization.data(withJSONObject: patch))
}

@Test func aTypeThatNamesNoMemberTakesAny() throws {
    #expect(try faults(Data(#"{"credProps":{"rk":true},"appid":false}"#.utf8), "PasskeyExtensionResults") == [])
    #expect(try !faults(Data("5".utf8), "PasskeyExtensionResults").isEmpty)
    let example = SchemaExample.value(.of(PasskeyRegistration.self))
    _ = try StrictJSON.decode(PasskeyRegistration.self, from: JSONSerialization.data(withJSONObject: example))
}

@Test func filtersFitTheirSchemaHoweverDeep() throws {
    let good =
        #"{"and":[{"not":{"field":"status","op":"eq","value":"lost"}},{"field":"sector","op":"isNull","value":true}]}"#
    #expect(try faults(Data(good.utf8), "DealFilter") == [])
    for bad in [#"{"and":[{"not":{"field":"price"}}]}"#, #"{"or":{}}"#, #"{"xor":[]}"#] {
        #expect(try !faults(Data(bad.utf8), "DealFilter").isEmpty)
    }
    let example = SchemaExample.value(.of(DealSearch.self))
    let search = try StrictJSON.decode(DealSearch.self, from: JSONSerialization.data(withJSONObject: example))
    #expect(search.filter == .object(["field": .text("status"), "op": .text("eq"), "value": .text("active")]))
}

@Test func headerExamplesFitTheirSchemas() throws {
    let document = try OpenAPIJSON.document()
    for (name, header) in document["components"]?["headers"]?.members ?? [:] {
        let example = try #require(header["example"])
        let schema = try #require(header["schema"])
        #expect(OpenAPIValidator(document: document).faults(example, schema) == [], "\(name)")
    }
}

@Test func everyLimitBelongsToAMember() throws {
    var members: Set<String> = []
    for (name, schema) in try OpenAPIJSON.document()["components"]?["schemas"]?.members ?? [:] {
        for property in (schema["properties"]?.members ?? [:]).keys { members.insert("\(name).\(property)") }
    }
    for case .object(let shape)? in RouteTable.all.map(\.querySchema) {
        for property in shape { members.insert("\(shape.name).\(property.name)") }
    }
    for name in SchemaLimits.table.keys { #expect(members.contains(name), "\(name)") }
}

@Test func queryParametersTellTheirLimits() throws {
    let parameters = try OpenAPIJSON.document()["paths"]?["/api/deals"]?["get"]?["parameters"]?.items ?? []
    let limit = parameters.first { $0["name"]?.text == "limit" }
    #expect(limit?["schema"] == .object(["type": .text("integer"), "minimum": .integer(1), "maximum": .integer(200)]))
    let since = parameters.first { $0["name"]?.text == "updatedSince" }
    #expect(since?["schema"]?["format"]?.text == "date-time")
    let status = parameters.first { $0["name"]?.text == "status" }
    #expect(status?["schema"]?["type"]?.text == "array")
}
