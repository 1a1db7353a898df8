import CRdKafka
import Contracts
import Foundation
import ServiceKit
import Testing

@testable import relay

/// Against librdkafka's own brokers, read by kcat.
@Suite(.timeLimit(.minutes(5)), .serialized)
struct RelayTests {
    /// The versions of each aggregate, in the order in which they lie in Kafka.
    private func versions(_ records: [MockKafka.Record]) throws -> [String: [Int64]] {
        try records.reduce(into: [:]) { try $0[$1.key, default: []].append($1.event.version) }
    }

    @Test func everyEventIsInItsTopicAndInTheLogsInOrder() async throws {
        try await Bench.with { bench in
            try await bench.append(1...600)
            try await bench.appendSignIn()
            try await bench.relay(through: 601)
            let deals = try await bench.kafka.records(of: "deals")
            let users = try await bench.kafka.records(of: "users")
            let all = try await bench.kafka.records(of: "audit")
            #expect(deals.count == 600)
            #expect(try users.map { try $0.event.type } == ["session.failed"])
            #expect(all.count == 601)
            for (key, found) in try versions(deals) {
                #expect(found == (1...600).map(Int64.init).filter { "deal-\($0 % 7)" == key }, "\(key)")
                #expect(Set(deals.filter { $0.key == key }.map(\.partition)).count == 1)
            }
            #expect(try versions(all.filter { $0.key != "s" }) == versions(deals))
        }
    }

    @Test func recordIsACloudEvent() async throws {
        try await Bench.with { bench in
            try await bench.append(5...5)
            try await bench.relay(through: 1)
            let record = try #require(try await bench.kafka.records(of: "deals").first)
            let event = try record.event
            #expect(record.key == "deal-5")
            #expect(record.ts == event.time.milliseconds)
            #expect(record.header("ce_specversion") == "1.0")
            #expect(record.header("ce_id") == event.id.uuidString.lowercased())
            #expect(record.header("ce_type") == "deal.updated")
            #expect(record.header("ce_source") == "/ibpipeline/deals")
            #expect(record.header("ce_subject") == "deal-5")
            #expect(record.header("ce_time") == event.time.text)
            #expect(record.header("ce_sequence") == "1")
            #expect(record.header("content-type") == "application/json")
        }
    }

    @Test func refusalsOfBrokersNeitherLoseNorDoubleNorReorder() async throws {
        try await Bench.with { bench in
            try await bench.append(1...50)
            try await bench.relay(through: 50)
            bench.kafka.refuse([
                RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS,
                RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT, RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION,
            ])
            try await bench.append(51...300)
            try await bench.relay(through: 300)
            let records = try await bench.kafka.records(of: "deals")
            #expect(records.count == 300)
            for (key, found) in try versions(records) {
                #expect(found == (1...300).map(Int64.init).filter { "deal-\($0 % 7)" == key }, "\(key)")
            }
        }
    }

    @Test func withoutBrokersTheCursorStaysAndThenItGoesOn() async throws {
        try await Bench.with { bench in
            try await bench.append(1...10)
            try await bench.relay(through: 10)
            bench.kafka.setUp(false)
            try await bench.append(11...40)
            try await bench.relaying {
                // Longer than a record is tried for.
                try await Task.sleep(for: .seconds(5))
                #expect(try await bench.position() == 10)
                bench.kafka.setUp(true)
                try await eventually { try await bench.position() == 40 }
            }
            let sequences = try await bench.kafka.records(of: "deals").compactMap { $0.header("ce_sequence") }
            #expect(Set(sequences) == Set((1...40).map(String.init)))
        }
    }

    @Test func relayThatIsStoppedAnywhereLosesNothing() async throws {
        try await Bench.with { bench in
            for round in 1...5 {
                try await bench.append((round * 100 - 99)...(round * 100))
                try await bench.relay(through: Int64(round * 100 - 60))
            }
            try await bench.relay(through: 500)
            let records = try await bench.kafka.records(of: "deals")
            #expect(Set(records.compactMap { $0.header("ce_sequence") }) == Set((1...500).map(String.init)))
            // What came twice came in its order again: without the repeats each aggregate's is whole.
            for (key, found) in try versions(records) {
                var seen = Set<Int64>()
                #expect(
                    found.filter { seen.insert($0).inserted }
                        == found.sorted().reduce(into: []) {
                            if $0.last != $1 { $0.append($1) }
                        }, "\(key)")
            }
        }
    }
}

struct KafkaSettingsTests {
    @Test func propertiesAreReadLineByLine() throws {
        let text = "# TLS\nsecurity.protocol = ssl\n\nssl.key.password=a=b\n"
        #expect(
            try KafkaSettings.properties(text, in: "f") == ["security.protocol": "ssl", "ssl.key.password": "a=b"])
    }

    @Test(arguments: ["acks=1", "enable.idempotence = false", "security.protocol"])
    func whatCannotBeSetIsRefusedWithItsLine(line: String) {
        let error = #expect(throws: SettingsError.self) { _ = try KafkaSettings.properties("\n\(line)", in: "f") }
        #expect(error?.description.hasPrefix("f, line 2: ") == true)
    }

    @Test func unknownPropertiesStopTheStart() {
        let settings = KafkaSettings(brokers: "127.0.0.1:1", properties: ["no.such.property": "1"])
        #expect(throws: KafkaError.self) { _ = try KafkaProducer(settings, logger: quiet) }
    }
}
