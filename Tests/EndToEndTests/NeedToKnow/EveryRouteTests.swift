import Foundation
import Testing

/// Need-to-know at the public door, over every operation that the suite documents; those to come are in by themselves.
@Test(.timeLimit(.minutes(5)))
func noRouteTellsAStrangerOfADeal() async throws {
    let limits = ["ADDRESS", "USER", "WRITE", "HEAVY", "SIGNIN", "SIGNIN_ACCOUNT"].map {
        ("IBP_RATE_\($0)", "10000/s:10000")
    }
    try await Cluster.with(environment: Root.settings.merging(limits) { $1 }) { cluster in
        let deal = try await SecretDeal(cluster)
        let operations = try await DocumentedOperation.all(of: deal.owner).filter(\.isAboutDeals)
        #expect(operations.count > 40)
        for stranger in deal.strangers {
            for operation in operations {
                for place in operation.places(deal.ids) {
                    let hidden = try await operation.ask(stranger.browser, at: place.hidden, deal.markers)
                    #expect(deal.markers.found(in: hidden.all) == [], "\(stranger.role): \(operation.name)")
                    // Asked twice of the same place, it may not do the same twice.
                    guard place.hidden != place.absent else { continue }
                    let absent = try await operation.ask(stranger.browser, at: place.absent, deal.markers)
                    #expect(
                        hidden.verdict == absent.verdict,
                        "\(stranger.role) can tell a hidden deal from none by \(operation.name)")
                }
            }
        }
        #expect(try await deal.owner.get("/api/deals/\(deal.ids[0])").status == 200)
    }
}

/// Whoever listens to what happens hears nothing of a deal that he may not see, not even that there is one.
@Test(.timeLimit(.minutes(5)))
func noStreamTellsAStrangerOfADeal() async throws {
    try await Cluster.with(environment: Root.settings) { cluster in
        let deal = try await SecretDeal(cluster)
        let own = try await EventEar(deal.owner)
        let others = try await deal.strangers.asyncMap { ($0.role, try await EventEar($0.browser)) }
        // The second is sent after all that the first caused.
        for word in ["first", "second"] {
            try await deal.change(to: word)
            try await own.hears(deal.ids[0])
        }
        for (role, ear) in others {
            let heard = ear.text
            #expect(deal.markers.found(in: heard) == [], "\(role)")
            #expect(deal.ids.filter { heard.contains($0) } == [], "\(role)")
        }
    }
}

extension Sequence {
    fileprivate func asyncMap<T>(_ transform: (Element) async throws -> T) async rethrows -> [T] {
        var out: [T] = []
        for element in self { out.append(try await transform(element)) }
        return out
    }
}
