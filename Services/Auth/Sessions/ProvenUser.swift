import Foundation

/// Who somebody has proved to be.
struct ProvenUser: Sendable {
    let id: UUID
    /// What his password was compared with; nil when he came without one.
    let hash: PasswordHash?
    /// Nil when he showed a password alone.
    let secondFactor: SecondFactor?
    /// What counts as failed until it is forgiven; nil where nothing was guessed.
    var attempt: SignInAttempt?
    let occasion: Occasion
}
