import ServiceKit
import Synchronization

/// Wakes everybody who waits for news. Subscribe first, then look, then wait: so nothing falls between.
final class Listeners: Sendable {
    /// Gateways are few; more than this are somebody's mistake.
    static let listenersMax = 256

    private struct State {
        var next = 0
        var bells: [Int: Bell] = [:]
    }

    /// Letting go of it ends it.
    final class Subscription: Sendable {
        let bell: Bell
        private let id: Int
        private let listeners: Listeners

        fileprivate init(_ id: Int, _ bell: Bell, _ listeners: Listeners) {
            self.id = id
            self.bell = bell
            self.listeners = listeners
        }

        deinit { listeners.state.withLock { _ = $0.bells.removeValue(forKey: id) } }
    }

    private let state = Mutex(State())

    /// Nil when too many listen already.
    func subscribe() -> Subscription? {
        let bell = Bell()
        let id: Int? = state.withLock { state in
            guard state.bells.count < Self.listenersMax else { return nil }
            state.next += 1
            state.bells[state.next] = bell
            return state.next
        }
        return id.map { Subscription($0, bell, self) }
    }

    func ring() {
        let bells = state.withLock { Array($0.bells.values) }
        for bell in bells { bell.ring() }
    }

    var count: Int { state.withLock { $0.bells.count } }
}
