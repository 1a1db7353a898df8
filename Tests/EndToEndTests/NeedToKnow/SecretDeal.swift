import Foundation
import NIOHTTP1
import Testing

/// Texts that stand in a deal and nowhere else.
struct Markers: Sendable {
    let all: [String]

    init(count: Int) {
        var random = SystemRandomNumberGenerator()
        let consonants = Array("bcdfghjklmnpqrstvwxz")
        all = (0..<count).map { _ in
            String((0..<12).compactMap { _ in consonants.randomElement(using: &random) })
        }
    }

    /// What a stranger may search with: his own words come back to him in errors.
    var beginnings: [String] { all.map { String($0.prefix(4)) } }

    func found(in text: String) -> [String] {
        let text = text.lowercased()
        return all.filter { text.contains($0) }
    }
}

/// A secret deal with something of all that hangs on deals, its owner, and one person of each role who is not on it.
struct SecretDeal: Sendable {
    let markers = Markers(count: 12)
    let owner: Browser
    let strangers: [(role: String, browser: Browser)]
    /// Its id and number, then the ids of what hangs on it.
    let ids: [String]

    init(_ cluster: Cluster) async throws {
        let admin = try await Browser.root(cluster.url)
        let password = "nineteen purple owls"
        func person(_ name: String, _ role: String) async throws -> Browser {
            let email = "\(name)@firm.example"
            try await admin.addPerson(email, name: name, role: role, password: password)
            return try await Browser.signIn(cluster.url, email, password)
        }
        owner = try await person("owner", "banker")
        var strangers = [(role: "admin", browser: admin)]
        for role in ["banker", "compliance", "management", "observer"] {
            strangers.append((role, try await person("strange-\(role)", role)))
        }
        self.strangers = strangers
        ids = try await Self.open(as: owner, markers.all)
    }

    private static func open(as owner: Browser, _ words: [String]) async throws -> [String] {
        let made = try await owner.post(
            "/api/deals",
            #"{"codeName":"\#(words[0])","realName":"\#(words[1])","clientName":"\#(words[2])","type":"sell_side_ma","#
                + #""description":"\#(words[3])","nextStep":"\#(words[4])","sector":"\#(words[5])","#
                + #""confidentiality":"secret"}"#)
        try #require(made.status == 201, "\(made.text)")
        let deal: String = try #require(made.json["id"].string)
        var ids = [deal, try #require(made.json["number"].string)]
        for (kind, body) in children(words) {
            let child = try await owner.post("/api/deals/\(deal)/\(kind)", body)
            try #require(child.status == 201, "\(kind): \(child.text)")
            ids.append(try #require(child.json["id"].string ?? child.json["document"]["id"].string, "\(kind)"))
        }
        return ids
    }

    private static func children(_ words: [String]) -> [(kind: String, body: String)] {
        [
            ("counterparties", #"{"name":"\#(words[6])","kind":"sponsor"}"#),
            (
                "activities",
                #"{"kind":"note","subject":"\#(words[7])","text":"\#(words[8])"}"#
            ),
            ("tasks", #"{"title":"\#(words[9])"}"#),
            (
                "documents",
                #"{"type":"teaser","title":"\#(words[10])","link":"https://files.example/\#(words[11])"}"#
            ),
        ]
    }

    /// Something that those on the deal hear of.
    func change(to word: String) async throws {
        let path = "/api/deals/\(ids[0])"
        let version = try #require(try await owner.get(path).headers["etag"].first)
        let changed = try await owner.send(
            .PATCH, path, #"{"nextStep":"\#(markers.all[4]) \#(word)"}"#, headers: [("If-Match", version)])
        try #require(changed.status == 200, "\(changed.text)")
    }
}
