import Contracts
import Foundation
import RPC
import Testing

@testable import deals

struct CodeNameTests {
    private static let salt = Data(repeating: 7, count: 16)

    private static func candidates(_ texts: [String], seed: UInt64) -> [String] {
        var random = SeededRandom(state: seed)
        return CodeNames.candidates(CodeNameRules(texts), salt: salt, using: &random)
    }

    @Test func theWordsAreManyPlainAndNoCountries() {
        let words = CodeNameWords.all
        #expect(words.count >= 400 && Set(words).count == words.count)
        #expect(words.allSatisfy { (4...12).contains($0.count) && $0.allSatisfy { ("a"..."z").contains($0) } })
        let english = Locale(identifier: "en")
        let countries = Locale.Region.isoRegions.compactMap { english.localizedString(forRegionCode: $0.identifier) }
        #expect(Set(words).isDisjoint(with: countries.map { $0.lowercased() }))
    }

    @Test(arguments: [
        ("Kestrel Capital", "kestrel"), ("Bank of Kestrels", "kestrel"), ("Harbourview", "harbour"),
        ("Granite Industries", "gravel"), ("Contoso", "cobalt"), ("Lemma Ltd", "lemma"), ("The Group", "theorem"),
        ("Ärger AG", "agate"), ("Melting Point", "mandolin"), ("Nordrhein Westwind", "whimbrel"),
    ])
    func wordsThatHintAtTheClientAreNotAllowed(text: String, word: String) {
        #expect(!CodeNameRules([text]).allows(word))
    }

    @Test func likenessIsByPrefixPartEndingAndLetters() {
        #expect(CodeNameRules.isAlike("quartz", "quarry"))
        #expect(CodeNameRules.isAlike("moonstone", "stone"))
        #expect(CodeNameRules.isAlike("starling", "sparkling"))
        #expect(CodeNameRules.isAlike("slate", "tales"))
        #expect(CodeNameRules.isAlike("granite", "ingrate"))
        #expect(!CodeNameRules.isAlike("kestrel", "granite"))
        #expect(!CodeNameRules.isAlike("oboe", "ab"))
    }

    @Test func companyWordsTellNothing() {
        let rules = CodeNameRules(["Northwind Holdings AG"])
        #expect(rules.allows("heron") && rules.allows("agate") && !rules.allows("nocturne"))
        #expect(CodeNameRules([]).allows("heron") && CodeNameRules(["北京"]).allows("heron"))
    }

    /// No candidate has an initial of the client, whatever the client's name.
    @Test func candidatesKeepTheirDistance() {
        for (seed, client) in ["Aurora Foods", "Sable Energy", "Contoso Freight GmbH", "X"].enumerated() {
            let names = Self.candidates([client, "Germany"], seed: UInt64(seed))
            let words = CodeNameRules.words(of: client + " Germany").filter { $0 != "gmbh" }
            let initials = Set(words.compactMap(\.first))
            #expect(names.count > 50)
            for word in names.flatMap({ CodeNameRules.words(of: $0) }) {
                #expect(word.first.map(initials.contains) == false)
            }
        }
    }

    @Test func theSameSeedMakesTheSameNames() {
        let names = Self.candidates(["Aurora"], seed: 3)
        #expect(names == Self.candidates(["Aurora"], seed: 3))
        #expect(names.prefix(20) != Self.candidates(["Aurora"], seed: 4).prefix(20))
        #expect(names.first.map { $0 == $0.capitalized } == true)
    }

    @Test func aThirdOfTheWordsIsNeverSuggestedAndWhichIsAnothersSecret() {
        let withheld = { (salt: Data) in Set(CodeNameWords.all.filter { CodeNames.isWithheld($0, salt) }) }
        let (one, other) = (withheld(Self.salt), withheld(Data(repeating: 8, count: 16)))
        #expect((100...230).contains(one.count) && one != other)
        let suggested = Set(Self.candidates([], seed: 1).map { $0.lowercased() })
        #expect(suggested.isDisjoint(with: one))
    }

    @Test func takenNamesAreLeftOutAndPairsFollow() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            _ = try await desk.deal("Heron", by: banker)
            _ = try await desk.deal("project  CURLEW", by: banker)
            let gone = try await desk.deal("Linnet", by: banker)
            _ = try await desk.delete(gone, as: banker)
            let store = CodeNameStore(store: desk.store)
            let names = ["Heron", "Curlew", "Linnet", "Linnet", "Silver Heron", "Siskin"]
            #expect(try await store.free(names, count: 2) == ["Linnet", "Silver Heron"])
            #expect(try await store.free(names, count: 10) == ["Linnet", "Silver Heron", "Siskin"])
        }
    }

    @Test func bankersAreSuggestedNamesThatTheyCanUse() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let request = CodeNameRequest(
                clientName: "Northwind Holdings", targetName: "Contoso", sector: "Logistics", country: "DE")
            let names = try await desk.call(DealMethods.codeNames, request, as: banker).items
            #expect(names.count == 5 && Set(names).count == 5)
            #expect(names.allSatisfy { !["N", "C", "L", "G"].contains($0.prefix(1)) })
            for name in names { _ = try await desk.deal(name, by: banker, client: "Northwind Holdings") }
            let wrong = CodeNameRequest(clientName: "", country: "de", count: 11)
            let refused = try await fault("validation_failed") {
                try await desk.call(DealMethods.codeNames, wrong, as: banker)
            }
            #expect(refused.details == ["clientName too_short", "country invalid", "count out_of_range"])
            for role in Role.allCases where role != .banker {
                try await fault("forbidden") {
                    try await desk.call(DealMethods.codeNames, request, as: desk.person(role))
                }
            }
        }
    }
}
