import Contracts
import Foundation
import Logging
import NIOPosix
import ServiceLifecycle
import Storage
import Telemetry
import Testing

@testable import ServiceKit
@testable import audit
@testable import auth
@testable import deals
@testable import health

/// What holds for every service that owns a file.
struct ServiceProcessTests {
    enum Subject: String, CaseIterable {
        case auth, deals, audit, health

        var process: any ServiceProcess.Type {
            switch self {
            case .auth: Auth.self
            case .deals: Deals.self
            case .audit: Audit.self
            case .health: Health.self
            }
        }
    }

    @Test(arguments: Subject.allCases)
    func startsWithoutItsPeersAndGivesItsFileBackWhenItStops(_ subject: Subject) async throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("\(subject)-\(UUID().text)").path
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let secret = "\(directory)/secret"
        try Data(String(repeating: "s", count: 64).utf8).write(to: URL(fileURLWithPath: secret))
        var environment = [
            "IBP_DATA_DIR": "\(directory)/data", "IBP_LISTEN": "127.0.0.1:0", "IBP_RPC_SECRET_FILE": secret,
        ]
        for peer in Peer.servers { environment[SettingsReader.variable("peer.\(peer)")] = "127.0.0.1:1" }
        if [.auth, .health].contains(subject) { environment["IBP_SECRETS_KEY"] = String(repeating: "5", count: 64) }
        for _ in 1...2 { try await live(subject.process, environment) }
    }

    /// From the start until it is ready, and to its end; meanwhile nobody else gets its file.
    private func live<Process: ServiceProcess>(_: Process.Type, _ environment: [String: String]) async throws {
        var reader = SettingsReader(environment: environment)
        let common = try CommonSettings(&reader, adminPort: Process.adminPort)
        let settings = try Process.settings(&reader)
        try reader.refuseUnknown(process: Process.name)
        let quiet = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        let kit = ProcessKit(
            name: Process.name, common: common, logger: quiet, group: MultiThreadedEventLoopGroup.singleton,
            metrics: PrometheusRegistry())
        let services = try await Process.assemble(settings, kit)
        let group = ServiceGroup(configuration: ServiceGroupConfiguration(services: services, logger: quiet))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            try await becomesReady(kit.readiness)
            await #expect(throws: StorageError.self) { _ = try await Process.assemble(settings, kit) }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }

    /// Waits a minute at most.
    private func becomesReady(_ readiness: Readiness) async throws {
        let end = ContinuousClock.now + .seconds(60)
        while !readiness.isReady {
            try #require(ContinuousClock.now < end, "not ready within a minute: \(readiness.missing)")
            try await Task.sleep(for: .milliseconds(2))
        }
    }

    @Test(arguments: Subject.allCases)
    func dataDirectoryMustBeSet(_ subject: Subject) {
        var reader = SettingsReader(environment: [:])
        #expect { _ = try subject.process.settings(&reader) } throws: { "\($0)".contains("IBP_DATA_DIR") }
    }
}
