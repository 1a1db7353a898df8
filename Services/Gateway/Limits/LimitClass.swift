/// Which budgets a route draws from, beside the one that every address has.
enum LimitClass: String, Sendable {
    case standard
    /// Lists with a count, audit verification, exports, event streams: one of them costs what many others do.
    case heavy
    /// Guessing passwords and set-up tokens must be slow.
    case signIn = "sign-in"
    case refresh

    /// Signing in and refreshing must work for a client that still sends its dead token along.
    var looksAtCredentials: Bool { self == .standard || self == .heavy }
}
