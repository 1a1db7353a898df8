import Testing

@testable import gateway

private let second: Int64 = 1_000_000_000

/// Whether every window of the admissions holds at most burst + rate × length.
private func isBounded(_ admissions: [Int64], _ rate: GCRA) -> Bool {
    admissions.indices.allSatisfy { first in
        admissions.indices[first...].allSatisfy { last in
            // count × seconds ≤ burst × seconds + rate × length, in whole numbers.
            let over = Int64(last - first + 1) - rate.burst
            return over * rate.seconds * second <= (admissions[last] - admissions[first]) * rate.count
        }
    }
}

private func isAdmitted(_ decision: GCRA.Decision) -> Bool {
    if case .admitted = decision { true } else { false }
}

@Test func burstIsAdmittedAtOnceAndThenTheRate() {
    let rate = GCRA(count: 10, perSeconds: 1, burst: 5)
    var tat: Int64 = 0
    var admitted = 0
    for _ in 0..<20 {
        if case .admitted(let next, _, _) = rate.decide(tat: tat, now: second) {
            tat = next
            admitted += 1
        }
    }
    #expect(admitted == 5)
    #expect(rate.decide(tat: tat, now: second) == .refused(retryNanoseconds: second / 10))
    #expect(isAdmitted(rate.decide(tat: tat, now: second + second / 10)), "the announced wait was too short")
}

@Test func refusedRequestsCostNothing() {
    let rate = GCRA(count: 1, perSeconds: 60, burst: 1)
    var bucket = Bucket(now: second)
    #expect(isAdmitted(bucket.take(rate, now: second).0))
    // However often it asks meanwhile, the client is admitted at the same moment.
    for tries: Int64 in 1..<60 {
        let before = bucket
        let (decision, receipt) = bucket.take(rate, now: second + tries * second)
        #expect(decision == .refused(retryNanoseconds: (60 - tries) * second))
        #expect(receipt == nil)
        #expect(bucket == before)
    }
    #expect(isAdmitted(bucket.take(rate, now: 61 * second).0))
}

@Test func anyWindowAdmitsAtMostBurstPlusRateTimesLength() {
    for _ in 0..<50 {
        let rate = GCRA(
            count: .random(in: 1...1000), perSeconds: [1, 60, 3600].randomElement() ?? 1, burst: .random(in: 1...50))
        var bucket = Bucket(now: second)
        var now = second
        var admissions: [Int64] = []
        for _ in 0..<200 {
            now += Int64.random(in: 0...(2 * rate.interval))
            if isAdmitted(bucket.take(rate, now: now).0) { admissions.append(now) }
        }
        #expect(isBounded(admissions, rate), "\(rate)")
    }
}

@Test(arguments: ["1/m:1", "3/s:1", "7/m:2", "7/s:3", "11/h:1", "999999/s:1"])
func lowAndOddRatesAreExact(_ text: String) throws {
    let rate = try #require(GCRA(text: text))
    var bucket = Bucket(now: second)
    var now = second
    var admissions: [Int64] = []
    // As greedy as can be: asks again the very moment it was told.
    while admissions.count < 300 {
        switch bucket.take(rate, now: now).0 {
        case .admitted: admissions.append(now)
        case .refused(let wait): now += wait
        }
    }
    #expect(isBounded(admissions, rate))
    // And not less than the rate either, but for the part of a nanosecond each.
    let exact = Double(300 - rate.burst) * Double(rate.seconds * second) / Double(rate.count)
    #expect(Double(now - second) <= exact + 300)
}

