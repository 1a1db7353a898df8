import CRdKafka
import Foundation
import Logging

/// One handle of librdkafka, and the reports that it owes.
struct KafkaSession: ~Copyable {
    private static let closeMilliseconds: Int32 = 1000

    private let handle: OpaquePointer
    private let events: OpaquePointer
    private let logger: Logger
    /// Of which round a report is: those of an earlier one, which was given up, count no more.
    private var round = 0
    private(set) var waiting = 0
    private(set) var failure: KafkaError?

    init(_ properties: [String: String], logger: Logger) throws {
        self.logger = logger
        let configuration = rd_kafka_conf_new()
        var text = [CChar](repeating: 0, count: 512)
        for (name, value) in properties.sorted(by: { $0.key < $1.key }) {
            guard rd_kafka_conf_set(configuration, name, value, &text, text.count) == RD_KAFKA_CONF_OK else {
                rd_kafka_conf_destroy(configuration)
                throw KafkaError("Kafka: \(Self.string(text))")
            }
        }
        rd_kafka_conf_set_events(configuration, RD_KAFKA_EVENT_DR | RD_KAFKA_EVENT_ERROR | RD_KAFKA_EVENT_LOG)
        guard let handle = rd_kafka_new(RD_KAFKA_PRODUCER, configuration, &text, text.count) else {
            rd_kafka_conf_destroy(configuration)
            throw KafkaError("Kafka: \(Self.string(text))")
        }
        self.handle = handle
        rd_kafka_set_log_queue(handle, nil)
        events = rd_kafka_queue_get_main(handle)
    }

    deinit {
        // What is not acknowledged is sent again after the next start.
        rd_kafka_purge(handle, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT)
        rd_kafka_flush(handle, Self.closeMilliseconds)
        rd_kafka_queue_destroy(events)
        rd_kafka_destroy_flags(handle, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE)
    }

    /// Whether an error was met after which an idempotent producer can send nothing more.
    var isBroken: Bool { rd_kafka_fatal_error(handle, nil, 0) != RD_KAFKA_RESP_ERR_NO_ERROR }

    /// A new round; none of an earlier one is still on its way, or it would arrive behind what is sent now.
    mutating func begin() throws {
        if waiting > 0 {
            rd_kafka_purge(handle, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT)
            while waiting > 0 { poll(milliseconds: Self.closeMilliseconds) }
        }
        round += 1
        failure = nil
    }

    /// - Returns: false when the queue is full: then there are reports to wait for.
    /// - Throws: `KafkaError` for a record that no broker would take, like one that is too long.
    mutating func send(_ record: KafkaRecord) throws -> Bool {
        let headers = rd_kafka_headers_new(record.headers.count)
        for (name, value) in record.headers.sorted(by: { $0.key < $1.key }) {
            rd_kafka_header_add(headers, name, -1, value, value.utf8.count)
        }
        let code = record.value.withUnsafeBytes { value in
            ibp_kafka_send(
                handle, record.topic, record.key, record.key.utf8.count, value.baseAddress, value.count,
                record.milliseconds, headers, UnsafeMutableRawPointer(bitPattern: round))
        }
        if code == RD_KAFKA_RESP_ERR_NO_ERROR {
            waiting += 1
            return true
        }
        rd_kafka_headers_destroy(headers)
        guard code == RD_KAFKA_RESP_ERR__QUEUE_FULL else { throw KafkaError(code) }
        return false
    }

    /// Takes the reports that are there, or waits for some.
    mutating func poll(milliseconds: Int32) {
        var wait = milliseconds
        while let event = rd_kafka_queue_poll(events, wait) {
            take(event)
            rd_kafka_event_destroy(event)
            wait = 0
        }
    }

    private mutating func take(_ event: OpaquePointer) {
        switch rd_kafka_event_type(event) {
        case RD_KAFKA_EVENT_DR:
            while let message = rd_kafka_event_message_next(event)?.pointee {
                waiting -= 1
                let isOfThisRound = Int(bitPattern: message._private) == round
                if isOfThisRound, message.err != RD_KAFKA_RESP_ERR_NO_ERROR, failure == nil {
                    failure = KafkaError(message.err)
                }
            }
        case RD_KAFKA_EVENT_ERROR:
            logger.warning("Kafka is in trouble", metadata: ["error": "\(KafkaError(rd_kafka_event_error(event)))"])
        case RD_KAFKA_EVENT_LOG: log(event)
        default: break
        }
    }

    /// Levels are those of syslog: up to 4 is a warning or worse.
    private func log(_ event: OpaquePointer) {
        var (facility, text, level): (UnsafePointer<CChar>?, UnsafePointer<CChar>?, Int32) = (nil, nil, 0)
        guard rd_kafka_event_log(event, &facility, &text, &level) == 0, let text else { return }
        logger.log(level: level <= 4 ? .warning : .debug, "librdkafka", metadata: ["text": "\(String(cString: text))"])
    }

    private static func string(_ text: [CChar]) -> String {
        String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
