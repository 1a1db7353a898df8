import Contracts
import Foundation
import NIOCore
import NIOPosix
import RPC
import Storage

/// Backs up a cluster that serves: every service fixes its state at about the same moment, consumers before their sources,
/// and is then fetched, one after the other.
struct RunningBackup: Sendable {
    let places: [PeerPlace]
    let work: LongWork
    private static let connectionWait = Duration.seconds(5)

    /// The service's state is fixed when this exists.
    private struct Fixed {
        let service: String
        var parts: RPCStream<BackupPart>.Iterator

        /// The next part that is no progress.
        mutating func manifest(_ report: BackupProgress.Report) async throws -> BackupPart? {
            while let part = try await parts.next() {
                guard case .progress(let step, let done, let total) = part else { return part }
                guard let step = BackupProgress.Step(rawValue: step) else { continue }
                try report(BackupProgress(step, done: done, of: total))
            }
            return nil
        }
    }

    func write(to set: BackupSet) async throws -> [ServiceReport] {
        let clients = try places.map { place in
            let configuration = try place.configuration(
                as: Peer.operator, timeout: TimeAmount(Self.connectionWait))
            return (
                place, RPCClient(configuration, group: MultiThreadedEventLoopGroup.singleton.next(), logger: .silent)
            )
        }
        return try await withThrowingTaskGroup(of: Void.self) { tasks in
            for (_, client) in clients { tasks.addTask { await client.run() } }
            defer { tasks.cancelAll() }
            var fixed: [Fixed] = []
            for (place, client) in clients { fixed.append(try await fix(place, client)) }
            let waiting = fixed
            return try await set.write { service, folder in
                guard let fixed = waiting.first(where: { $0.service == service }) else {
                    throw CommandFailure(line: "The cluster has no service \(service).")
                }
                return try await fetch(fixed, folder)
            }
        }
    }

    private func fix(_ place: PeerPlace, _ client: RPCClient) async throws -> Fixed {
        do {
            var parts = try client.stream(BackupMethods.take, Nothing()).makeAsyncIterator()
            guard case .taken = try await parts.next() else { throw Self.unexpected(place.service) }
            return Fixed(service: place.service, parts: parts)
        } catch let fault as RPCFault {
            throw CommandFailure(line: "\(place.text): \(fault.headline)")
        }
    }

    private func fetch(_ fixed: Fixed, _ folder: BackupFolder) async throws -> Backup {
        var fixed = fixed
        let service = fixed.service
        do {
            guard case .manifest(let json) = try await fixed.manifest(work.report(service)) else {
                throw Self.unexpected(service)
            }
            let receiver = try BackupReceiver(folder, manifest: json)
            do {
                let report = work.report(service)
                var done: Int64 = 0
                while let part = try await fixed.parts.next() {
                    guard case .bytes(let bytes) = part else { throw Self.unexpected(service) }
                    try receiver.write(bytes)
                    done += Int64(bytes.count)
                    try report(BackupProgress(.receiving, done: done, of: receiver.bytes))
                }
                return try receiver.finish(progress: report)
            } catch {
                receiver.abandon()
                throw error
            }
        } catch let fault as RPCFault {
            throw CommandFailure(line: "\(service): \(fault.headline)")
        }
    }

    private static func unexpected(_ service: String) -> CommandFailure {
        CommandFailure(line: "\(service) answered something else than a backup; it may be of another version.")
    }
}