@Test func takingAndGivingBackIsAsIfNothingHadHappened() throws {
    for _ in 0..<200 {
        let rate = GCRA(count: .random(in: 1...100), perSeconds: 1, burst: .random(in: 1...10))
        var bucket = Bucket(now: second)
        var now = second
        for _ in 0..<Int.random(in: 0...12) {
            now += Int64.random(in: 0...rate.interval)
            _ = bucket.take(rate, now: now)
        }
        let before = bucket
        guard let receipt = bucket.take(rate, now: now).1 else { continue }
        now += Int64.random(in: 0...(2 * rate.interval))
        bucket.giveBack(receipt, rate, now: now)
        for _ in 0..<20 {
            #expect(rate.decide(tat: bucket.tat, now: now) == rate.decide(tat: before.tat, now: now))
            now += Int64.random(in: 0...rate.interval)
        }
    }
}

@Test func whatIsGivenBackNeverLiftsTheBound() {
    for _ in 0..<300 {
        let rate = GCRA(count: .random(in: 1...20), perSeconds: 1, burst: .random(in: 1...6))
        var bucket = Bucket(now: second)
        var now = second
        var held: [(at: Int64, receipt: Bucket.Receipt)] = []
        var kept: [Int64] = []
        for _ in 0..<150 {
            now += Int64.random(in: 0...rate.interval)
            if Bool.random(), let index = held.indices.randomElement() {
                bucket.giveBack(held.remove(at: index).receipt, rate, now: now)
            } else if let receipt = bucket.take(rate, now: now).1 {
                if Bool.random() { kept.append(now) } else { held.append((now, receipt)) }
            }
        }
        // What nobody gave back counts as admitted.
        #expect(isBounded((kept + held.map(\.at)).sorted(), rate), "\(rate)")
    }
}

@Test func unitsComeBackInAnyOrderAndNoneIsLost() throws {
    let rate = GCRA(count: 1, perSeconds: 60, burst: 30)
    for _ in 0..<50 {
        var bucket = Bucket(now: second)
        var receipts: [Bucket.Receipt] = []
        while let receipt = bucket.take(rate, now: second).1 { receipts.append(receipt) }
        #expect(receipts.count == 30)
        for receipt in receipts.shuffled() { bucket.giveBack(receipt, rate, now: second) }
        #expect(bucket.tat == second)
    }
}

@Test func aReceiptCountsOnce() throws {
    let rate = GCRA(count: 1, perSeconds: 1, burst: 3)
    var bucket = Bucket(now: second)
    let receipt = try #require(bucket.take(rate, now: second).1)
    _ = bucket.take(rate, now: second)
    bucket.giveBack(receipt, rate, now: second)
    let once = bucket
    bucket.giveBack(receipt, rate, now: second)
    #expect(bucket == once)
}

@Test func underASmallerBurstNobodyOwesMoreThanAnEmptyBucket() throws {
    let old = GCRA(count: 1, perSeconds: 1, burst: 10)
    let new = GCRA(count: 1, perSeconds: 1, burst: 2)
    var bucket = Bucket(now: second)
    let receipt = try #require(bucket.take(old, now: second).1)
    for _ in 1..<10 { _ = bucket.take(old, now: second) }
    bucket.clip(to: new, now: second)
    #expect(bucket.tat == second + 2 * second)
    bucket.giveBack(receipt, new, now: second)
    #expect(bucket.tat == second + 2 * second)
}

@Test(arguments: [
    ("50/s:100", 20_000_000, 100), ("10/m:20", 6_000_000_000, 20), ("1/h:1", 3_600_000_000_000, 1),
    ("3/s:1", 333_333_334, 1),
])
func ratesAreWrittenAsCountUnitAndBurst(_ text: String, _ interval: Int64, _ burst: Int64) {
    #expect(GCRA(text: text)?.interval == interval)
    #expect(GCRA(text: text)?.burst == burst)
    #expect(GCRA(text: text)?.description == text)
}

@Test(arguments: ["", "50", "50/s", "50/s:", "0/s:1", "1/s:0", "x/s:1", "1/d:1", "-1/s:1", "1/s:1:1"])
func otherRatesAreRefused(_ text: String) { #expect(GCRA(text: text) == nil) }
