import CRdKafka
import Dispatch
import Foundation
import Logging
import Metrics
import Synchronization

/// An idempotent producer of librdkafka: what it delivers is on all replicas in sync, in the order in which it was given,
/// and not doubled by its own retries.
///
/// Its handle may be used from any thread; all but the making of it happens on one queue, because waiting for brokers is no
/// work for the threads of tasks.
final class KafkaProducer: Sendable {
    private static let pollMilliseconds: Int32 = 100
    /// librdkafka tries as long as this before it gives up a record.
    private static let deliveryMilliseconds = "60000"

    private let settings: KafkaSettings
    private let logger: Logger
    private let queue = DispatchQueue(label: "kafka producer")
    private let session: Mutex<KafkaSession>

    /// - Throws: `KafkaError` for properties that librdkafka does not take. Whether brokers are there is not asked.
    init(_ settings: KafkaSettings, logger: Logger) throws {
        self.settings = settings
        self.logger = logger
        session = Mutex(try KafkaSession(Self.properties(settings), logger: logger))
    }

    /// Returns when all records are acknowledged.
    /// - Throws: `KafkaError` when some are not; which of them arrived is not known, so all are to be sent again.
    func deliver(_ records: [KafkaRecord]) async throws {
        let isCancelled = Atomic(false)
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                queue.async {
                    continuation.resume(
                        with: Result {
                            try self.deliverAndWait(records) { isCancelled.load(ordering: .relaxed) }
                        })
                }
            }
        } onCancel: {
            isCancelled.store(true, ordering: .relaxed)
        }
        for record in records {
            Counter(label: "ibp_kafka_records_total", dimensions: [("topic", record.topic)]).increment()
        }
    }

    private func deliverAndWait(_ records: [KafkaRecord], isCancelled: () -> Bool) throws {
        try session.withLock { session in
            // Of a producer that lost its place nothing can be expected any more.
            if session.isBroken { session = try KafkaSession(Self.properties(settings), logger: logger) }
            try session.begin()
            var left = records[...]
            while !left.isEmpty || session.waiting > 0 {
                guard !isCancelled() else { throw CancellationError() }
                while let record = left.first, try session.send(record) { left.removeFirst() }
                session.poll(milliseconds: Self.pollMilliseconds)
            }
            if let failure = session.failure { throw failure }
        }
    }

    private static func properties(_ settings: KafkaSettings) -> [String: String] {
        [
            "bootstrap.servers": settings.brokers, "client.id": "ibpipeline-relay", "compression.codec": "lz4",
            "delivery.timeout.ms": deliveryMilliseconds, "linger.ms": "5",
        ].merging(settings.properties) { $1 }.merging(KafkaSettings.fixed) { $1 }
    }
}

/// Why records were not delivered, in librdkafka's words.
struct KafkaError: Error, Hashable, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }

    init(_ code: rd_kafka_resp_err_t) {
        self.init("Kafka: \(String(cString: rd_kafka_err2str(code))) (\(String(cString: rd_kafka_err2name(code))))")
    }
}
