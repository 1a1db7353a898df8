import Contracts
import Foundation
import NIOHTTP1

/// Brings the sample data into a cluster, by the public API only and as the people who would do each step. Every step
/// first looks whether it is done, so a second run changes nothing and a broken one can be repeated.
struct DemoLoader: Sendable {
    static let concurrencyMax = 4
    /// The API's largest page; with `pagesMax` enough for what one banker leads.
    static let pageSize = 200
    static let pagesMax = 25

    let api: APIClient
    let console: Console
    let administrator: Credentials
    let passphrase: String
    let today = Instant.now.day

    func load() async throws {
        let deals = try DemoData.deals()
        try await makePeople()
        let signedIn = try await signInAll(Set(deals.map(\.lead)).union(["compliance"]))
        let known = try await knownDeals(of: Set(deals.map(\.lead)), signedIn)
        let runs = deals.map { deal in
            DemoDealRun(api: api, deal: deal, known: known["\(deal.lead)/\(deal.name)"], tokens: signedIn, today: today)
        }
        console.note("demo: 0/\(runs.count) deals")
        try await Self.concurrently(runs, { try await $0.load() }) { done, _ in
            console.note("demo: \(done)/\(runs.count) deals")
        }
        for line in summary { console.say(line) }
    }

    private func makePeople() async throws {
        let token = try await signIn(administrator, as: "the administrator")
        try await Self.concurrently(DemoData.people) { person in
            do {
                let invited: CreatedInvitation = try await api.call(
                    .POST, "/api/admin/invitations", token: token,
                    body: NewInvitation(email: person.email, name: person.name, role: person.role))
                let _: User = try await api.call(
                    .POST, "/api/auth/invitations/accept",
                    body: InvitationAcceptance(token: invited.token, password: passphrase))
            } catch let problem as APIProblem where problem.code == "email_taken" {
                return  // There since an earlier run.
            } catch let problem as APIProblem {
                throw CommandFailure(line: "Cannot make the user \(person.email): \(problem)")
            }
        }
    }

    /// Access tokens by key.
    private func signInAll(_ keys: Set<String>) async throws -> [String: String] {
        var tokens: [String: String] = [:]
        let people = DemoData.people.filter { keys.contains($0.key) }
        try await Self.concurrently(
            people,
            { person in
                let credentials = Credentials(email: person.email, password: passphrase)
                return (person.key, try await signIn(credentials, as: person.name))
            }
        ) { _, signedIn in tokens[signedIn.0] = signedIn.1 }
        return tokens
    }

    private func signIn(_ credentials: Credentials, as who: String) async throws -> String {
        do {
            let signedIn: SignedIn = try await api.call(
                .POST, "/api/auth/login", body: SignIn(email: credentials.email, password: credentials.password))
            return signedIn.accessToken
        } catch let problem as APIProblem {
            throw CommandFailure(line: "Cannot sign in as \(who) (\(credentials.email)): \(problem)")
        }
    }

    /// The deals that each lead sees, by `lead/code name`.
    private func knownDeals(of leads: Set<String>, _ tokens: [String: String]) async throws -> [String: Deal] {
        var known: [String: Deal] = [:]
        for lead in leads.sorted() {
            var cursor: String?
            for _ in 0..<Self.pagesMax {
                let query = cursor.map { "&cursor=\($0.urlEncoded)" } ?? ""
                let page: DealPage = try await api.call(
                    .GET, "/api/deals?limit=\(Self.pageSize)\(query)", token: tokens[lead])
                for deal in page.items { known["\(lead)/\(deal.codeName)"] = deal }
                cursor = page.nextCursor
                if cursor == nil { break }
            }
        }
        return known
    }

    /// Runs all, at most `concurrencyMax` at once, and tells how many are done after each.
    private static func concurrently<Item: Sendable, Result: Sendable>(
        _ items: [Item], _ work: @escaping @Sendable (Item) async throws -> Result,
        each: (Int, Result) -> Void = { _, _ in }
    ) async throws {
        try await withThrowingTaskGroup(of: Result.self) { group in
            var rest = items.makeIterator()
            for _ in 0..<concurrencyMax {
                if let item = rest.next() { group.addTask { try await work(item) } }
            }
            var done = 0
            while let result = try await group.next() {
                done += 1
                each(done, result)
                if let item = rest.next() { group.addTask { try await work(item) } }
            }
        }
    }
}

extension String {
    fileprivate var urlEncoded: String { addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? "" }
}

extension DemoLoader {
    /// Who can sign in, and what to try first.
    var summary: [String] {
        let administrator = ["Administrator", administrator.email, "admin", "(yours)"]
        let isOurs = self.administrator.password == passphrase
        let rows = DemoData.people.map { [$0.name, $0.email, $0.role.rawValue, passphrase] }
        let table = TextTable(
            ["NAME", "E-MAIL", "ROLE", "PASSWORD"],
            [isOurs ? Array(administrator.prefix(3)) + [passphrase] : administrator] + rows)
        let body = #"{"email":"\#(DemoData.people[0].email)","password":"\#(passphrase)"}"#
        return ["", "Who can sign in:"] + table.lines + [
            "", "Try it:",
            "  TOKEN=$(curl -s \(api.base)/api/auth/login -H 'Content-Type: application/json' \\",
            "    -d '\(body)' | sed 's/.*\"accessToken\":\"\\([^\"]*\\)\".*/\\1/')",
            "  curl -s '\(api.base)/api/deals?limit=5' -H \"Authorization: Bearer $TOKEN\"",
            "  curl -s '\(api.base)/api/deals?status=won&count=true' -H \"Authorization: Bearer $TOKEN\"",
        ]
    }
}
