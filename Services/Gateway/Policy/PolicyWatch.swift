import Foundation
import Logging
import Metrics

/// Takes over a changed policy file: when its file changes, which is looked at once a second, or when somebody asks. One
/// that cannot be used is reported once, and the old policy stays.
///
/// An actor, because a look at the file and a call for a reload must not overtake each other.
actor PolicyWatch {
    private static let lookEvery = Duration.seconds(1)

    private let path: String
    private let logger: Logger
    private let apply: @Sendable (Policy) throws -> Void
    private var policy: Policy
    private var stamp: PolicyFile.Stamp?
    private var lastError = ""
    private let applied = Counter(label: "ibp_policy_reloads_total", dimensions: [("result", "applied")])
    private let refused = Counter(label: "ibp_policy_reloads_total", dimensions: [("result", "refused")])

    /// Reads and applies the file as it is now.
    /// - Parameter apply: puts a policy into effect, wholly or, when it throws, not at all.
    /// - Throws: what is wrong with the file: at the start there is no old policy to keep.
    init(path: String, logger: Logger, apply: @escaping @Sendable (Policy) throws -> Void) throws {
        self.path = path
        self.logger = logger
        self.apply = apply
        // Before the reading, so that a change during it is seen later.
        stamp = PolicyFile.Stamp(path)
        policy = try PolicyFile.read(path)
        try apply(policy)
        applied.increment(by: 0)
        refused.increment(by: 0)
    }

    func run() async throws {
        while true {
            try await Task.sleep(for: Self.lookEvery)
            reloadIfChanged()
        }
    }

    func reloadIfChanged() {
        let now = PolicyFile.Stamp(path)
        guard now != stamp else { return }
        stamp = now
        reload(isAsked: false)
    }

    /// Reads the file whether or not it has changed: what SIGHUP wants.
    func reload() {
        stamp = PolicyFile.Stamp(path)
        reload(isAsked: true)
    }

    private func reload(isAsked: Bool) {
        do {
            let new = try PolicyFile.read(path)
            let changes = new.changes(from: policy)
            try apply(new)
            policy = new
            lastError = ""
            applied.increment()
            guard !changes.isEmpty || isAsked else { return }
            logger.notice("new policy", metadata: ["policy.changes": .array(changes.map { .string($0) })])
        } catch {
            refused.increment()
            guard "\(error)" != lastError || isAsked else { return }
            lastError = "\(error)"
            logger.error("the new policy cannot be used; the old one stays", metadata: ["error": "\(error)"])
        }
    }
}
