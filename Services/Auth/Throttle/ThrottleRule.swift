/// Of whom failed sign-ins are counted.
enum ThrottleKind: String, Sendable, CaseIterable {
    /// The e-mail that was named, whether there is such a user or not.
    case account
    /// Where the attempt came from: an IPv4 address, or an IPv6 network.
    case address
    /// That account from that address.
    case pair
    /// A browser that its user has signed in with before.
    case device

    var rule: ThrottleRule {
        switch self {
        case .account: ThrottleRule(firstFailure: 6, firstSeconds: 30, lastSeconds: 3600)
        // Later: many people may share an address.
        case .address: ThrottleRule(firstFailure: 20, firstSeconds: 10, lastSeconds: 900)
        // Sooner and shorter: stops a program that tries one account, before others that sign in to it notice.
        case .pair: ThrottleRule(firstFailure: 4, firstSeconds: 5, lastSeconds: 900)
        // As the account's, for whoever has stolen the device.
        case .device: ThrottleRule(firstFailure: 6, firstSeconds: 30, lastSeconds: 3600)
        }
    }
}

/// How long one waits after so many failures in a row: longer and longer, and never for good, because a lock would let
/// anybody keep anybody out.
///
/// NIST SP 800-63B-4 section 3.2.2 allows 100 failures in a row for an account, and names waits that grow from 30 s to
/// 1 h. Here whoever guesses has 13 tries in the first two hours, then one an hour, and needs four days for the hundred.
struct ThrottleRule: Sendable, Hashable {
    /// The failure that is the first to be followed by a wait.
    let firstFailure: Int
    let firstSeconds: Int64
    /// Each wait is twice the one before, up to this.
    let lastSeconds: Int64

    func waitSeconds(failures: Int) -> Int64 {
        guard failures >= firstFailure else { return 0 }
        // Beyond, every wait is the last one.
        let doublings = min(failures - firstFailure, 32)
        return min(firstSeconds << Int64(doublings), lastSeconds)
    }
}
