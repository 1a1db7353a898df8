import Foundation
import NIOCore
import NIOHTTP1
import ServiceKit

/// All budgets of the gateway. A request draws from that of its address first, before its token is looked at, and from the
/// narrower ones once it is known whose it is. When one of them is empty, whatever it drew before is given back.
struct RateLimits: Sendable {
    let address: RateLimiter
    let user: RateLimiter
    let write: RateLimiter
    let heavy: RateLimiter
    let signIn: RateLimiter
    let signInAccount: RateLimiter
    let refresh: RateLimiter
    /// Nanoseconds on a monotonic clock.
    var clock: @Sendable () -> Int64 = { Int64(NIODeadline.now().uptimeNanoseconds) }
    /// Asked instead of the own counts while it answers.
    var shared: RedisCounter?

    /// One unit out of one budget.
    struct Ask: Sendable {
        let limiter: RateLimiter
        let key: LimitKey
    }

    init(_ rate: (BudgetName) throws -> GCRA) rethrows {
        func limiter(_ name: BudgetName) throws -> RateLimiter { RateLimiter(name.label, try rate(name)) }
        address = try limiter(.address)
        user = try limiter(.user)
        write = try limiter(.write)
        heavy = try limiter(.heavy)
        signIn = try limiter(.signIn)
        signInAccount = try limiter(.signInAccount)
        refresh = try limiter(.refresh)
    }

    init(_ reader: inout SettingsReader) throws {
        try self.init { name in
            let help = "\(name.meaning), as COUNT/UNIT:BURST such as 50/s:100, 10/m:20"
            let text = try reader.string(name.settingKey, default: name.standard, help)
            guard let rate = GCRA(text: text) else {
                throw SettingsError("\(SettingsReader.variable(name.settingKey)) is \(text), but must be \(help)")
            }
            return rate
        }
    }

    /// The same budgets, counted together with other gateways where there is a counter.
    func sharing(_ counter: RedisCounter?) -> RateLimits {
        var limits = self
        limits.shared = counter
        return limits
    }

    subscript(_ name: BudgetName) -> RateLimiter {
        switch name {
        case .address: address
        case .user: user
        case .write: write
        case .heavy: heavy
        case .signIn: signIn
        case .signInAccount: signInAccount
        case .refresh: refresh
        }
    }

    /// Counts go on; budgets that are not named have the rate of the settings again.
    func apply(_ rates: [BudgetName: GCRA]) {
        for name in BudgetName.allCases { self[name].change(to: rates[name], now: clock()) }
    }

    /// What a request draws beside the unit of its address.
    /// - Parameters:
    ///   - body: a sign-in's, which names the account.
    ///   - device: what a browser shows that signs in. It has a budget of its own, so that nobody who tries the same account
    ///     uses up its owner's; auth, which alone knows devices, holds up those that were made up.
    func narrow(
        _ limit: LimitClass, _ method: HTTPMethod, user id: UUID?, address key: LimitKey, body: ByteBuffer,
        device: Substring? = nil
    ) -> [Ask] {
        switch limit {
        case .refresh: return [Ask(limiter: refresh, key: key)]
        case .signIn:
            guard let account = LimitKey(signIn: body.readableBytesView, device: device) else {
                return [Ask(limiter: signIn, key: key)]
            }
            return [Ask(limiter: signIn, key: key), Ask(limiter: signInAccount, key: account)]
        case .standard, .heavy:
            guard let id else { return [] }
            let key = LimitKey(id)
            var asks = [Ask(limiter: user, key: key)]
            switch method {
            case .POST, .PUT, .PATCH, .DELETE: asks.append(Ask(limiter: write, key: key))
            default: break
            }
            if limit == .heavy { asks.append(Ask(limiter: heavy, key: key)) }
            return asks
        }
    }

    /// Takes one unit out of each budget, or none at all. A budget that refuses also undoes what `outcome` says was taken
    /// in earlier steps. Stays where the caller runs, and suspends only to ask a shared counter.
    nonisolated(nonsending) func take(_ asks: [Ask], _ outcome: inout RateLimitOutcome) async {
        guard !asks.isEmpty, outcome.retryAfterSeconds == nil else { return }
        if let shared {
            let terms = asks.map { $0.limiter.terms(for: $0.key) }
            let states = await shared.take(zip(asks, terms).map { SharedAsk($0.limiter.name, $0.key, $1.rate) })
            if let states, states.count == asks.count {
                for ((ask, terms), state) in zip(zip(asks, terms), states) { outcome.add(ask, terms, state) }
                // The script has taken all or none.
                if outcome.retryAfterSeconds != nil { undo(&outcome) }
                return
            }
        }
        let now = clock()
        for ask in asks {
            // After a refusal only to know how long to wait.
            let isLookOnly = outcome.retryAfterSeconds != nil
            outcome.add(ask, isLookOnly ? ask.limiter.look(ask.key, now: now) : ask.limiter.take(ask.key, now: now))
        }
        if outcome.retryAfterSeconds != nil { undo(&outcome) }
    }

    private func undo(_ outcome: inout RateLimitOutcome) {
        var returns: [SharedReturn] = []
        outcome.undo { ask, receipt in
            switch receipt {
            case .own(let receipt): ask.limiter.giveBack(ask.key, receipt, now: clock())
            case .shared(let receipt):
                returns.append(SharedReturn(name: ask.limiter.name, key: ask.key, receipt: receipt))
            }
        }
        if !returns.isEmpty { shared?.giveBack(returns) }
    }
}
