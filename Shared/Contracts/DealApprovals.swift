/// What a second person is asked to approve.
package enum ApprovalKind: String, Codable, Sendable, CaseIterable {
    /// That the firm takes the mandate.
    case engagement
    /// What a committee has looked at, such as a fairness opinion.
    case fairnessCommittee = "fairness_committee"
    /// That the deal enters one stage.
    case stage
    /// That a deal which has ended is opened again.
    case reopen
}
