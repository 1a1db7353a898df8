import ServiceKit
import Testing

@testable import health

@Test(arguments: ["99ms", "301s", "10", "soon"])
func probeIntervalIsFrom100MillisecondsTo5Minutes(text: String) {
    var reader = SettingsReader(environment: ["IBP_DATA_DIR": "x", "IBP_PROBE_INTERVAL": text])
    #expect { try Health.settings(&reader) } throws: { "\($0)".contains("IBP_PROBE_INTERVAL") }
}
