/// Compliance's answer to a conflict check: `cleared`, `cleared_with_conditions` or `declined`.
package struct ConflictDecision: Codable, Sendable {
    package var decision: ConflictStatus
    package var note: String?
    package var expiresOn: BusinessDate?

    package init(decision: ConflictStatus, note: String? = nil, expiresOn: BusinessDate? = nil) {
        self.decision = decision
        self.note = note
        self.expiresOn = expiresOn
    }
}
