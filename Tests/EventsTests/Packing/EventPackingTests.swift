import Contracts
import Crypto
import Foundation
import Storage
import Testing

@testable import Events

/// What the outbox keeps of an event.
struct EventPackingTests {
    /// As a deal's creation is told.
    private static let creation = [
        ("codeName", "Amber Birch"), ("type", "sell_side_ma"), ("stage", "origination"), ("status", "active"),
        ("clientName", "Birch Holdings"), ("priority", "normal"), ("valueBasis", "estimate"), ("probability", "5"),
        ("probabilitySource", "stage"), ("forecastCategory", "pipeline"), ("confidentiality", "confidential"),
        ("conflictStatus", "not_started"), ("leadId", UUIDv7.make().text), ("originatedOn", "2026-11-02"),
    ]

    private func event(_ after: String) -> Data {
        EventJSON.encode(
            Event(
                type: EventType.dealCreated, time: .now, actor: .service("test"),
                subject: EventSubject(kind: "deal", id: UUIDv7.make().text, number: "D-2026-0001"), version: 1,
                changes: Self.creation.map { FieldChange($0, before: nil, after: $1) } + [
                    FieldChange("nextStep", before: nil, after: after)
                ]))
    }

    @Test func anEventIsKeptAtAThirdOfItsSizeAndReadAsItWas() throws {
        let json = event("Amber Birch")
        let kept = EventPacking.pack(json)
        #expect(kept.count * 3 < json.count)
        #expect(try EventPacking.unpack(kept) == json)
    }

    @Test func anyTextComesBack() throws {
        var random = SystemRandomNumberGenerator()
        for length in [0, 1, 2, 100, 5_000, 100_000] {
            let bytes = (0..<length).map { _ in UInt8.random(in: 0x20...0x7E, using: &random) }
            let json = event(String(decoding: bytes, as: UTF8.self))
            #expect(try EventPacking.unpack(EventPacking.pack(json)) == json)
        }
    }

    /// One after the other goes through the same stream.
    @Test func eventsOfManyThreadsDoNotMix() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<64 {
                group.addTask {
                    let json = self.event(String(repeating: "\(number) ", count: number * 10))
                    let back = try EventPacking.unpack(EventPacking.pack(json))
                    #expect(back == json)
                }
            }
            try await group.waitForAll()
        }
    }

    @Test func whatIsTooLongOrTooShortToPackStaysAsItIs() throws {
        let long = Data(repeating: UInt8(ascii: "{"), count: Outbox.payloadBytesMax + 1)
        #expect(EventPacking.pack(long) == long)
        #expect(EventPacking.pack(Data("{}".utf8)) == Data("{}".utf8))
        // As events were kept before.
        let json = event("Falcon")
        #expect(try EventPacking.unpack(json) == json)
    }

    @Test func whatWasNotPackedIsRefused() {
        let kept = EventPacking.pack(event("Falcon"))
        let other = Data([2]) + kept.dropFirst()
        let longer = Data([1, 0xFF, 0xFF, 0xFF, 0xFF]) + kept.dropFirst(5)
        for bad in [Data([1]), Data([1, 0, 0, 0, 9]), other, longer, kept.dropLast(), kept + [0]] {
            #expect(throws: EventPackingError.self) { try EventPacking.unpack(bad) }
        }
    }

    /// Events that are kept can be read with this dictionary only.
    @Test func theDictionaryNeverChanges() {
        let digest = SHA256.hash(data: Data(EventDictionary.bytes)).map { String(format: "%02x", $0) }.joined()
        #expect(digest == "f9af28cb1bd4e333e376626e7a2ab38d9313a9ee3dd7d454dc53510f4f63a457")
        #expect(EventDictionary.bytes.count < 4096)
    }
}
