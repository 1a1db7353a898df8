import Foundation
import ServiceKit

/// What an operator may set; every key is `IBP_…` in the environment.
struct RelaySettings: Sendable {
    /// Where `relay.sqlite` lies; belongs to this process alone.
    let dataDirectory: String
    let kafka: KafkaSettings

    init(_ reader: inout SettingsReader) throws {
        dataDirectory = try reader.string("data.dir", "directory of relay.sqlite, for this process alone")
        kafka = try KafkaSettings(&reader)
    }
}

/// Where Kafka is, and how librdkafka is told.
struct KafkaSettings: Sendable {
    /// What nobody may change: they make that an event which was acknowledged is on all replicas in sync, once and in its
    /// place.
    static let fixed = [
        "acks": "all", "enable.idempotence": "true", "enable.gapless.guarantee": "false", "log.queue": "true",
    ]
    private static let names = [
        "bootstrap.servers", "metadata.broker.list", "acks", "request.required.acks", "enable.idempotence",
        "enable.gapless.guarantee", "log.queue", "transactional.id",
    ]

    /// `HOST:PORT`, several with commas.
    let brokers: String
    /// Stands before the names of the topics; may be empty.
    let prefix: String
    /// Properties of librdkafka.
    let properties: [String: String]

    init(brokers: String, prefix: String = "", properties: [String: String] = [:]) {
        (self.brokers, self.prefix, self.properties) = (brokers, prefix, properties)
    }

    init(_ reader: inout SettingsReader) throws {
        let brokers = try reader.string("kafka.brokers", "HOST:PORT of Kafka's brokers, several with commas")
        let prefix = try reader.optionalString(
            "kafka.topic.prefix", "stands before the names of the topics deals, users and audit")
        let path = try reader.optionalString(
            "kafka.config.file", "path of a file with properties of librdkafka, one NAME=VALUE a line: TLS, SASL, …")
        guard (prefix ?? "").allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) }) else {
            throw SettingsError("IBP_KAFKA_TOPIC_PREFIX may have a-z, A-Z, 0-9, dots, underscores and hyphens")
        }
        self.init(brokers: brokers, prefix: prefix ?? "", properties: try path.map(Self.read) ?? [:])
    }

    private static func read(_ path: String) throws -> [String: String] {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            throw SettingsError("IBP_KAFKA_CONFIG_FILE names \(path), which cannot be read")
        }
        return try properties(text, in: path)
    }

    /// Lines of NAME=VALUE; empty ones and those that begin with # mean nothing.
    static func properties(_ text: String, in path: String) throws -> [String: String] {
        var properties: [String: String] = [:]
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let line = line.trimmingCharacters(in: .whitespaces)
            guard !line.isEmpty, !line.hasPrefix("#") else { continue }
            let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else { throw SettingsError("\(path), line \(index + 1): must be NAME=VALUE") }
            let name = parts[0].trimmingCharacters(in: .whitespaces)
            guard !names.contains(name) else {
                throw SettingsError("\(path), line \(index + 1): \(name) is the relay's own and cannot be set")
            }
            properties[name] = parts[1].trimmingCharacters(in: .whitespaces)
        }
        return properties
    }
}
