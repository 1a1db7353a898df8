/// GCRA inside Redis: one call decides all budgets of a step at once, on the clock of Redis, in whole microseconds. A key
/// holds `tat:returns` as `Bucket` does, and expires when its bucket is full again, so that Redis holds no more keys than
/// there are clients. Redis 5 or newer, or Valkey; not a cluster, because the keys of a call lie anywhere.
struct RedisScript: Sendable {
    let text: String

    /// KEYS: buckets. ARGV: interval and burst of each. Answers four numbers for each: microseconds until the bucket is
    /// full, microseconds to wait (none unless above 0), and the TAT and returns of the receipt.
    static let take = RedisScript(
        text: """
            local time = redis.call('TIME')
            local now = time[1] * 1000000 + time[2]
            local admits, tats, returns, answer = true, {}, {}, {}
            for i = 1, #KEYS do
              local interval, burst = tonumber(ARGV[2 * i - 1]), tonumber(ARGV[2 * i])
              local tat, count = string.match(redis.call('GET', KEYS[i]) or '', '^(%d+):(%d+)$')
              tat, count = tonumber(tat) or now, tonumber(count) or now
              local most = now + interval * burst
              if tat > most then tat, count = most, math.max(count, now) + \(Bucket.returnsOfVoid) end
              tat = math.max(tat, now) + interval
              if tat > most then admits = false end
              tats[i], returns[i] = tat, count
              answer[4 * i - 3], answer[4 * i - 2], answer[4 * i - 1], answer[4 * i] = tat - now, tat - most, tat, count
            end
            if admits then
              for i = 1, #KEYS do
                redis.call('SET', KEYS[i], string.format('%.0f:%.0f', tats[i], returns[i]),
                  'PX', string.format('%.0f', math.ceil((tats[i] - now) / 1000) + 1))
              end
            end
            return answer
            """)

    /// KEYS: buckets. ARGV: interval of each, and TAT and returns of its receipt. What `Bucket.giveBack` does.
    static let giveBack = RedisScript(
        text: """
            local time = redis.call('TIME')
            local now = time[1] * 1000000 + time[2]
            for i = 1, #KEYS do
              local tat, count = string.match(redis.call('GET', KEYS[i]) or '', '^(%d+):(%d+)$')
              tat, count = tonumber(tat), tonumber(count)
              if tat then
                local interval, others = tonumber(ARGV[3 * i - 2]), count - ARGV[3 * i]
                local credit = math.min(interval, ARGV[3 * i - 1] - now - others * interval)
                if others >= 0 and credit > 0 then
                  tat = tat - credit
                  if tat <= now then
                    redis.call('DEL', KEYS[i])
                  else
                    redis.call('SET', KEYS[i], string.format('%.0f:%.0f', tat, count + 1),
                      'PX', string.format('%.0f', math.ceil((tat - now) / 1000) + 1))
                  end
                end
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
        returns.flatMap { [String($0.receipt.interval), String($0.receipt.tat), String($0.receipt.returns)] }
    }

    /// What `take` answered; nil when it is not that.
    static func states(_ answer: RESPValue, _ asks: [SharedAsk]) -> [SharedState]? {
        guard case .array(let items) = answer, items.count == 4 * asks.count else { return nil }
        let numbers = items.compactMap { item in if case .integer(let number) = item { number } else { nil } }
        guard numbers.count == items.count, numbers.allSatisfy({ abs($0) < Int64.max / 2 / microsecond }) else {
            return nil
        }
        let isAdmitted = asks.indices.allSatisfy { numbers[4 * $0 + 1] <= 0 }
        return asks.enumerated().map { index, ask in
            let (reset, wait, tat, returns) = (
                numbers[4 * index], numbers[4 * index + 1], numbers[4 * index + 2], numbers[4 * index + 3]
            )
            let interval = interval(ask.rate)
            let decision: GCRA.Decision =
                wait > 0
                ? .refused(retryNanoseconds: wait * microsecond)
                : .admitted(tat: tat, remaining: -wait / interval, resetNanoseconds: reset * microsecond)
            return SharedState(
                decision: decision,
                receipt: isAdmitted ? Bucket.Receipt(tat: tat, returns: returns, interval: interval) : nil)
        }
    }
}
