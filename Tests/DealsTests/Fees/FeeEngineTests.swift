import Contracts
import Foundation
import Testing

@testable import deals

private func known<T>(_ value: T?, _ what: String) -> T {
    guard let value else { preconditionFailure("\(what) is none") }
    return value
}
private func currency(_ code: String) -> Currency { known(Currency(code: code), code) }
private func usd(_ amount: String) -> Money { known(Money(amount: amount, currency: currency("USD")), amount) }
private func percent(_ text: String) -> Percent { known(Percent(text), text) }

private func fee(_ kind: FeeKind, _ basis: FeeBasis, _ change: (inout FeeTerms) -> Void) -> FeeEngine.Fee {
    var terms = FeeTerms(kind: kind, basis: basis, currency: "USD")
    change(&terms)
    return FeeEngine.Fee(id: UUID(), terms: terms)
}

private func lines(_ fees: [FeeEngine.Fee], at value: Money) throws -> [FeeEngine.Line] {
    try FeeEngine(fees: fees).lines(
        at: FeeEngine.Values(enterpriseValue: value, equityValue: value, proceeds: value)
    ).map { try $0.get() }
}

/// 1 % up to 100 million, 1.5 % of the next 100, 2.5 % of the rest.
private let scale = [
    FeeTier(upTo: usd("100000000"), percent: percent("1")), FeeTier(upTo: usd("200000000"), percent: percent("1.5")),
    FeeTier(upTo: nil, percent: percent("2.5")),
]

struct FeeExampleTests {
    /// Of 250 million: 1 000 000 + 1 500 000 + 1 250 000.
    @Test func tiersTakeEachSliceAtItsOwnRate() throws {
        let success = fee(.success, .tiered) { ($0.base, $0.tiers) = (.enterpriseValue, scale) }
        #expect(try lines([success], at: usd("250000000"))[0].due == usd("3750000").minorUnits)
        #expect(try lines([success], at: usd("100000000"))[0].due == usd("1000000").minorUnits)
        #expect(try lines([success], at: usd("100000000.01"))[0].due == usd("1000000").minorUnits)
    }

    /// Of 250 million, all at 2.5 %.
    @Test func wholeMethodTakesAllAtTheRateOfItsTier() throws {
        let success = fee(.success, .tiered) {
            ($0.base, $0.tiers, $0.tierMethod) = (.enterpriseValue, scale, .whole)
        }
        #expect(try lines([success], at: usd("250000000"))[0].due == usd("6250000").minorUnits)
        #expect(try lines([success], at: usd("100000000"))[0].due == usd("1000000").minorUnits)
    }

    /// 1 % of 80 million is 800 000, the minimum 2 000 000. Six retainers of 50 000 are credited by half: 150 000 off.
    @Test func minimumHoldsBeforeRetainersAreCredited() throws {
        let success = fee(.success, .percent) {
            ($0.base, $0.percent, $0.minimum) = (.enterpriseValue, percent("1"), usd("2000000"))
        }
        let retainer = fee(.retainer, .monthly) {
            ($0.amount, $0.months) = (usd("50000"), 6)
            ($0.creditedAgainst, $0.creditPercent) = (success.id, percent("50"))
        }
        let found = try lines([retainer, success], at: usd("80000000"))
        #expect(found[0].due == usd("300000").minorUnits && found[0].limit == nil)
        #expect(found[1].computed == usd("800000").minorUnits && found[1].limit == .minimum)
        #expect(found[1].amount == usd("2000000").minorUnits && found[1].due == usd("1850000").minorUnits)
        #expect(found[1].credits == [FeeEngine.Credit(from: retainer.id, units: usd("150000").minorUnits)])
    }

    /// A success fee of 100 000 against which 300 000 and then 50 000 were paid: nothing is due, and nothing comes back.
    @Test func creditsNeverMakeAFeeNegative() throws {
        let success = fee(.success, .flat) { $0.amount = usd("100000") }
        let retainer = fee(.retainer, .flat) { ($0.amount, $0.creditedAgainst) = (usd("300000"), success.id) }
        let announcement = fee(.announcement, .flat) { ($0.amount, $0.creditedAgainst) = (usd("50000"), success.id) }
        let found = try lines([success, retainer, announcement], at: usd("1"))
        #expect(found[0].due == 0)
        #expect(found[0].credits.map(\.units) == [usd("100000").minorUnits, 0])
    }

    @Test func capIsTheLastWord() throws {
        let success = fee(.success, .tiered) {
            ($0.base, $0.tiers, $0.cap) = (.equityValue, scale, usd("3000000"))
        }
        let found = try lines([success], at: usd("250000000"))[0]
        #expect(found.computed == usd("3750000").minorUnits && found.limit == .cap)
        #expect(found.due == usd("3000000").minorUnits)
    }

