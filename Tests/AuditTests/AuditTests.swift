import Contracts
import Foundation
import Logging
import NIOPosix
import ServiceKit
import ServiceLifecycle
import Storage
import Telemetry
import Testing

@testable import audit

@Test func processStartsWithoutItsPeersAndGivesItsFileBackWhenItStops() async throws {
    let directory = FileManager.default.temporaryDirectory.appendingPathComponent("audit-\(UUID().text)").path
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    let secret = "\(directory)/secret"
    try Data(String(repeating: "s", count: 64).utf8).write(to: URL(fileURLWithPath: secret))
    var reader = SettingsReader(environment: [
        "IBP_DATA_DIR": "\(directory)/data", "IBP_LISTEN": "127.0.0.1:0", "IBP_RPC_SECRET_FILE": secret,
        "IBP_PEER_AUTH": "127.0.0.1:1", "IBP_PEER_DEALS": "127.0.0.1:1",
    ])
    let common = try CommonSettings(&reader, adminPort: Audit.adminPort)
    let settings = try Audit.settings(&reader)
    try reader.refuseUnknown(process: Audit.name)

    let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
    let kit = ProcessKit(
        name: Audit.name, common: common, logger: logger, group: MultiThreadedEventLoopGroup.singleton,
        metrics: PrometheusRegistry())
    let process = ServiceGroup(
        configuration: ServiceGroupConfiguration(services: try await Audit.assemble(settings, kit), logger: logger))
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
            directory: directory, fileName: "audit.sqlite", migrator: LogSchema.migrator, logger: logger)
    }
}

@Test func dataDirectoryMustBeSet() {
    var reader = SettingsReader(environment: [:])
    #expect { try Audit.settings(&reader) } throws: { "\($0)".contains("IBP_DATA_DIR") }
}
