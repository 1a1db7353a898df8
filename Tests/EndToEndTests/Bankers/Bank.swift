import Foundation
import NIOHTTP1
import Testing

/// A cluster with the people of a mandate: a lead, the director who manages deals beside him, and a compliance officer.
struct Bank: Sendable {
    let lead: Browser
    let director: Browser
    let officer: Browser
    private let directorID: String

    init(_ cluster: Cluster) async throws {
        let admin = try await Browser.root(cluster.url)
        let password = "nineteen purple owls"
        var people: [Browser] = []
        var ids: [String] = []
        for (name, role) in [("lea", "banker"), ("dirk", "banker"), ("olga", "compliance")] {
            let email = "\(name)@firm.example"
            ids.append(try await admin.addPerson(email, name: name, role: role, password: password))
            people.append(try await Browser.signIn(cluster.url, email, password))
        }
        (lead, director, officer, directorID) = (people[0], people[1], people[2], ids[1])
    }

    /// Opened by the lead, with the director on its team and the conflict check asked for.
    func open(_ type: String, _ codeName: String) async throws -> Mandate {
        let made = try await lead.post(
            "/api/deals",
            #"{"codeName":"\#(codeName)","type":"\#(type)","clientName":"Moss Holdings","sector":"Materials","#
                + #""value":{"amount":"250000000","currency":"EUR"},"nextStep":"Call the chairman"}"#)
        try #require(made.status == 201, "\(made.text)")
        let mandate = Mandate(bank: self, id: try #require(made.json["id"].string))
        try await mandate.expect(
            201, lead, .POST, "/team",
            #"{"userId":"\#(directorID)","role":"director","access":"manage","reason":"runs the execution"}"#)
        try await mandate.set(#"{"conflictStatus":"pending"}"#)
        return mandate
    }
}

/// One deal as the people who work on it see it over the API.
struct Mandate: Sendable {
    let bank: Bank
    let id: String

    var path: String { "/api/deals/\(id)" }

    func now() async throws -> JSON { try await bank.lead.get(path).json }

    @discardableResult
    func expect(
        _ status: Int, _ person: Browser, _ method: HTTPMethod, _ place: String, _ body: String? = nil
    ) async throws -> JSON {
        let tag = try #require(try await bank.lead.get(path).headers["etag"].first)
        let needsTag = method == .PATCH || place == "/transitions" || place == "/conflict"
        let answer = try await person.send(
            method, path + place, body, headers: needsTag ? [("If-Match", tag)] : [])
        try #require(answer.status == status, "\(method) \(place): \(answer.text)")
        return answer.json
    }

    func set(_ fields: String) async throws { try await expect(200, bank.lead, .PATCH, "", fields) }

    /// Moves, and answers the deal with what was not met and did not block.
    @discardableResult
    func move(to stage: String, _ more: String = "", by person: Browser? = nil) async throws -> JSON {
        try await expect(200, person ?? bank.lead, .POST, "/transitions", #"{"toStage":"\#(stage)"\#(more)}"#)
    }

    /// The codes of the rules that refuse the move.
    func refusal(to stage: String, _ more: String = "", by person: Browser? = nil) async throws -> [String] {
        try await expect(422, person ?? bank.lead, .POST, "/transitions", #"{"toStage":"\#(stage)"\#(more)}"#)["errors"]
            .items.compactMap { $0["code"].string }
    }

    func clearConflicts() async throws {
        try await expect(200, bank.officer, .POST, "/conflict", #"{"decision":"cleared"}"#)
    }

    /// Asked for by the lead, given by somebody else.
    func approve(_ kind: String, by person: Browser) async throws {
        let asked = try await expect(
            201, bank.lead, .POST, "/approvals", #"{"kind":"\#(kind)","reason":"fees and conflicts are agreed"}"#)
        let approval: String = try #require(asked["id"].string)
        let decision = #"{"decision":"approve"}"#
        try await expect(403, bank.lead, .POST, "/approvals/\(approval)/decision", decision)
        try await expect(200, person, .POST, "/approvals/\(approval)/decision", decision)
    }

    /// Through the door of the mandate: cleared, approved by a second person, with the letter's day.
    func win() async throws {
        try await clearConflicts()
        try await approve("engagement", by: bank.director)
        let today = BusinessDay.today
        try await move(
            to: "mandated", #","fields":{"engagementLetterSignedOn":"\#(today)","expectedCloseOn":"2199-12-31"}"#)
    }

    func history() async throws -> [JSON] { try await bank.lead.get(path + "/history").json["items"].items }
}

enum BusinessDay {
    /// In UTC, as the services count.
    static var today: String { String(Date.now.ISO8601Format().prefix(10)) }
}
