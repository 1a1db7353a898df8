import Contracts
import Crypto
import Foundation
import Logging
import Metrics
import Storage
import Synchronization
import TransparencyLog

/// Signs what the log has come to: each second, or as soon as `entriesMax` entries wait for it, and only when it grew.
///
/// A checkpoint is first kept in a file beside the database, then in its table, and from there it is published: whatever
/// crashes in between, or puts an older database in place, this log never signs a tree that contradicts one it has signed.
/// Where it would, it refuses, and signs nothing more until somebody has looked and started it anew. Any thread.
final class CheckpointSigner: Sendable {
    static let period = Duration.seconds(1)
    static let entriesMax = 100
    static let noteBytesMax = 4096
    /// A failure of the disk now and then is not worth a warning each second.
    private static let toleratedFailures = 2

    private struct State {
        /// Whether what was signed before has been read and found to be continued.
        var isPrepared = false
        var isBusy = false
        var last: Checkpoint?
        var unsigned = 0
        var failures = 0
        var refusal: SigningRefusal?
    }

    /// Under which name and by which keys this log signs, and signed before.
    let trusted: TrustedLog
    private let key: SignerKey?
    private let keyPath: String
    private let checkpoints: CheckpointStore
    private let file: DurableFile
    private let refused: @Sendable (SigningRefusal) -> Void
    private let logger: Logger
    private let state = Mutex(State())
    /// Something may be due; more of them are one.
    private let due = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))

    private let isSigning = Meter(label: "ibp_audit_signing")
    private let size = Meter(label: "ibp_audit_checkpoint_size")
    private let signedAt = Meter(label: "ibp_audit_checkpoint_timestamp_seconds")

    /// - Parameters:
    ///   - key: nil when it is not there; nothing is signed then.
    ///   - refused: called once, when the signer refuses to go on.
    init(
        _ settings: SigningSettings, key: Curve25519.Signing.PrivateKey?, store: Store, file: DurableFile,
        logger: Logger, refused: @escaping @Sendable (SigningRefusal) -> Void
    ) throws {
        self.key = try key.map { try SignerKey(name: settings.origin, .ed25519, $0) }
        keyPath = settings.keyFile.path
        trusted = TrustedLog(
            origin: settings.origin, keys: (self.key.map { [$0.verifier] } ?? []) + settings.previous)
        checkpoints = CheckpointStore(store: store)
        self.file = file
        self.logger = logger
        self.refused = refused
        if let key = self.key {
            logger.info("checkpoints are signed", metadata: ["log.vkey": "\(key.verifier.text)"])
        }
    }

    /// The checkpoint that was published last.
    var last: Checkpoint? { state.withLock { $0.last } }

    /// Why nothing is signed any more; nil while all is well.
    var refusal: SigningRefusal? { state.withLock { $0.refusal } }

    /// Until cancelled; once only.
    func run(pause: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }) async {
        await withDiscardingTaskGroup { group in
            group.addTask { [due] in
                while !Task.isCancelled {
                    due.continuation.yield()
                    try? await pause(Self.period)  // throws only when cancelled, which ends the loop
                }
            }
            for await _ in due.stream { await sign() }
        }
    }

    /// To be told how many entries were appended. Does not wait for the signature, so that intake goes on meanwhile.
    func took(_ count: Int) {
        let isDue = state.withLock { state in
            state.unsigned += count
            return state.unsigned >= Self.entriesMax
        }
        if isDue { due.continuation.yield() }
    }

    /// Signs the log as it stands, if it has grown. Returns at once while another call does; never throws: what goes wrong is
    /// logged, and tried again at the next call where that makes sense.
    func sign(at now: Instant = .now) async {
        guard let begun = begin() else { return }
        do {
            if !begun.isPrepared { try await prepare(at: now) }
            let published = try await publish(at: now)
            finish(published, unsigned: begun.unsigned, at: now)
        } catch let refusal as SigningRefusal {
            refuse(refusal)
        } catch {
            fail(error)
        }
    }

    private func begin() -> State? {
        state.withLock { state in
            guard !state.isBusy, state.refusal == nil else { return nil }
            state.isBusy = true
            return state
        }
    }

    /// Reads what was signed before, and takes over what a crash has left in the file alone.
    private func prepare(at now: Instant) async throws {
        guard key != nil else { throw SigningRefusal.keyMissing(path: keyPath) }
        let table = try await checkpoints.newestNote().map { try signed($0, in: .table) }
        let kept = try keptNote().map { try signed($0, in: .file) }
        let last = try SigningRules.last(table: table, file: kept)
        // Of both places: one that is behind the other was published as well.
        try await checkpoints.check([table, kept].compactMap { $0?.checkpoint }.sorted { $0.size < $1.size })
        if let last, last.checkpoint.size > table?.checkpoint.size ?? 0 {
            try await checkpoints.append(last, after: table?.checkpoint, at: now)
        }
        state.withLock { state in
            state.isPrepared = true
            state.last = last?.checkpoint
        }
    }

    private func keptNote() throws -> Data? {
        do { return try file.read(bytesMax: Self.noteBytesMax) } catch {
            throw SigningRefusal.lastUnreadable(.file, reason: "\(error)")
        }
    }

    private func signed(_ note: Data, in place: SigningRefusal.Place) throws -> SignedCheckpoint {
        do {
            return SignedCheckpoint(checkpoint: try trusted.open(note).checkpoint, note: try SignedNote(note))
        } catch {
            throw SigningRefusal.lastUnreadable(place, reason: "\(error)")
        }
    }

    /// Nil when the log has not grown.
    private func publish(at now: Instant) async throws -> Checkpoint? {
        let last = self.last
        guard let key, let tree = try await checkpoints.tree(after: last),
            let checkpoint = Checkpoint(origin: trusted.origin, size: tree.size, root: tree.root)
        else { return nil }
        var note = try SignedNote(text: checkpoint.text)
        note.add(try key.sign(note))
        // Before anybody can see it: what was published must still be known when the database is lost or replaced.
        try await file.write(note.bytes)
        try await checkpoints.append(SignedCheckpoint(checkpoint: checkpoint, note: note), after: last, at: now)
        return checkpoint
    }

    private func finish(_ published: Checkpoint?, unsigned: Int, at now: Instant) {
        let size = state.withLock { state in
            state.isBusy = false
            state.failures = 0
            state.unsigned -= unsigned
            if let published { state.last = published }
            return state.last?.size ?? 0
        }
        isSigning.set(1)
        self.size.set(Double(size))
        if published != nil { signedAt.set(Double(now.milliseconds) / 1000) }
    }

    private func refuse(_ refusal: SigningRefusal) {
        state.withLock { state in
            state.isBusy = false
            state.refusal = refusal
        }
        isSigning.set(0)
        logger.critical("no checkpoint is signed any more", metadata: ["reason": "\(refusal)"])
        refused(refusal)
    }

    private func fail(_ error: any Error) {
        let failures = state.withLock { state in
            state.isBusy = false
            state.failures += 1
            return state.failures
        }
        guard !Task.isCancelled else { return }
        logger.log(
            level: failures == Self.toleratedFailures ? .warning : .debug, "a checkpoint could not be kept",
            metadata: ["error": "\(error)"])
    }
}

extension CheckpointSigner {
    /// The signer of the log in this directory. A key is made where nothing was ever signed, and never later: another key
    /// in place of a lost one would be signed by nobody.
    ///
    /// Throws `SettingsError`.
    static func open(
        _ settings: SigningSettings, store: Store, directory: String, logger: Logger,
        refused: @escaping @Sendable (SigningRefusal) -> Void = { _ in }
    ) async throws -> CheckpointSigner {
        let file = DurableFile("\(directory)/checkpoint")
        var key = try settings.keyFile.read()
        if key == nil, !file.exists, try await CheckpointStore(store: store).newestNote() == nil {
            key = try settings.keyFile.create()
        }
        let signer = try CheckpointSigner(
            settings, key: key, store: store, file: file, logger: logger, refused: refused)
        await signer.sign()
        return signer
    }
}
