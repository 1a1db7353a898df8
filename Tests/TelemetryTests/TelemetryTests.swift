import Foundation
import Logging
import Metrics
import Synchronization
import Testing

@testable import Telemetry

private final class Lines: Sendable {
    let all = Mutex<[String]>([])
}

@Test func jsonLogIsOneParsableLineWithAllFields() throws {
    let lines = Lines()
    var logger = Logger(label: "t") { _ in
        LineLogHandler(service: "deals", level: .info, format: .json) { line in lines.all.withLock { $0.append(line) } }
    }
    logger[metadataKey: "a.b"] = "quote \" and \n break and \u{1}"
    logger.info("hello", metadata: ["n": "1"])
    logger.debug("too fine")
    let written = lines.all.withLock { $0 }
    #expect(written.count == 1)
    let first = try #require(written.first)
    let line = try #require(try JSONSerialization.jsonObject(with: Data(first.utf8)) as? [String: String])
    #expect(line["service"] == "deals")
    #expect(line["message"] == "hello")
    #expect(line["a.b"] == "quote \" and \n break and \u{1}")
    #expect(line["n"] == "1")
}

@Test func metricsAreWrittenInThePrometheusTextFormat() {
    let registry = PrometheusRegistry()
    registry.makeCounter(label: "ibp.calls", dimensions: [("method", "a\"b")]).increment(by: 3)
    registry.makeTimer(label: "ibp_seconds", dimensions: []).recordNanoseconds(2_000_000)
    let text = registry.exposition()
    #expect(text.contains("# TYPE ibp_calls counter\nibp_calls{method=\"a\\\"b\"} 3\n"))
    #expect(text.contains("ibp_seconds_bucket{le=\"0.001\"} 0\nibp_seconds_bucket{le=\"0.0025\"} 1\n"))
    #expect(text.contains("ibp_seconds_bucket{le=\"+Inf\"} 1\nibp_seconds_sum 0.002\nibp_seconds_count 1\n"))
}

@Test func labelSetsAreBounded() {
    let registry = PrometheusRegistry()
    for number in 0..<(PrometheusRegistry.seriesMax + 50) {
        registry.makeCounter(label: "c", dimensions: [("n", "\(number)")]).increment(by: 1)
    }
    let text = registry.exposition()
    #expect(text.split(separator: "\n").count == PrometheusRegistry.seriesMax + 2)
    #expect(text.contains("c{n=\"other\"} 50"))
}
