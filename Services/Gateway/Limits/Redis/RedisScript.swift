/// GCRA inside Redis: one call decides all budgets of a step at once, on the clock of Redis, in whole microseconds. A key
/// holds `tat:taken:gone` as `Bucket` does, and expires when its bucket is full again, so that Redis holds no more keys
/// than there are clients. Redis 5 or newer, or Valkey; not a cluster, because the keys of a call lie anywhere.
struct RedisScript: Sendable {
    let text: String

    private static let opening = """
        local time = redis.call('TIME')
        local now = time[1] * 1000000 + time[2]
        local function read(key)
          local tat, taken, gone = string.match(redis.call('GET', key) or '', '^(%d+):(%d+):(%d+)$')
          return tonumber(tat), tonumber(taken), tonumber(gone)
        end
        local function write(key, tat, taken, gone)
          redis.call('SET', key, string.format('%.0f:%.0f:%.0f', tat, taken, gone),
            'PX', string.format('%.0f', math.ceil((tat - now) / 1000) + 1))
        end

        """

    /// KEYS: buckets. ARGV: interval and burst of each. Answers three numbers for each: microseconds until the bucket is
    /// full, microseconds to wait (none unless above 0), and the number of the receipt.
    static let take = RedisScript(
        text: opening + """
            local admits, tats, takens, gones, answer = true, {}, {}, {}, {}
            for i = 1, #KEYS do
              local interval, burst = tonumber(ARGV[2 * i - 1]), tonumber(ARGV[2 * i])
              local tat, taken, gone = read(KEYS[i])
              if not tat then tat, taken, gone = now, now, 0 end
              local most = now + interval * burst
              if tat > most then tat, taken, gone = most, math.max(taken, now) + \(Bucket.stepOfVoid), 0 end
              tat = math.max(tat, now) + interval
              if tat > most then admits = false end
              tats[i], takens[i], gones[i] = tat, taken + 1, gone * 2 % 4294967296
              answer[3 * i - 2], answer[3 * i - 1], answer[3 * i] = tat - now, tat - most, taken + 1
            end
            if admits then
              for i = 1, #KEYS do write(KEYS[i], tats[i], takens[i], gones[i]) end
            end
            return answer
            """)

    /// KEYS: buckets. ARGV: interval and number of each receipt. What `Bucket.giveBack` does.
    static let giveBack = RedisScript(
        text: opening + """
            for i = 1, #KEYS do
              local interval, tat, taken, gone = tonumber(ARGV[2 * i - 1]), read(KEYS[i])
              local since = tat and taken - ARGV[2 * i] or -1
              if since >= 0 and not (since < 32 and math.floor(gone / 2 ^ since) % 2 == 1) then
                local later = since
                for bit = 0, math.min(since, 32) - 1 do later = later - math.floor(gone / 2 ^ bit) % 2 end
                if since < 32 then gone = gone + 2 ^ since end
                if tat > now and now + later * interval <= tat then
                  tat = math.max(tat - interval, now + later * interval)
                end
                if tat > now then write(KEYS[i], tat, taken, gone) else redis.call('DEL', KEYS[i]) end
              end
            end
            return 0
            """)

    func load() -> RESPCommand { RESPCommand("SCRIPT", "LOAD", text) }

    /// - Parameter digest: as `SCRIPT LOAD` said; nil to send the text itself, which also loads it.
    func call(_ digest: String?, _ keys: [String], _ arguments: [String]) -> RESPCommand {
        RESPCommand([digest == nil ? "EVAL" : "EVALSHA", digest ?? text, String(keys.count)] + keys + arguments)
    }
}

/// One unit that is wanted out of one budget.
struct SharedAsk: Sendable {
    /// Of the budget.
    let name: String
    let key: LimitKey
    let rate: GCRA

    init(_ name: String, _ key: LimitKey, _ rate: GCRA) {
        self.name = name
        self.key = key
        self.rate = rate
    }
}

/// What became of an ask.
struct SharedState: Sendable, Equatable {
    let decision: GCRA.Decision
    /// On the counter's clock. Nil when nothing was taken.
    let receipt: Bucket.Receipt?
}

/// One unit that comes back.
struct SharedReturn: Sendable {
    let name: String
    let key: LimitKey
    let receipt: Bucket.Receipt
}

extension RedisScript {
    private static let microsecond: Int64 = 1000

    static func key(_ name: String, _ key: LimitKey) -> String {
        "ibp:rate:" + name + ":" + String(key.high, radix: 16) + ":" + String(key.low, radix: 16)
    }

    /// Rounded up, as `GCRA` does.
    static func interval(_ rate: GCRA) -> Int64 { (rate.interval + microsecond - 1) / microsecond }

    static func keys(_ asks: [SharedAsk]) -> [String] { asks.map { key($0.name, $0.key) } }

    static func arguments(_ asks: [SharedAsk]) -> [String] {
        asks.flatMap { [String(interval($0.rate)), String($0.rate.burst)] }
    }

    static func keys(_ returns: [SharedReturn]) -> [String] { returns.map { key($0.name, $0.key) } }

    static func arguments(_ returns: [SharedReturn]) -> [String] {
        returns.flatMap { [String($0.receipt.interval), String($0.receipt.number)] }
    }

    /// What `take` answered; nil when it is not that.
    static func states(_ answer: RESPValue, _ asks: [SharedAsk]) -> [SharedState]? {
        guard case .array(let items) = answer, items.count == 3 * asks.count else { return nil }
        let numbers = items.compactMap { item in if case .integer(let number) = item { number } else { nil } }
        guard numbers.count == items.count, numbers.allSatisfy({ abs($0) < Int64.max / 2 / microsecond }) else {
            return nil
        }
        let isAdmitted = asks.indices.allSatisfy { numbers[3 * $0 + 1] <= 0 }
        return asks.enumerated().map { index, ask in
            let (reset, wait, number) = (numbers[3 * index], numbers[3 * index + 1], numbers[3 * index + 2])
            let interval = interval(ask.rate)
            let decision: GCRA.Decision =
                wait > 0
                ? .refused(retryNanoseconds: wait * microsecond)
                : .admitted(tat: reset, remaining: -wait / interval, resetNanoseconds: reset * microsecond)
            return SharedState(
                decision: decision,
                receipt: isAdmitted ? Bucket.Receipt(number: number, interval: interval) : nil)
        }
    }
}
