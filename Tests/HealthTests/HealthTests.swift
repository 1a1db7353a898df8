import Contracts
import Foundation
import Logging
import NIOPosix
import ServiceKit
import ServiceLifecycle
import Storage
import Telemetry
import Testing

@testable import health

@Test func processStartsWithoutItsPeersAndGivesItsFileBackWhenItStops() async throws {
    let directory = FileManager.default.temporaryDirectory.appendingPathComponent("health-\(UUID().text)").path
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    let secret = "\(directory)/secret"
    try Data(String(repeating: "s", count: 64).utf8).write(to: URL(fileURLWithPath: secret))
    var reader = SettingsReader(environment: [
        "IBP_DATA_DIR": "\(directory)/data", "IBP_LISTEN": "127.0.0.1:0", "IBP_RPC_SECRET_FILE": secret,
        "IBP_PEER_AUTH": "127.0.0.1:1", "IBP_PEER_DEALS": "127.0.0.1:1", "IBP_PEER_AUDIT": "127.0.0.1:1",
    ])
    let common = try CommonSettings(&reader, adminPort: Health.adminPort)
    let settings = try Health.settings(&reader)
    try reader.refuseUnknown(process: Health.name)

    let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
    let kit = ProcessKit(
        name: Health.name, common: common, logger: logger, group: MultiThreadedEventLoopGroup.singleton,
        metrics: PrometheusRegistry())
    let process = ServiceGroup(
        configuration: ServiceGroupConfiguration(services: try await Health.assemble(settings, kit), logger: logger))
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await process.run() }
        try await eventually { kit.readiness.isReady }
        #expect(throws: StorageError.self) { try open(settings.dataDirectory) }
        await process.triggerGracefulShutdown()
        try await group.waitForAll()
    }
    try await open(settings.dataDirectory).close()
    try FileManager.default.removeItem(atPath: directory)

    func open(_ directory: String) throws -> Store {
        try Store.open(
            directory: directory, fileName: "health.sqlite", migrator: HistorySchema.migrator, logger: logger)
    }
}

@Test func dataDirectoryMustBeSet() {
    var reader = SettingsReader(environment: [:])
    #expect { try Health.settings(&reader) } throws: { "\($0)".contains("IBP_DATA_DIR") }
}

@Test(arguments: ["99ms", "301s", "10", "soon"])
func probeIntervalIsFrom100MillisecondsTo5Minutes(text: String) {
    var reader = SettingsReader(environment: ["IBP_DATA_DIR": "x", "IBP_PROBE_INTERVAL": text])
    #expect { try Health.settings(&reader) } throws: { "\($0)".contains("IBP_PROBE_INTERVAL") }
}
