import Contracts
import Foundation
import RPC
import Testing

@testable import deals

struct FieldConflictTests {
    @Test func whatOthersDidNotTouchIsChangedFromAnOlderVersion() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let read = try await desk.deal("Falcon", by: banker)
            _ = try await desk.update(read, as: banker) { $0.sector = .set("Food") }
            let both = try await desk.update(read, as: banker) { $0.nextStep = .set("call") }
            #expect(both.version == 3 && both.sector == "Food" && both.nextStep == "call")
        }
    }

    @Test func onlyWhatBothChangedIsInTheWay() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let read = try await desk.deal("Falcon", by: banker)
            let usd = try #require(Currency(code: "USD"))
            let theirs = try await desk.update(read, as: banker) {
                $0.sector = .set("Food")
                $0.country = .set("DE")
                $0.value = .set(Money(minorUnits: 1, currency: usd))
            }
            let refused = try await fault("version_mismatch") {
                try await desk.update(read, as: banker) {
                    $0.value = .clear
                    $0.sector = .clear
                    $0.nextStep = .set("call")
                }
            }
            #expect(refused.status == .aborted && refused.conflictingFields == ["sector", "value"])
            let current = try #require(refused.current)
            #expect(try JSONDecoder().decode(Deal.self, from: Data(current.utf8)) == theirs)
            #expect(try await desk.get(read, as: banker) == theirs)
        }
    }

    /// There and back is a change all the same: who read the value between may have acted on it.
    @Test func aFieldThatIsAsItWasHasChangedTwice() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let read = try await desk.deal("Falcon", by: banker)
            let there = try await desk.update(read, as: banker) { $0.sector = .set("Food") }
            _ = try await desk.update(there, as: banker) { $0.sector = .clear }
            let refused = try await fault("version_mismatch") {
                try await desk.update(read, as: banker) { $0.sector = .set("Steel") }
            }
            #expect(refused.conflictingFields == ["sector"])
        }
    }

    @Test func whatAMoveSetIsInTheWayOfAPatchAndAnyChangeOfAMove() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let read = try await desk.deal("Falcon", by: banker)
            _ = try await desk.move(read, to: "pitch", as: banker) { $0.conflictStatus = .set(.pending) }
            let refused = try await fault("version_mismatch") {
                try await desk.update(read, as: banker) { $0.probability = .set(50) }
            }
            #expect(refused.conflictingFields == ["probability"])
            let move = Move(toStage: "on_hold", reason: "markets")
            let strict = try await fault("version_mismatch") {
                try await desk.call(DealMethods.move, move, as: banker, on: [read.id.text], ifMatch: read.version)
            }
            #expect(strict.conflictingFields.isEmpty)
        }
    }

    @Test(arguments: [0, -1, 3, Int64.max, Int64.min])
    func aVersionThatNeverWasIsPlainlyRefused(version: Int64) async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let deal = try await desk.deal("Falcon", by: banker)
            _ = try await desk.update(deal, as: banker) { $0.sector = .set("Food") }
            let refused = try await fault("version_mismatch") {
                try await desk.update(deal, as: banker, version: version) { $0.nextStep = .set("call") }
            }
            #expect(refused.conflictingFields.isEmpty && refused.current != nil)
        }
    }

    /// From one version, at the same time: of those on one field one wins, and those on other fields are all there.
    @Test func nothingIsLostSilentlyAndNothingIsRefusedNeedlessly() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            var deal = try await desk.deal("Falcon", by: banker)
            for round in 1...10 {
                let read = deal
                let outcomes = await withTaskGroup(of: RPCFault?.self) { group in
                    for writer in 0..<6 {
                        group.addTask {
                            do {
                                _ = try await desk.update(read, as: banker) {
                                    switch writer {
                                    case 0: $0.sector = .set("s\(round)")
                                    case 1: $0.description = .set("d\(round)")
                                    default: $0.nextStep = .set("\(round) by \(writer)")
                                    }
                                }
                                return nil
                            } catch { return error as? RPCFault }
                        }
                    }
                    return await group.reduce(into: []) { $0.append($1) }
                }
                #expect(outcomes.filter { $0 == nil }.count == 3)
                #expect(outcomes.compactMap { $0?.conflictingFields } == Array(repeating: ["nextStep"], count: 3))
                deal = try await desk.get(deal, as: banker)
                #expect(deal.version == read.version + 3)
                #expect(deal.sector == "s\(round)" && deal.description == "d\(round)")
                #expect(deal.nextStep?.hasPrefix("\(round) by") == true)
            }
        }
    }
}
