import Contracts

/// How a deal counts in a league table: with its whole value to each adviser, or shared by all of them.
enum LeagueCredit {
    /// Roles of parties that advise beside us.
    static let advisers: [PartyRole] = [.coAdviser, .bookrunner, .coManager]

    /// The parts of a value, the first ones larger by a minor unit where it does not go into so many; they add up to it.
    static func proRata(_ minorUnits: Int64, among advisers: Int) -> [Int64] {
        guard advisers > 0 else { return [] }
        let (share, rest) = minorUnits.quotientAndRemainder(dividingBy: Int64(advisers))
        return (0..<advisers).map { share + (Int64($0) < rest ? 1 : 0) }
    }

    /// What a deal is ranked by: what was paid for the enterprise in mergers, what was raised or lent in all others.
    static func rankValue(type: DealType, value: Money?, enterpriseValue: Money?) -> Money? {
        switch type {
        case .sellSideMA, .buySideMA: enterpriseValue ?? value
        default: value
        }
    }

    /// An opinion alone earns no credit.
    static func counts(_ type: DealType) -> Bool { type != .fairnessOpinion }
}
