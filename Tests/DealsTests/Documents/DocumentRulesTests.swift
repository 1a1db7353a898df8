import Contracts
import Foundation
import RPC
import Testing

@testable import deals

struct DocumentRulesTests {
    private func outcome(_ check: (inout [FieldFault]) -> String?) -> String? {
        var faults: [FieldFault] = []
        let text = check(&faults)
        #expect((text == nil) != faults.isEmpty)
        return text
    }

    @Test(arguments: ["paper.pdf", "Entwurf – 3. Fassung.docx", "数据.xlsx", "..."])
    func aFileHasAName(name: String) { #expect(outcome { DocumentText.fileName(name, &$0) } == name) }

    @Test(arguments: [
        "", " ", "..", ".", "../paper.pdf", "a/b", "C:\\paper.pdf", "a\u{0}b", "a\nb", "paper\u{202E}fdp.exe",
        "\u{2066}x", String(repeating: "x", count: 201),
    ])
    func aPathOrAnUnreadableNameIsNone(name: String) { #expect(outcome { DocumentText.fileName(name, &$0) } == nil) }

    @Test(arguments: [
        ("application/pdf", "application/pdf"), ("Image/PNG", "image/png"),
        ("application/vnd.ms-excel", "application/vnd.ms-excel"), ("text/html; charset=utf-8", nil), ("pdf", nil),
        ("a/b/c", nil), ("a/b\r\nSet-Cookie: x", nil), ("/", nil), ("", nil),
    ])
    func aMediaTypeHasTwoParts(text: String, kept: String?) {
        #expect(outcome { DocumentText.mediaType(text, &$0) } == kept)
    }

    @Test(arguments: [
        "http://a.example/", "https://", "https:///x", "javascript:alert(1)", "https://bob:secret@a.example/",
        "https://a.example/a b", "https://a.example/\"", "HTTPS://a.example/", "//a.example/", "https://ä.example/",
        "https://a.example/" + String(repeating: "x", count: 2000),
    ])
    func onlyPlainAddressesOfHTTPSAreLinks(text: String) { #expect(outcome { DocumentText.link(text, &$0) } == nil) }

    @Test(arguments: ["https://a.example", "https://a.example:8443/x/y?z=1&t=%20#p", "https://[::1]/"])
    func anAddressOfHTTPSIsALink(text: String) { #expect(outcome { DocumentText.link(text, &$0) } == text) }

    @Test func aFileIsToldWhollyAndAllThatIsWrongIsNamedAtOnce() throws {
        let bare = #expect(throws: RPCFault.self) { try DocumentForm(NewDocument(type: .nda, title: "NDA")) }
        #expect(
            bare?.details == ["fileName required", "mediaType required", "size required", "sha256 required"])
        let wrong = NewDocument(
            type: .nda, title: "", fileName: "a/b", mediaType: "pdf", size: DocumentContent.bytesMax + 1, sha256: "X",
            link: "ftp://x")
        let fault = #expect(throws: RPCFault.self) { try DocumentForm(wrong) }
        #expect(
            Set(fault?.details ?? []) == [
                "title too_short", "fileName invalid", "mediaType invalid", "size out_of_range", "sha256 invalid",
                "link invalid",
            ])
        #expect(try DocumentForm(NewDocument(type: .nda, title: "NDA", link: "https://a.example")).content.size == nil)
    }

    @Test(arguments: [
        (0, 10, 0, 10, ChunkRule.Decision.write), (5, 5, 5, 10, .write), (0, 5, 7, 10, .write), (6, 1, 5, 10, .gap),
        (5, 6, 5, 10, .tooLong), (11, 1, 10, 10, .tooLong), (Int64.max, 1, 0, 10, .tooLong), (9, 1, 0, 10, .gap),
    ])
    func chunksFollowEachOther(
        offset: Int64, count: Int, there: Int64, size: Int64, decision: ChunkRule.Decision
    ) {
        #expect(ChunkRule.decide(offset: offset, count: count, there: there, size: size) == decision)
    }
}
