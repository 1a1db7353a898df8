import Contracts
import Foundation
import ServiceKit
import Storage

/// The cluster that `up` runs on a data directory, as `DIR/cluster.json` tells it to the other commands: there while
/// the cluster is, or left over when it was killed.
struct RunningCluster: Codable, Equatable, Sendable {
    /// Of `ibpipeline up`.
    var pid: Int32
    /// The public address: `http://127.0.0.1:8080`.
    var gateway: String
    /// Service to HOST:PORT of its RPC server.
    var peers: [String: String]
    /// Whether services know each other by the certificates in `DIR/tls`.
    var encrypts: Bool
    var startedAt: Instant

    init(_ plan: ClusterPlan, startedAt: Instant = .now) {
        pid = getpid()
        gateway = plan.listen.reachable.url
        peers = plan.peers.mapValues(\.text)
        encrypts = plan.encrypts
        self.startedAt = startedAt
    }

    /// - Throws: `CommandFailure` when no cluster runs there.
    static func read(_ directory: DataDirectory) throws -> RunningCluster {
        guard access(directory.clusterFile.path, F_OK) == 0 else { throw noCluster(on: directory) }
        guard let text = directory.clusterFile.content else {
            throw CommandFailure(
                line: "Cannot read \(directory.clusterFile.path); run this as the user who runs the cluster.")
        }
        guard let cluster = try? JSONDecoder().decode(RunningCluster.self, from: Data(text.utf8)) else {
            throw CommandFailure(
                line: "\(directory.clusterFile.path) was written by another version; restart the cluster.")
        }
        guard cluster.isAlive, DirectoryLock.isHeld(directory.path) else { throw noCluster(on: directory) }
        return cluster
    }

    /// Whether `up` runs there now.
    static func runs(on directory: DataDirectory) -> Bool {
        access(directory.clusterFile.path, F_OK) == 0 && (try? read(directory)) != nil
    }

    /// Where the service is, and what proves who calls.
    func place(of service: String, in directory: DataDirectory, as caller: String = Peer.operator) throws -> PeerPlace {
        PeerPlace(
            service: service, address: try address(of: service), secretFile: directory.secretFile,
            certificates: encrypts ? directory.tlsFiles(of: caller) : nil)
    }

    /// - Throws: `CommandFailure` for a service that this cluster does not have.
    func address(of service: String) throws -> Address {
        guard let address = peers[service].flatMap({ Address($0) }) else {
            throw CommandFailure(
                line: "The cluster has no service \(service); it has \(peers.keys.sorted().joined(separator: ", ")).",
                code: CommandFailure.usage)
        }
        return address
    }

    func write(to directory: DataDirectory) throws {
        try directory.clusterFile.create(try JSONText.encode(self))
    }

    /// One that cannot be removed is recognised by its dead process.
    func remove(from directory: DataDirectory) { unlink(directory.clusterFile.path) }

    /// A process of another user is alive, too. After a restart of the machine the number may be anybody's.
    private var isAlive: Bool { pid > 0 && (kill(pid, 0) == 0 || errno == EPERM) }

    private static func noCluster(on directory: DataDirectory) -> CommandFailure {
        CommandFailure(
            line: "No cluster runs on \(directory.path); start it with `ibpipeline up --data-dir \(directory.path)`.")
    }
}
