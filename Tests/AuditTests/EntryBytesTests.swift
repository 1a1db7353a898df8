import Contracts
import Crypto
import Foundation
import Testing

@testable import audit

private let id = UUID(uuid: (1, 0x8F, 0, 0, 0, 0, 0x70, 0, 0x80, 0, 0, 0, 0, 0, 0, 0xAB))

/// Salts of zeros, so that commitments are always the same.
private func text(_ event: Event, source: String, sequence: Int64) -> String {
    let sealed = EntryBytes.sealed(event, source: source, sequence: sequence) { Data(count: 16) }
    return String(decoding: sealed.bytes, as: UTF8.self)
}

@Test func bytesOfAnEntryNeverChange() {
    let event = Event(
        id: id, type: EventType.dealStageChanged, time: Instant(milliseconds: 1_790_000_000_125),
        actor: EventActor(kind: "user", id: "u", session: id, address: "192.0.2.1"),
        subject: EventSubject(kind: "deal", id: "d", number: "D-2026-0001"), version: 7,
        changes: [FieldChange("stage", before: "pitch", after: nil)], requestId: "r", traceId: "t")
    let expected = """
        {"actor":{"address":{"commitment":"\(PersonalValue.commitment(to: "192.0.2.1", salt: Data(count: 16)))"},\
        "id":"u","kind":"user","session":"018f0000-0000-7000-8000-0000000000ab"},\
        "changes":[{"before":"pitch","field":"stage"}],"id":"018f0000-0000-7000-8000-0000000000ab",\
        "outcome":"success","requestId":"r",\
        "source":"deals","sourceSeq":12,"subject":{"id":"d","kind":"deal","number":"D-2026-0001"},\
        "time":"2026-09-21T14:13:20.125Z","traceId":"t","type":"deal.stage.changed","v":2,"version":7}
        """
    #expect(text(event, source: "deals", sequence: 12) == expected)
}

@Test func whatIsNotSetIsLeftOut() {
    let event = Event(
        id: id, type: EventType.keyCreated, time: Instant(milliseconds: 0), actor: .service("auth"),
        subject: EventSubject(kind: "key", id: "k"))
    let expected = """
        {"actor":{"id":"auth","kind":"service"},"changes":[],"id":"018f0000-0000-7000-8000-0000000000ab",\
        "outcome":"success","source":"auth","sourceSeq":1,"subject":{"id":"k","kind":"key"},\
        "time":"1970-01-01T00:00:00.000Z","type":"key.created","v":2,"version":0}
        """
    #expect(text(event, source: "auth", sequence: 1) == expected)
}

/// As Python's `hmac` has it.
@Test func commitmentIsHMACInHex() {
    #expect(
        PersonalValue.commitment(to: "192.0.2.1", salt: Data(count: 16))
            == "d528edcd304e0e0d1ee8f957f40a6eef21a93fbdc8d0cd0373cd367257316a9b")
}

@Test func commitmentIsTheHMACOfTheLibrary() {
    for length in [0, 1, 15, 16, 55, 56, 64, 200] {
        let (value, salt) = (String(repeating: "é", count: length), PersonalValue.randomSalt())
        let expected = HMAC<SHA256>.authenticationCode(for: Data(value.utf8), using: SymmetricKey(data: salt))
        #expect(
            PersonalValue.commitment(to: value, salt: salt) == expected.map { String(format: "%02x", $0) }.joined())
    }
}

@Test func eventComesBackFromItsBytes() throws {
    var event = deal(3).event
    let logged = try LoggedEntry(bytes: EntryBytes.make(event, source: "deals", sequence: 3))
    event.outcome = .success
    #expect(logged.event(with: [:]) == event)
    #expect(logged.commitments.isEmpty)
}

@Test func personalValuesComeBackFromTheirTable() throws {
    var event = Event(
        type: EventType.userUpdated, time: start, actor: EventActor(kind: "user", id: "u", address: "192.0.2.1"),
        subject: EventSubject(kind: "user", id: "u"),
        changes: [FieldChange("role", before: "banker", after: "admin"), FieldChange("name", before: "A", after: "B")])
    let sealed = EntryBytes.sealed(event, source: "auth", sequence: 1)
    let bytes = String(decoding: sealed.bytes, as: UTF8.self)
    #expect(!bytes.contains("192.0.2.1") && bytes.contains("banker"))
    #expect(Set(sealed.personal.map(\.path)) == ["actor.address", "changes[1].before", "changes[1].after"])
    #expect(Set(sealed.personal.map(\.salt)).count == 3)
    let logged = try LoggedEntry(bytes: sealed.bytes)
    for value in sealed.personal { #expect(logged.commitments[value.path] == value.commitment) }
    event.outcome = .success
    let values = Dictionary(uniqueKeysWithValues: sealed.personal.map { ($0.path, $0.value) })
    #expect(logged.event(with: values) == event)
    #expect(logged.event(with: [:]).actor.address == nil)
}

@Test(arguments: [
    (EventType.sessionFailed, EventOutcome.failed), (EventType.sessionReused, .refused),
    (EventType.passwordRefused, .refused), (EventType.dealWallCrossingRefused, .refused),
    (EventType.dealCreated, .success),
])
func typeTellsTheOutcome(type: String, outcome: EventOutcome) {
    var event = deal(1, type: type).event
    #expect(EntryOutcome.of(event) == outcome)
    event.outcome = .refused
    #expect(EntryOutcome.of(event) == .refused)
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
