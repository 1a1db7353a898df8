import Contracts
import Foundation
import Testing

@testable import Events

/// Events as they lie in outboxes and logs. They are read for years: fields may be added, none may change or go, and no text
/// below is ever edited; a new form is a new text.
struct GoldenEventTests {
    private static let full = #"""
        {"actor":{"address":"192.0.2.7","id":"0190f3a2-0000-7000-8000-000000000001","kind":"user","session":"0190f3a2-0000-7000-8000-000000000002"},"changes":[{"after":"Signed","before":"Pitch","field":"stage"},{"field":"note"}],"id":"0190f3a2-0000-7000-8000-000000000003","requestId":"r-1","subject":{"id":"0190f3a2-0000-7000-8000-000000000004","kind":"deal","number":"D-2026-0001"},"time":"2026-11-26T09:30:00.125Z","traceId":"4bf92f3577b34da6a3ce929d0e0e4736","type":"deal.stage.changed","version":3}
        """#
    private static let small = #"""
        {"actor":{"id":"","kind":"anonymous"},"changes":[],"id":"0190f3a2-0000-7000-8000-000000000005","subject":{"id":"","kind":"session"},"time":"2026-11-26T09:30:00.000Z","type":"session.failed","version":0}
        """#

    @Test(arguments: [full, small]) func eventIsReadAndWrittenAsEver(_ text: String) throws {
        let event = try JSONDecoder().decode(Event.self, from: Data(text.utf8))
        #expect(String(decoding: EventJSON.encode(event), as: UTF8.self) == text)
    }

    @Test func fieldsMeanWhatTheyMeant() throws {
        let event = try JSONDecoder().decode(Event.self, from: Data(Self.full.utf8))
        #expect(event.type == EventType.dealStageChanged)
        #expect(
            event.subject
                == EventSubject(kind: "deal", id: "0190f3a2-0000-7000-8000-000000000004", number: "D-2026-0001"))
        #expect(
            event.changes == [
                FieldChange("stage", before: "Pitch", after: "Signed"), FieldChange("note", before: nil, after: nil),
            ])
        #expect(event.time == Instant(text: "2026-11-26T09:30:00.125Z"))
        #expect(event.actor.address == "192.0.2.7")
        #expect(event.topic == "deals")
    }

    /// What a newer build adds, an older consumer passes over.
    @Test func fieldsOfANewerBuildDoNoHarm() throws {
        let newer = Self.full
            .replacing(#""actor":{"#, with: #""actor":{"device":{"name":"x"},"#)
            .replacing(#""changes":["#, with: #""labels":[1,null],"changes":["#)
        let event = try JSONDecoder().decode(Event.self, from: Data(newer.utf8))
        let known = try JSONDecoder().decode(Event.self, from: Data(Self.full.utf8))
        #expect(event == known)
    }

    @Test func batchOnTheWireIsReadAsEver() throws {
        let text =
            #"{"events":[{"event":\#(Self.small),"sequence":7},{"aggregate":"d","raw":"e30=","sequence":8}],"newest":9,"through":8}"#
        let batch = try JSONDecoder().decode(EventBatch.self, from: Data(text.utf8))
        #expect(batch.events.map(\.sequence) == [7, 8])
        #expect(batch.events[0].event?.type == EventType.sessionFailed)
        #expect(batch.events[1].raw == Data("{}".utf8))
        #expect(batch.events[1].aggregate == "d")
        #expect(batch.through == 8 && batch.newest == 9)
    }
}
