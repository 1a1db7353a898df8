import Contracts
import Foundation

/// One event as a record of one topic: the key is the aggregate, so that what happens to one stays in order; the value are
/// the bytes that stand in the outbox; the headers are those of CloudEvents 1.0 (Kafka protocol binding, binary mode).
struct KafkaRecord: Sendable, Hashable {
    let topic: String
    let key: String
    let value: Data
    let milliseconds: Int64
    let headers: [String: String]

    /// The topic that an event is of, and `audit`, which has all of them, as the log has.
    static func all(of delivery: EventDelivery, from source: String, prefix: String) -> [KafkaRecord] {
        guard let value = delivery.raw else { return [] }
        // What a newer producer wrote may not be readable here; its bytes go on as they are.
        let event = try? JSONDecoder().decode(Event.self, from: value)
        let key = delivery.aggregate ?? event?.subject.id ?? ""
        var headers = [
            "ce_specversion": "1.0", "ce_source": "/ibpipeline/\(source)", "ce_sequence": "\(delivery.sequence)",
            "ce_subject": key, "content-type": "application/json",
        ]
        if let event {
            headers["ce_id"] = event.id.uuidString.lowercased()
            headers["ce_type"] = event.type
            headers["ce_time"] = event.time.text
        } else {
            headers["ce_id"] = "\(source)-\(delivery.sequence)"
            headers["ce_type"] = "unknown"
        }
        let topics = Set([event?.topic, "audit"].compactMap(\.self)).sorted()
        return topics.map {
            KafkaRecord(
                topic: prefix + $0, key: key, value: value, milliseconds: event?.time.milliseconds ?? 0,
                headers: headers)
        }
    }
}
