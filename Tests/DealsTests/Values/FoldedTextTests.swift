import Testing

@testable import deals

@Test(arguments: 0..<200)
func foldingInOnePassIsFolding(_ seed: Int) {
    let text = String(
        decoding: (0..<Int.random(in: 0...20)).map { _ in Bool.random() ? UInt8.random(in: 0...0x7F) : 0x20 },
        as: UTF8.self)
    #expect(FoldedText.of(text) == FoldedText.ofAny(text), "\(text.debugDescription)")
}

@Test func foldingKnowsOtherScripts() {
    #expect(FoldedText.of("  \u{C4}PFEL\u{A0} & Co ") == "\u{E4}pfel & co")
    #expect(FoldedText.of("A\u{308}pfel") == "\u{E4}pfel")
    #expect(FoldedText.of("a\r\n\tB") == "a b")
    #expect(FoldedText.of(" ").isEmpty)
}
