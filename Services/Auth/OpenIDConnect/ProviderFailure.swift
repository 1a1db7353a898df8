/// What went wrong with the provider. For logs and tests only; none of it holds a code, a token or a person's name.
enum ProviderFailure: Error, Sendable, Equatable {
    case unreachable(String)
    /// It answered, but with this.
    case status(Int)
    /// It sends us elsewhere; nobody is followed, for a sign-in goes where the operator and the provider's own document say.
    case redirect
    case tooSlow
    case tooLarge
    /// Not the JSON that it must be.
    case malformed
    /// The document is of another issuer than the one asked.
    case issuer
    /// A member is missing or no URL that a sign-in may go to.
    case endpoint(String)
    /// It does not do what we need.
    case unsupported(String)
    /// It refused the code, with this error of RFC 6749 section 5.2.
    case refused(String)
    /// What it said of the person belongs to somebody else.
    case subject
}
