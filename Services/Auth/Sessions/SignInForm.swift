import Contracts
import RPC

/// What somebody signs in with.
enum SignInForm: Sendable {
    case password(email: String, String, SecondProof?)
    /// Alone: it says who it is, and was unlocked by its owner, which are two factors.
    case passkey(PasskeyAssertion)

    /// What stands beside the password.
    enum SecondProof: Sendable {
        /// Of an authenticator app, or a recovery code.
        case code(String)
        case passkey(PasskeyAssertion)
    }

    /// Longer than a recovery code with all its dashes.
    private static let codeLengthMax = 40

    /// Throws all that is wrong at once.
    init(_ input: SignIn) throws {
        if let passkey = input.passkey, input.email == nil, input.password == nil, input.code == nil {
            self = .passkey(passkey)
            return
        }
        var faults: [FieldFault] = []
        for (field, value) in [("email", input.email), ("password", input.password)] where value == nil {
            faults.append(FieldFault(field, "missing", "is required, unless a passkey stands alone"))
        }
        if let code = input.code {
            if code.unicodeScalars.count > Self.codeLengthMax {
                faults.append(FieldFault("code", "too_long", "must have \(Self.codeLengthMax) characters at most"))
            }
            if input.passkey != nil { faults.append(FieldFault("code", "one_of", "must not come with a passkey")) }
        }
        guard let email = input.email, let password = input.password, faults.isEmpty else {
            throw RPCFault.invalid(faults)
        }
        self = .password(
            email: email, password, input.passkey.map(SecondProof.passkey) ?? input.code.map(SecondProof.code))
    }
}
