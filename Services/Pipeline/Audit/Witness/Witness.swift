import TransparencyLog

/// Cosigns what continues the checkpoint that it cosigned last (C2SP tlog-witness). An actor, because reading the last one,
/// deciding, and storing the new one must be one step, and because storing waits for the disk.
actor Witness {
    enum Answer: Sendable {
        case cosigned(NoteSignature)
        case refused(WitnessDecision)
    }

    nonisolated let verifier: VerifierKey
    private let key: SignerKey
    private let logs: [TrustedLog]
    private let store: WitnessStore
    private let seconds: @Sendable () -> Int64
    /// By the id of the origin: those of `logs`, none other.
    private var notes: [String: SignedNote] = [:]

    /// - Parameter seconds: since 1970.
    init(logs: [TrustedLog], key: SignerKey, store: WitnessStore, seconds: @escaping @Sendable () -> Int64) throws {
        self.logs = logs
        self.key = key
        self.store = store
        self.seconds = seconds
        verifier = key.verifier
        for log in logs {
            notes[WitnessStore.id(of: log.origin)] = try store.note(of: log.origin, cosignedBy: key.verifier)
        }
    }

    /// Throws when the checkpoint cannot be stored; then nothing is signed.
    func add(_ request: AddCheckpoint) throws -> Answer {
        let decision = WitnessDecision.on(request, of: logs) { last(of: $0) }
        guard case .accept(let checkpoint) = decision else { return .refused(decision) }
        let signature = try key.cosign(request.checkpoint, at: seconds())
        var note = try SignedNote(text: checkpoint.text)
        for known in knownSignatures(of: request.checkpoint, checkpoint.origin) { note.add(known) }
        note.add(signature)
        try store.keep(note, of: checkpoint.origin)
        notes[WitnessStore.id(of: checkpoint.origin)] = note
        return .cosigned(signature)
    }

    /// The checkpoint that it cosigned last.
    func last(of origin: String) -> Checkpoint? {
        note(WitnessStore.id(of: origin)).flatMap(Checkpoint.init(unverified:))
    }

    /// The same with its signatures, for those who compare it with what the log shows them.
    func note(_ id: String) -> SignedNote? { notes[id] }

    /// Verified with the decision; strangers' are not kept.
    private func knownSignatures(of note: SignedNote, _ origin: String) -> [NoteSignature] {
        let keys = logs.filter { $0.origin.utf8.elementsEqual(origin.utf8) }.flatMap(\.keys)
        return note.signatures.filter { signature in
            keys.contains { $0.id == signature.keyID && $0.name.utf8.elementsEqual(signature.name.utf8) }
        }
    }
}
