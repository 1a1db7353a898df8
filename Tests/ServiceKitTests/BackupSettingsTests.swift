import Testing

@testable import ServiceKit

struct BackupSettingsTests {
    private func read(_ environment: [String: String]) throws -> BackupSettings? {
        var reader = SettingsReader(environment: environment)
        let settings = try BackupSettings.read(&reader)
        try reader.refuseUnknown(process: "deals")
        return settings
    }

    @Test func nothingIsBackedUpUnlessAskedFor() throws {
        #expect(try read([:]) == nil)
    }

    @Test func directoryAloneKeepsEverySecondOfAWeek() throws {
        let expected = BackupSettings(
            directory: "/b", interval: nil, keep: .seconds(30 * 86_400), logKeep: .seconds(7 * 86_400))
        #expect(try read(["IBP_BACKUP_DIR": "/b"]) == expected)
    }

    @Test func everythingCanBeSet() throws {
        let settings = try read([
            "IBP_BACKUP_DIR": "/b", "IBP_BACKUP_INTERVAL": "1h", "IBP_BACKUP_KEEP": "60d", "IBP_BACKUP_PITR_KEEP": "0s",
        ])
        let expected = BackupSettings(
            directory: "/b", interval: .seconds(3600), keep: .seconds(60 * 86_400), logKeep: .zero)
        #expect(settings == expected)
    }

    @Test(arguments: [
        ["IBP_BACKUP_INTERVAL": "1h"], ["IBP_BACKUP_KEEP": "30d"], ["IBP_BACKUP_PITR_KEEP": "7d"],
        ["IBP_BACKUP_DIR": "/b", "IBP_BACKUP_PITR_KEEP": "0s"], ["IBP_BACKUP_DIR": "/b", "IBP_BACKUP_INTERVAL": "1s"],
    ])
    func settingsThatMakeNoSenseStopTheStart(_ environment: [String: String]) {
        #expect(throws: SettingsError.self) { try read(environment) }
    }
}
