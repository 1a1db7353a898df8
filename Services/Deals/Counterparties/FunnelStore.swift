import Contracts
import Foundation
import GRDB
import RPC
import Storage

/// How many counterparties of a deal came how far.
struct FunnelStore: Sendable {
    let store: Store

    func funnel(_ reference: DealReference, by caller: Caller) async throws -> CounterpartyFunnel {
        try await store.read { db in
            let deal = try DealRows.seen(reference, by: caller, may: .read, in: db).deal
            return try Self.funnel(of: deal.id, in: db)
        }
    }

    static func funnel(of deal: UUID, in db: Database) throws -> CounterpartyFunnel {
        let progress = try db.cachedStatement(
            sql: """
                SELECT furthest, status, COUNT(*) FROM counterparty WHERE deal_id = ? AND removed_ms IS NULL
                GROUP BY furthest, status
                """)
        var ended = [Int](repeating: 0, count: CounterpartyStepKind.onward.count)
        var left: [CounterpartyStepKind: Int] = [:]
        for row in try Row.fetchAll(progress, arguments: [deal]) {
            let (furthest, status, count): (Int, CounterpartyStepKind, Int) = (row[0], try row.choice(1), row[2])
            ended[furthest] += count
            if status.isExit { left[status, default: 0] += count }
        }
        return CounterpartyFunnel(ended: ended, left: left, recorded: try recorded(of: deal, in: db))
    }

    /// How many came at least so far, by the step.
    static func reached(of deal: UUID, in db: Database) throws -> [CounterpartyStepKind: Int] {
        let steps = try funnel(of: deal, in: db).steps
        return Dictionary(uniqueKeysWithValues: steps.map { ($0.step, $0.reached) })
    }

    /// One that is removed has no steps that stand.
    private static func recorded(of deal: UUID, in db: Database) throws -> [CounterpartyStepKind: Int] {
        let statement = try db.cachedStatement(
            sql: """
                SELECT step, COUNT(DISTINCT counterparty_id) FROM counterparty_step
                WHERE deal_id = ? AND voided_ms IS NULL GROUP BY step
                """)
        var counts: [CounterpartyStepKind: Int] = [:]
        for row in try Row.fetchAll(statement, arguments: [deal]) { counts[try row.choice(0)] = row[1] }
        return counts
    }
}

extension CounterpartyFunnel {
    /// - Parameters:
    ///   - ended: how many came no further than each step, by its place.
    ///   - left: how many have left, by how.
    ///   - recorded: how many have a step of each kind.
    init(ended: [Int], left: [CounterpartyStepKind: Int], recorded: [CounterpartyStepKind: Int]) {
        var (steps, reached): ([FunnelStep], Int) = ([], ended.reduce(0, +))
        var before: Int?
        for (step, count) in zip(CounterpartyStepKind.onward, ended) {
            let conversion = before.flatMap { $0 > 0 ? (reached * 2000 + $0) / ($0 * 2) : nil }
            // Whoever is on the list was identified.
            let own = step == .identified ? reached : recorded[step] ?? 0
            steps.append(FunnelStep(step: step, reached: reached, recorded: own, conversionTenths: conversion))
            before = reached
            reached -= count
        }
        self.init(
            total: ended.reduce(0, +), steps: steps,
            left: CounterpartyStepKind.exits.map { FunnelExit(status: $0, count: left[$0] ?? 0) })
    }
}
