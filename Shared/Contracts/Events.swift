package import Foundation
package import RPC

/// The calls by which consumers read a producer's outbox, the same on every service that has one. This one asks page by
/// page; see `subscribe` for the stream. Numbers up to 0x001F are theirs.
package enum EventMethods {
    package static let pull = RPCMethod<EventPull, EventPage>(
        0x0010, "events.pull", callers: [Peer.health], isIdempotent: true, isLongPoll: true)
}

/// Asks for what came after a sequence number; waits for the next commit when there is nothing yet.
package struct EventPull: Codable, Sendable {
    package var after: Int64
    /// 1 ... 500
    package var limit: Int
    /// How long to wait for the first event, 0 ... 20 000.
    package var waitMilliseconds: Int

    package init(after: Int64, limit: Int, waitMilliseconds: Int) {
        self.after = after
        self.limit = limit
        self.waitMilliseconds = waitMilliseconds
    }
}

/// What came after the number that was asked for, oldest first.
package struct EventPage: Codable, Sendable {
    package var events: [SequencedEvent]
    /// The producer's newest sequence number: with `events` it tells how far behind the consumer is.
    package var newest: Int64

    package init(events: [SequencedEvent], newest: Int64) {
        self.events = events
        self.newest = newest
    }
}

/// An event and its number in its producer's outbox.
package struct SequencedEvent: Codable, Sendable {
    package var sequence: Int64
    package var event: Event

    package init(sequence: Int64, event: Event) {
        self.sequence = sequence
        self.event = event
    }
}

/// What happened, once: written to the outbox in the transaction of the change itself.
package struct Event: Codable, Sendable, Hashable {
    package var id: UUID
    /// `deal.created`, `session.failed`, …: see `EventType`.
    package var type: String
    package var time: Instant
    package var actor: EventActor
    package var subject: EventSubject
    /// The subject's version after the change; 0 where it has none.
    package var version: Int64
    package var changes: [FieldChange]
    package var requestId: String?
    package var traceId: String?
    /// Only where the type does not tell it.
    package var outcome: EventOutcome?

    package init(
        id: UUID = UUIDv7.make(), type: String, time: Instant, actor: EventActor, subject: EventSubject,
        version: Int64 = 0, changes: [FieldChange] = [], requestId: String? = nil, traceId: String? = nil,
        outcome: EventOutcome? = nil
    ) {
        self.id = id
        self.type = type
        self.time = time
        self.actor = actor
        self.subject = subject
        self.version = version
        self.changes = changes
        self.requestId = requestId
        self.traceId = traceId
        self.outcome = outcome
    }

    /// What consumers may subscribe to.
    package static let topics = ["deals", "users"]
    /// One of them; `audit` for what is done with the log and with events themselves.
    package var topic: String {
        if EventSubject.kindsOfAudit.contains(subject.kind) { return "audit" }
        return EventSubject.kindsOfUsers.contains(subject.kind) ? "users" : "deals"
    }
}

/// How it ended for who wanted it: `refused` was not allowed, `failed` was allowed and did not come about.
package enum EventOutcome: String, Codable, Sendable, CaseIterable { case success, refused, failed }

/// Who did it. `kind` is `user`, `service` or `anonymous`; `address` is the client's as the gateway saw it.
package struct EventActor: Codable, Sendable, Hashable {
    package var kind: String
    package var id: String
    package var session: UUID?
    package var address: String?

    package init(kind: String, id: String, session: UUID? = nil, address: String? = nil) {
        self.kind = kind
        self.id = id
        self.session = session
        self.address = address
    }
}

/// What it was done to: a `deal`, an `organization`, a `pipeline` (whose id is its deal type), the firm's `rates`, an
/// `export`, a `user`, a `session`, a `webhook`, ….
package struct EventSubject: Codable, Sendable, Hashable {
    package var kind: String
    package var id: String
    /// A deal's number; never a name, which would leak through logs of the log.
    package var number: String?

    /// What people are and sign in with, and what administrators set up; all else belongs to the deals.
    static let kindsOfUsers: Set = ["user", "invitation", "session", "token", "passkey", "key", "webhook"]
    /// The log itself, one of its entries, and an event that an operator had taken in or passed over.
    static let kindsOfAudit: Set = ["log", "entry", "event"]

    package init(kind: String, id: String, number: String? = nil) {
        self.kind = kind
        self.id = id
        self.number = number
    }
}

