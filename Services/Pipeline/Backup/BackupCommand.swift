import ArgumentParser
import ServiceKit
import Storage

/// Backs up a cluster, running or stopped.
struct BackupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Backs up the data of a cluster, running or stopped.",
        discussion: """
            Copies, checks and compresses the database of each service into DIR/SERVICE, where services that back \
            themselves up put theirs too (IBP_BACKUP_DIR). A running cluster goes on serving; all its services are \
            caught at one moment and fetched one after the other. The files hold all that the databases hold, also \
            password hashes: keep them as safe as the data. Auth's signing keys are in them sealed; the key that opens \
            them (DIR/secrets.key) is not, nor is the one that signs the audit log (DIR/audit-signing.key): both are to be \
            kept elsewhere.

            Examples:
              ibpipeline backup --data-dir ./data --to /backups
              ibpipeline backup --data-dir ./data --to /backups --keep 30d --json
            """)

    @Option(help: ArgumentHelp("The directory of the cluster's backups; made if it is missing.", valueName: "dir"))
    var to: String

    @Option(help: ArgumentHelp("Where the cluster keeps its data.", valueName: "dir"))
    var dataDir: String

    @Option(help: ArgumentHelp("Afterwards remove backups that are older, such as 30d.", valueName: "time"))
    var keep: TimeSpan?

    @Flag(help: "Print one JSON object instead of a table.")
    var json = false

    func run() async throws {
        try await untilInterrupted(backUp) {
            throw CommandFailure(line: "Interrupted; services that were not finished have no new backup.")
        }
    }

    @Sendable private func backUp() async throws {
        let console = Console()
        let work = LongWork(console: console)
        let data = DataDirectory(dataDir)
        let set = BackupSet(to)
        try await explained {
            let reports = try await RunningCluster.runs(on: data) ? running(data, work) : stopped(data, work)
            try console.say(ClusterReport(services: reports), json: json)
            guard let keep else { return }
            console.note("Removed \(try set.prune(keep: keep.duration)) old backups.")
        }
    }

    private func running(_ data: DataDirectory, _ work: LongWork) async throws -> [ServiceReport] {
        let cluster = try RunningCluster.read(data)
        let places = try BackupSet.services.map { try cluster.place(of: $0, in: data) }
        return try await RunningBackup(places: places, work: work).write(to: BackupSet(to))
    }

    private func stopped(_ data: DataDirectory, _ work: LongWork) async throws -> [ServiceReport] {
        // First of all: a wrong --data-dir must not be made by locking it.
        for service in BackupSet.services where !data.store(of: service).exists {
            throw CommandFailure(line: "\(data.folder(of: service)) holds no database of \(service).")
        }
        let lock = try data.lock()
        defer { lock.release() }
        return try await BackupSet(to).write { service, folder in
            try data.store(of: service).backup(
                to: folder, appVersion: ProcessKit.version, progress: work.report(service))
        }
    }
}

extension DataDirectory {
    func store(of service: String) -> ClosedStore {
        ClosedStore(directory: folder(of: service), fileName: service + ".sqlite")
    }
}
