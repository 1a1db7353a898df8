import Testing

@testable import ibpipeline

struct LineSplitterTests {
    @Test func linesComeWholeHoweverTheBytesArrive() {
        var whole = LineSplitter()
        #expect(whole.add(Array("one\n\ntwo\nth".utf8)).map(text) == ["one", "", "two"])
        #expect(whole.finish().map(text) == "th")
        var single = LineSplitter()
        #expect("one\ntwo\n".utf8.flatMap { single.add([$0]) }.map(text) == ["one", "two"])
        #expect(single.finish() == nil)
    }

    @Test func anEndlessLineIsCut() throws {
        var lines = LineSplitter()
        #expect(lines.add([UInt8](repeating: UInt8(ascii: "x"), count: 100_000)).isEmpty)
        let line = try #require(lines.add(Array("\nnext\n".utf8)).first)
        #expect(line.count == LineSplitter.lineBytesMax + "…".utf8.count)
    }

    private func text(_ line: [UInt8]) -> String { String(decoding: line, as: UTF8.self) }
}