/// One field before and after, as display text. Left empty for secret deals, whose events carry ids only.
package struct FieldChange: Codable, Sendable, Hashable {
    package var field: String
    package var before: String?
    package var after: String?

    package init(_ field: String, before: String?, after: String?) {
        self.field = field
        self.before = before
        self.after = after
    }
}

/// The types of all events. Consumers and the log know them by these names, which never change.
package enum EventType {
    package static let dealCreated = "deal.created"
    package static let dealUpdated = "deal.updated"
    /// Of a secret deal: somebody opened it. Once per person, deal and ten minutes.
    package static let dealRead = "deal.read"
    package static let dealDeleted = "deal.deleted"
    package static let dealRestored = "deal.restored"
    package static let dealRetentionDecided = "deal.retention.decided"
    package static let customFieldCreated = "custom_field.created"
    package static let customFieldUpdated = "custom_field.updated"
    package static let dealStageChanged = "deal.stage.changed"
    package static let dealStageOverridden = "deal.stage.overridden"
    package static let dealApprovalRequested = "deal.approval.requested"
    package static let dealApprovalDecided = "deal.approval.decided"
    package static let dealTeamAdded = "deal.team.added"
    package static let dealTeamRemoved = "deal.team.removed"
    package static let dealCounterpartyAdded = "deal.counterparty.added"
    package static let dealCounterpartyUpdated = "deal.counterparty.updated"
    package static let dealCounterpartyRemoved = "deal.counterparty.removed"
    package static let dealCounterpartyStepRecorded = "deal.counterparty.step.recorded"
    package static let dealCounterpartyStepVoided = "deal.counterparty.step.voided"
    package static let dealNDAAdded = "deal.nda.added"
    package static let dealNDAUpdated = "deal.nda.updated"
    package static let dealActivityAdded = "deal.activity.added"
    package static let dealActivityChanged = "deal.activity.changed"
    package static let dealActivityRemoved = "deal.activity.removed"
    package static let dealTaskAdded = "deal.task.added"
    package static let dealTaskChanged = "deal.task.changed"
    package static let dealTaskDone = "deal.task.done"
    package static let dealTaskRemoved = "deal.task.removed"
    package static let dealDocumentAdded = "deal.document.added"
    package static let dealDocumentReplaced = "deal.document.replaced"
    package static let dealDocumentRemoved = "deal.document.removed"
    package static let documentDownloaded = "document.downloaded"
    package static let dealWallCrossingRequested = "deal.wallcrossing.requested"
    package static let dealWallCrossingGranted = "deal.wallcrossing.granted"
    package static let dealWallCrossingRefused = "deal.wallcrossing.refused"
    package static let dealWallCrossingEnded = "deal.wallcrossing.ended"
    package static let dealBreakGlass = "deal.break_glass"
    package static let dealPartyAdded = "deal.party.added"
    package static let dealPartyUpdated = "deal.party.updated"
    package static let dealPartyRemoved = "deal.party.removed"
    package static let dealFeeAdded = "deal.fee.added"
    package static let dealFeeUpdated = "deal.fee.updated"
    package static let dealFeeRemoved = "deal.fee.removed"
    package static let dealRoundAdded = "deal.round.added"
    package static let dealRoundUpdated = "deal.round.updated"
    package static let dealBidAdded = "deal.bid.added"
    package static let dealBidUpdated = "deal.bid.updated"
    package static let dealBidWithdrawn = "deal.bid.withdrawn"
    package static let dealCreditsSet = "deal.credits.set"
    package static let dealTailSet = "deal.tail.set"
    package static let dealTailRemoved = "deal.tail.removed"
    /// The deal was lost or withdrawn, and its tail runs from that day.
    package static let dealTailStarted = "deal.tail.started"
    /// The deal was opened again, and its tail has no days until it ends once more.
    package static let dealTailStopped = "deal.tail.stopped"
    package static let organizationCreated = "organization.created"
    package static let organizationUpdated = "organization.updated"
    package static let organizationPublished = "organization.published"
    package static let organizationMerged = "organization.merged"
    package static let organizationUnmerged = "organization.unmerged"
    package static let personAdded = "person.added"
    package static let personUpdated = "person.updated"
    package static let personRemoved = "person.removed"
    package static let pipelineUpdated = "pipeline.updated"
    package static let exportPerformed = "export.performed"
    package static let importValidated = "import.validated"
    package static let importCommitted = "import.committed"
    package static let importReverted = "import.reverted"
    package static let importRemoved = "import.removed"
    package static let conflictCheckRequested = "conflict.check.requested"
    package static let conflictCheckClaimed = "conflict.check.claimed"
    package static let listEntryPlaced = "list_entry.placed"
    package static let listEntryUpdated = "list_entry.updated"
    package static let listEntryLifted = "list_entry.lifted"
    package static let dealApprovalVoted = "deal.approval.voted"
    package static let conflictDecided = "conflict.decided"
    package static let ratesChanged = "rates.changed"
    package static let ratesImported = "rates.imported"
    package static let userCreated = "user.created"
    package static let userUpdated = "user.updated"
    package static let userRoleChanged = "user.role.changed"
    package static let userDisabled = "user.disabled"
    package static let userEnabled = "user.enabled"
    package static let invitationCreated = "invitation.created"
    package static let invitationAccepted = "invitation.accepted"
    package static let invitationRevoked = "invitation.revoked"
    package static let identityLinked = "identity.linked"
    package static let identityRoleKept = "identity.role.kept"
    package static let sessionStarted = "session.started"
    package static let sessionFailed = "session.failed"
    package static let sessionRefreshed = "session.refreshed"
    package static let sessionReused = "session.reused"
    package static let sessionRevoked = "session.revoked"
    package static let passwordChanged = "password.changed"
    package static let passwordRefused = "password.refused"
    package static let passwordRehashed = "password.rehashed"
    package static let passwordReset = "password.reset"
    package static let passwordResetRequested = "password.reset.requested"
    package static let keyCreated = "key.created"
    package static let keyRotated = "key.rotated"
    package static let keyRetired = "key.retired"
    package static let tokenCreated = "token.created"
    package static let tokenRevoked = "token.revoked"
    package static let factorAdded = "factor.added"
    package static let factorRemoved = "factor.removed"
    package static let factorReset = "factor.reset"
    package static let recoveryUsed = "recovery.used"
    package static let recoveryRenewed = "recovery.renewed"
    package static let passkeyAdded = "passkey.added"
    package static let passkeyRemoved = "passkey.removed"
    package static let passkeyCloned = "passkey.cloned"
    package static let webhookCreated = "webhook.created"
    package static let webhookUpdated = "webhook.updated"
    package static let webhookRemoved = "webhook.removed"
    package static let webhookSecretRotated = "webhook.secret.rotated"
    package static let webhookDisabled = "webhook.disabled"
    package static let webhookReplayed = "webhook.replayed"
    /// Sent to an endpoint that is tried out; it stands in no outbox.
    package static let webhookTest = "webhook.test"
    package static let eventRedriven = "event.redriven"
    package static let eventSkipped = "event.skipped"
    package static let auditSearched = "audit.searched"
    package static let auditExported = "audit.exported"
    package static let auditVerified = "audit.verified"
    package static let auditEntryRedacted = "audit.entry.redacted"
    package static let auditUserErased = "audit.user.erased"
    package static let auditHoldPlaced = "audit.hold.placed"
    package static let auditHoldLifted = "audit.hold.lifted"
    package static let auditPruned = "audit.pruned"
}

extension EventActor {
    /// The signed-in user of a call, the operator at his command line, who counts as a service, or `anonymous` at a public
    /// route.
    package init(_ context: RPCContext) {
        if let identity = context.identity {
            self.init(
                kind: "user", id: identity.subject.text, session: identity.session, address: context.clientAddress)
        } else if context.peer == Peer.operator {
            self = .service(Peer.operator)
        } else {
            self.init(kind: "anonymous", id: "", address: context.clientAddress)
        }
    }

    package static func service(_ name: String) -> EventActor { EventActor(kind: "service", id: name) }
}
