import Foundation

/// What a client measured. Every client, in whatever language, prints it as one line of JSON with these names.
package struct EchoFigures: Codable, Sendable {
    package var callsPerSecond: Double
    package var p50Microseconds: Double
    package var p99Microseconds: Double

    package init(_ latencies: Latencies, seconds: Double) {
        callsPerSecond = Double(latencies.count) / seconds
        p50Microseconds = latencies.microseconds(at: 0.5)
        p99Microseconds = latencies.microseconds(at: 0.99)
    }
}

extension Encodable {
    package func printAsLine() throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        print(String(decoding: try encoder.encode(self), as: UTF8.self))
    }
}
