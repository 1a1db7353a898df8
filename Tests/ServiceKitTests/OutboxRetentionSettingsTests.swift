import Storage
import Testing

@testable import ServiceKit

struct OutboxRetentionSettingsTests {
    private static let day: Int64 = 86_400_000

    private func read(_ environment: [String: String]) throws -> OutboxRetention {
        var reader = SettingsReader(environment: environment)
        let settings = try OutboxRetention.read(&reader)
        try reader.refuseUnknown(process: "deals")
        return settings
    }

    @Test func eventsAreKeptForTwoWeeksAndSilentGroupsWaitedForAMonth() throws {
        let settings = try read([:])
        #expect(settings == .standard)
        #expect(settings.keepMilliseconds == 14 * Self.day)
        #expect(settings.groupSilenceMilliseconds == 30 * Self.day)
        #expect(settings.expectedGroups == ["audit"])
    }

    @Test func bothCanBeSet() throws {
        let settings = try read(["IBP_EVENTS_KEEP": "20d", "IBP_EVENTS_SILENCE": "1d"])
        #expect(settings.keepMilliseconds == 20 * Self.day)
        #expect(settings.groupSilenceMilliseconds == Self.day)
    }

    @Test(arguments: [["IBP_EVENTS_KEEP": "13d"], ["IBP_EVENTS_SILENCE": "23h"], ["IBP_EVENTS_KEEP": "14"]])
    func tooShortATimeStopsTheStart(_ environment: [String: String]) {
        #expect(throws: SettingsError.self) { try read(environment) }
    }
}