    /// 7 % of 100 million, 20/20/60: 1.4, 1.4 and 4.2 million, of which 40, 30 and 25 % are ours: 2 030 000.
    @Test func spreadIsSharedByItsParts() throws {
        let spread = fee(.grossSpread, .percent) {
            ($0.base, $0.percent) = (.proceeds, percent("7"))
            $0.spread = SpreadSplit(
                management: percent("20"), underwriting: percent("20"), selling: percent("60"),
                ourManagement: percent("40"), ourUnderwriting: percent("30"), ourSelling: percent("25"))
        }
        let found = try lines([spread], at: usd("100000000"))[0]
        #expect(found.spread == [usd("1400000"), usd("1400000"), usd("4200000")].map(\.minorUnits))
        #expect(found.ours == usd("2030000").minorUnits)
    }

    @Test func whatIsNotKnownSaysWhy() {
        let success = fee(.success, .percent) { ($0.base, $0.percent) = (.proceeds, percent("1")) }
        let engine = FeeEngine(fees: [success])
        func reason(_ values: FeeEngine.Values) -> FeeEngine.Unknown? {
            guard case .failure(let unknown)? = engine.lines(at: values).first else { return nil }
            return unknown.reason
        }
        #expect(reason(FeeEngine.Values(enterpriseValue: usd("1"))) == .baseMissing)
        let euros = Money(minorUnits: 100, currency: currency("EUR"))
        #expect(reason(FeeEngine.Values(proceeds: euros)) == .baseInOtherCurrency)
    }

    /// 0.5 % of one, three and five dollars: half a cent goes to the even one.
    @Test func halvesGoToTheEvenUnit() throws {
        let success = fee(.success, .percent) { ($0.base, $0.percent) = (.proceeds, percent("0.5")) }
        #expect(try ["1", "3", "5"].map { try lines([success], at: usd($0))[0].due } == [0, 2, 2])
    }
}

struct FeePropertyTests {
    private func randomTiers() -> [FeeTier] {
        var top: Int64 = 0
        let open = (0..<Int.random(in: 0...4)).map { _ in
            top += Int64.random(in: 1...100_000_000_000)
            return FeeTier(upTo: Money(minorUnits: top, currency: currency("USD")), percent: randomPercent())
        }
        return open + [FeeTier(upTo: nil, percent: randomPercent())]
    }

    private func randomPercent() -> Percent { Percent(units: .random(in: 0...10_000_000)) ?? .zero }
    private func randomUnits() -> Int64 { .random(in: 0...1_000_000_000_000) }
    private func money(_ units: Int64) -> Money { Money(minorUnits: units, currency: currency("USD")) }

    @Test func feesGrowWithTheValueAndNothingIsBelowZero() throws {
        for _ in 0..<2000 {
            let bounds = [randomUnits() / 100, randomUnits() / 100].sorted()
            let success = fee(.success, .tiered) {
                ($0.base, $0.tiers) = (.enterpriseValue, randomTiers())
                if Bool.random() { $0.minimum = money(bounds[0]) }
                if Bool.random() { $0.cap = money(bounds[1]) }
                $0.ourShare = randomPercent()
            }
            let retainer = fee(.retainer, .flat) {
                ($0.amount, $0.creditedAgainst, $0.creditPercent) = (
                    money(randomUnits() / 50), success.id, randomPercent()
                )
            }
            let values = (0..<8).map { _ in randomUnits() }.sorted()
            let found = try values.map { try lines([retainer, success], at: money($0))[1] }
            #expect(zip(found, found.dropFirst()).allSatisfy { $0.due <= $1.due && $0.ours <= $1.ours })
            for line in found {
                #expect(line.due >= 0 && line.ours >= 0 && line.ours <= line.due)
                #expect(line.due + line.credits.reduce(0) { $0 + $1.units } == line.amount)
            }
        }
    }

    @Test func sharesAddUpExactly() {
        for _ in 0..<5000 {
            var (left, parts): (Int64, [Percent]) = (Percent.wholeUnits, [])
            for _ in 0..<Int.random(in: 0...6) {
                let part = Int64.random(in: 0...left)
                parts.append(Percent(units: part) ?? .zero)
                left -= part
            }
            parts.append(Percent(units: left) ?? .zero)
            let total = Int64.random(in: 0...(.max))
            let shares = ExactShare.split(total, by: parts)
            #expect(shares.reduce(0, +) == total)
            for (share, part) in zip(shares, parts) {
                let exact = ExactShare.numerator(total, part) / Int128(Percent.wholeUnits)
                #expect(share == exact || Int128(share) == exact + 1)
            }
        }
    }

    @Test func percentsRoundTrip() {
        for _ in 0..<2000 {
            let value = Percent(units: .random(in: 0...Percent.wholeUnits)) ?? .zero
            #expect(Percent(value.text) == value)
        }
        #expect(
            ["", ".", "1.", ".5", "-1", "+1", "100.000001", "1.0000001", "1e2", "0100"].allSatisfy {
                Percent($0) == nil
            })
    }
}
