/// The budgets of the gateway: their names in response fields, settings and the policy file.
enum BudgetName: String, Sendable, CaseIterable {
    case address, user, write, heavy, signIn, signInAccount, refresh

    /// In `RateLimit-Policy`.
    var label: String {
        switch self {
        case .signIn: "sign-in"
        case .signInAccount: "sign-in-account"
        default: rawValue
        }
    }

    /// `rate.signin.account` for `IBP_RATE_SIGNIN_ACCOUNT`.
    var settingKey: String {
        switch self {
        case .signIn: "rate.signin"
        case .signInAccount: "rate.signin.account"
        default: "rate.\(rawValue)"
        }
    }

    var standard: String {
        switch self {
        case .address: "200/s:400"
        case .user: "50/s:100"
        case .write: "20/s:40"
        case .heavy: "5/s:20"
        case .signIn: "1/s:20"
        case .signInAccount: "10/m:10"
        case .refresh: "5/s:50"
        }
    }

    var meaning: String {
        switch self {
        case .address: "requests of one address"
        case .user: "requests of one signed-in user"
        case .write: "changes by one signed-in user"
        case .heavy: "costly requests of one signed-in user"
        case .signIn: "sign-in attempts of one address"
        case .signInAccount: "sign-in attempts for one account"
        case .refresh: "token refreshes of one address"
        }
    }
}
