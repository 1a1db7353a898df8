import CoreMetrics
package import Metrics
import Synchronization

/// Keeps the process's metrics and writes them in the Prometheus text format 0.0.4. At most `seriesMax` label sets per
/// name; what comes after is counted under one set whose values are all `other`.
package final class PrometheusRegistry: MetricsFactory {
    package static let seriesMax = 500

    private struct Key: Hashable {
        let name: String
        let labels: [String]
    }

    private struct Families {
        var series: [Key: Series] = [:]
        var sizes: [String: Int] = [:]
    }

    private let families = Mutex(Families())

    package init() {}

    package func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        series(.counter, label, dimensions)
    }

    package func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        series(.gauge, label, dimensions)
    }

    package func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        series(aggregate ? .histogram : .gauge, label, dimensions)
    }

    /// Timers are exported in seconds.
    package func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        series(.histogram, label, dimensions)
    }

    package func destroyCounter(_ handler: any CounterHandler) {}
    package func destroyMeter(_ handler: any MeterHandler) {}
    package func destroyRecorder(_ handler: any RecorderHandler) {}
    package func destroyTimer(_ handler: any TimerHandler) {}

    private func series(_ kind: Series.Kind, _ label: String, _ dimensions: [(String, String)]) -> Series {
        let name = label.map { $0.isLetter || $0.isNumber || $0 == "_" ? String($0) : "_" }.joined()
        let labels = dimensions.sorted { $0.0 < $1.0 }
        return families.withLock { families in
            let key = Key(name: name, labels: labels.map { Self.label($0.0, $0.1) })
            if let known = families.series[key] { return known }
            let isFull = families.sizes[name, default: 0] >= Self.seriesMax
            let final = isFull ? Key(name: name, labels: labels.map { Self.label($0.0, "other") }) : key
            if let known = families.series[final] { return known }
            families.sizes[name, default: 0] += 1
            let made = Series(kind)
            families.series[final] = made
            return made
        }
    }

    private static func label(_ name: String, _ value: String) -> String {
        let escaped = value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
        return "\(name)=\"\(escaped)\""
    }

    package func exposition() -> String {
        let all = families.withLock { $0.series }.sorted {
            ($0.key.name, $0.key.labels.joined()) < ($1.key.name, $1.key.labels.joined())
        }
        var out = ""
        var lastName = ""
        for (key, series) in all {
            if key.name != lastName {
                out += "# TYPE \(key.name) \(series.kind)\n"
                lastName = key.name
            }
            series.write(key.name, key.labels, to: &out)
        }
        return out
    }
}
