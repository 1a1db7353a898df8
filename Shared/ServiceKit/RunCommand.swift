package import ArgumentParser
import CoreMetrics
import Foundation
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import Telemetry
import UnixSignals

/// `deals run`: starts the process and stays until it is told to stop.
package struct RunCommand<Process: ServiceProcess>: AsyncParsableCommand {
    package static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "run", abstract: "Run until SIGTERM or SIGINT, then finish what is under way.")
    }

    package init() {}

    package func run() async throws {
        do {
            try await start()
        } catch {
            StandardError.write("\(Process.name): \(error)\n")
            throw ExitCode(Self.exitCode(for: error))
        }
    }

    private func start() async throws {
        var reader = SettingsReader()
        let common = try CommonSettings(&reader, adminPort: Process.adminPort)
        let supervisor = try reader.int(
            "supervisor.pid", default: 0, in: 0...Int(Int32.max),
            "id of the parent process without which this one stops")
        let settings = try Process.settings(&reader)
        try reader.refuseUnknown(process: Process.name)

        let metrics = PrometheusRegistry()
        MetricsSystem.bootstrap(metrics)
        let logger = Logger(label: Process.name) { _ in
            LineLogHandler(service: Process.name, level: common.logLevel, format: common.logFormat)
        }
        let group = MultiThreadedEventLoopGroup(numberOfThreads: max(1, min(System.coreCount, 8)))
        let kit = ProcessKit(name: Process.name, common: common, logger: logger, group: group, metrics: metrics)
        let services = try await Process.assemble(settings, kit)
        try await run([AdminServer(common.adminListen, kit: kit)] + services, supervisor: Int32(supervisor), logger)
        try? await group.shutdownGracefully()
    }

    /// Until a signal comes, a service fails, or the supervisor is gone.
    /// - Parameter supervisor: id of the parent process; 0 for none.
    private func run(_ services: [any Service], supervisor: Int32, _ logger: Logger) async throws {
        var quiet = logger
        quiet.logLevel = max(logger.logLevel, .error)
        var configuration = ServiceGroupConfiguration(
            services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: quiet)
        configuration.maximumGracefulShutdownDuration = .seconds(25)
        let serviceGroup = ServiceGroup(configuration: configuration)
        try await withThrowingTaskGroup { tasks in
            if supervisor > 0 {
                tasks.addTask {
                    try await parentIsNot(supervisor)
                    await serviceGroup.triggerGracefulShutdown()
                }
            }
            tasks.addTask {
                try await serviceGroup.run()
                throw CancellationError()
            }
            defer { tasks.cancelAll() }
            do {
                while try await tasks.next() != nil {}
            } catch is CancellationError {}
        }
    }

    /// Errors that carry a sysexits(3) code end the process with it; the rest with 1.
    private static func exitCode(for error: any Error) -> Int32 {
        switch error {
        case is SettingsError: 64
        case let error as any CustomNSError where (64...78).contains(error.errorCode): Int32(error.errorCode)
        default: 1
        }
    }
}

/// Returns when this process has lost its supervisor. One whose supervisor was killed belongs to nobody; it must not go on
/// holding the data directory.
private func parentIsNot(_ pid: Int32) async throws {
    while getppid() == pid { try await Task.sleep(for: .milliseconds(500)) }
}
