import Testing

@testable import deals

struct WordsTests {
    @Test func wordsAreLettersAndDigitsWithoutAccents() {
        #expect(Words.of("Project Falcon-2: Ärzte & Co, 100%") == ["project", "falcon", "2", "arzte", "co", "100"])
        #expect(Words.of(" \n;--'\"%_()*") == [])
    }

    @Test func plainTextHasTheWordsThatAnyTextHas() {
        var random = SeededRandom(state: 3)
        for _ in 0..<500 {
            let bytes = (0..<60).map { _ in UInt8.random(in: 0..<0x80, using: &random) }
            let text = String(decoding: bytes, as: UTF8.self)
            #expect(Words.inOrder(text) == Words.ofAny(text), "\(bytes)")
        }
    }

    @Test func longWordsAndLongTextsAreCut() {
        #expect(Words.of(String(repeating: "x", count: 90)).map(\.count) == [Words.scalarsMax])
        let many = (0..<3000).map { "w\($0)" }.joined(separator: " ")
        #expect(Words.of(many).count == Words.wordsMax)
    }

    @Test func aSearchHasEachWordOnce() {
        #expect(WordSearch("Falcon FALCON  hawk").words == ["falcon", "hawk"])
        #expect(WordSearch("Falcon FALCON  hawk").text == "falcon falcon hawk")
    }

    @Test func aSnippetShowsTheWordsAroundTheFirstFound() {
        let text = "In the spring the client told us that he wants to sell\nthe parcel business."
        let end = "…told us that he wants to sell the parcel business."
        #expect(Snippet.of(text, WordSearch("parc")) == end)
        #expect(Snippet.of(text, WordSearch("in")) == text.replacing("\n", with: " "))
        #expect(Snippet.of(text, WordSearch("rocket")) == nil)
        let long = Snippet.of("parcel " + String(repeating: "x", count: 400), WordSearch("parcel"))
        #expect(long?.count == Snippet.charactersMax + 1 && long?.last == "…")
    }
}
