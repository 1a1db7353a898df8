import Contracts
import Foundation
import Testing

@testable import audit

private let id = UUID(uuid: (1, 0x8F, 0, 0, 0, 0, 0x70, 0, 0x80, 0, 0, 0, 0, 0, 0, 0xAB))

@Test func bytesOfAnEntryNeverChange() {
    let event = Event(
        id: id, type: EventType.dealStageChanged, time: Instant(milliseconds: 1_790_000_000_125),
        actor: EventActor(kind: "user", id: "u", session: id, address: "192.0.2.1"),
        subject: EventSubject(kind: "deal", id: "d", number: "D-2026-0001"), version: 7,
        changes: [FieldChange("stage", before: "pitch", after: nil)], requestId: "r", traceId: "not logged")
    let text = """
        {"actor":{"address":"192.0.2.1","id":"u","kind":"user","session":"018f0000-0000-7000-8000-0000000000ab"},\
        "changes":[{"before":"pitch","field":"stage"}],"id":"018f0000-0000-7000-8000-0000000000ab","requestId":"r",\
        "source":"deals","sourceSeq":12,"subject":{"id":"d","kind":"deal","number":"D-2026-0001"},\
        "time":"2026-09-21T14:13:20.125Z","type":"deal.stage.changed","version":7}
        """
    #expect(String(decoding: EntryBytes.make(event, source: "deals", sequence: 12), as: UTF8.self) == text)
}

@Test func whatIsNotSetIsLeftOut() {
    let event = Event(
        id: id, type: EventType.keyCreated, time: Instant(milliseconds: 0), actor: .service("auth"),
        subject: EventSubject(kind: "key", id: "k"))
    let text = """
        {"actor":{"id":"auth","kind":"service"},"changes":[],"id":"018f0000-0000-7000-8000-0000000000ab",\
        "source":"auth","sourceSeq":1,"subject":{"id":"k","kind":"key"},"time":"1970-01-01T00:00:00.000Z",\
        "type":"key.created","version":0}
        """
    #expect(String(decoding: EntryBytes.make(event, source: "auth", sequence: 1), as: UTF8.self) == text)
}

@Test func eventComesBackFromItsBytes() throws {
    let event = deal(3).event
    #expect(try EntryBytes.event(in: EntryBytes.make(event, source: "deals", sequence: 3)) == event)
}

@Test func stringsAreEscapedAsRFC8785Wants() {
    let text = CanonicalJSON.string("\u{8}\t\n\u{C}\r\u{1F}\"\\/é€😀\u{7F}")
    #expect(String(decoding: text.bytes, as: UTF8.self) == #""\b\t\n\f\r\u001f\"\\/é€😀"# + "\u{7F}\"")
}

@Test func membersAreSortedByUTF16() {
    let object = CanonicalJSON.object([
        "\u{20AC}": .integer(1), "😀": .integer(-2), "\u{FB33}": .integer(3), "1": .array([]),
    ])
    #expect(String(decoding: object.bytes, as: UTF8.self) == "{\"1\":[],\"\u{20AC}\":1,\"😀\":-2,\"\u{FB33}\":3}")
}
