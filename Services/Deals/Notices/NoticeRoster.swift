import Contracts
import Foundation
import RPC
import ServiceKit

/// Who watches, how far each has been told, and who is to look again: pure, so that the order in which commits, reads and
/// sends may come can be tried out. At most 1 000 watches, 8 of one user.
struct NoticeRoster {
    static let watchesMax = 1000
    static let watchesOfUserMax = 8

    enum Turn: Equatable {
        /// There may be something for him after this number.
        case read(after: Int64)
        /// Nothing; all up to this number is told or not for him.
        case wait(told: Int64)
    }

    fileprivate enum Phase {
        case waiting
        /// Deals of which he lost sight while he reads, perhaps after what he reads was fixed.
        case reading(lost: Set<UUID>)
        /// Deals that the notices on their way to him are about, and when he loses sight of one of them by time alone.
        case sending(Set<UUID>, ends: Instant?, hasLostSight: Bool)
    }

    fileprivate struct Watch {
        let caller: Caller
        let bell: Bell
        var told: Int64
        /// There may be something after `told`. Where this is false, `told` is not behind `newest`.
        var isDue = true
        var phase = Phase.waiting
    }

    private var watches: [Int: Watch] = [:]
    private var ofUser: [UUID: Int] = [:]
    private var lastID = 0
    /// All up to here has been heard.
    private(set) var newest: Int64 = 0

    var count: Int { watches.count }

    /// - Parameter newest: the newest number there is, or was a moment ago.
    mutating func join(_ caller: Caller, _ bell: Bell, after: Int64, newest: Int64) throws(RPCFault) -> Int {
        guard watches.count < Self.watchesMax, ofUser[caller.id, default: 0] < Self.watchesOfUserMax else {
            throw .tooManyStreams
        }
        // While nobody watched, nobody listened.
        if watches.isEmpty { self.newest = newest }
        lastID += 1
        ofUser[caller.id, default: 0] += 1
        watches[lastID] = Watch(caller: caller, bell: bell, told: after)
        return lastID
    }

    mutating func leave(_ id: Int) {
        guard let user = watches.removeValue(forKey: id)?.caller.id else { return }
        let left = ofUser[user, default: 1] - 1
        ofUser[user] = left > 0 ? left : nil
    }

    /// What a watch does next; what was on its way to the reader has arrived.
    mutating func turn(of id: Int) -> Turn {
        guard let watch = watches[id] else { return .wait(told: newest) }
        watches[id]?.phase = watch.isDue ? .reading(lost: []) : .waiting
        return watch.isDue ? .read(after: watch.told) : .wait(told: watch.told)
    }

    /// Takes over what was read; the notices are then on their way.
    /// - Returns: false when it must be read anew, because sight of a deal in it was lost meanwhile.
    mutating func take(_ page: NoticePage, for id: Int, at now: Instant) -> Bool {
        guard var watch = watches[id], case .reading(let lost) = watch.phase else { return false }
        let deals = Set(page.notices.compactMap(\.dealId))
        guard lost.isDisjoint(with: deals), !isOver(page.sightEnds, at: now) else { return false }
        watch.told = page.through
        watch.isDue = page.through < newest
        watch.phase = deals.isEmpty ? .waiting : .sending(deals, ends: page.sightEnds, hasLostSight: false)
        watches[id] = watch
        return true
    }

    func hasLostSight(_ id: Int, at now: Instant) -> Bool {
        guard case .sending(_, let ends, let hasLostSight) = watches[id]?.phase else { return false }
        return hasLostSight || isOver(ends, at: now)
    }

    func sightEnds(of id: Int) -> Instant? {
        if case .sending(_, let ends, _) = watches[id]?.phase { ends } else { nil }
    }

    /// Passes over those who may see nothing of it: a look-up for each watch and event, no read.
    /// - Returns: the bells of those who must look.
    mutating func hear(_ news: News, at now: Instant) -> [Bell] {
        newest = max(newest, news.through)
        var bells: [Bell] = []
        // By index: a copy of the keys would hold on to the dictionary, and the first change then copy it.
        var index = watches.startIndex
        while index != watches.endIndex {
            if let bell = watches.values[index].hear(news, newest: newest, at: now) { bells.append(bell) }
            watches.formIndex(after: &index)
        }
        return bells
    }
}

extension NoticeRoster.Watch {
    fileprivate mutating func hear(_ news: News, newest: Int64, at now: Instant) -> Bell? {
        switch phase {
        case .waiting:
            guard !isDue else { return nil }
            isDue = news.items.contains { $0.sequence > told && news.isSeen($0.deal, by: caller, at: now) }
            if !isDue { told = max(told, newest) }
            return isDue ? bell : nil
        case .reading(let lost):
            phase = .reading(lost: lost.union(news.items.map(\.deal).filter { !news.isSeen($0, by: caller, at: now) }))
            return nil
        case .sending(let deals, var ends, var hasLostSight):
            isDue = told < newest
            let before = ends
            for item in news.items where deals.contains(item.deal) {
                hasLostSight = hasLostSight || !news.isSeen(item.deal, by: caller, at: now)
                ends = earlier(ends, news.audiences[item.deal]?.sight(of: caller, at: now).guestUntil)
            }
            phase = .sending(deals, ends: ends, hasLostSight: hasLostSight)
            // Who waits for a moment that is nearer now must know of it.
            return hasLostSight || ends != before ? bell : nil
        }
    }
}

private func isOver(_ end: Instant?, at now: Instant) -> Bool { end.map { $0 <= now } ?? false }

extension RPCFault {
    fileprivate static let tooManyStreams = RPCFault(
        .resourceExhausted, "too_many_streams", "Too many streams are open.", retryAfterMilliseconds: 5000,
        isNotExecuted: true)
}
