import Contracts
import Foundation
import GRDB
import RPC
import Storage
import Testing

@testable import deals

/// Who sees many deals is answered from a bounded number while he types: of those that he sees.
struct WideSecrecyTests {
    /// Others' deals have the text, too, are numbered and changed last, and are more than are looked at.
    @Test(arguments: [Role.compliance, .banker]) func dealsThatOneMayNotSeeTakeTheirPlaceOfNone(role: Role) async throws
    {
        var answers: [[String]] = []
        for others in [0, 12] {
            try await Desk.with { desk in
                let (banker, other) = (desk.person(.banker), desk.person(.banker))
                for number in 0..<6 { _ = try await desk.deal("Falcon \(number)", by: banker, client: "Aurora") }
                for number in 0..<others {
                    desk.clock.advance(seconds: 1)
                    _ = try await desk.deal(
                        "Falcon A\(number)", by: other, client: "Falcon Aurora", confidentiality: .secret)
                }
                let caller = try desk.caller(role == .compliance ? desk.person(.compliance) : banker)
                let bounds = WideBounds(ownMax: 0, hitsMax: 0, candidatesMax: 4)
                let found = try await desk.store.write { db in
                    try WordIndex.settle(atLeast: 1, in: db)
                    let statement = try FindStatement(
                        WordSearch("falcon"), limit: 10, by: caller, bounds: bounds, in: db)
                    return try Row.fetchAll(
                        db, sql: statement.sql, arguments: StatementArguments(statement.arguments)
                    ).map { row in try #require(try DealRows.deal(row[0], in: db)).codeName }
                }
                #expect(found.count >= 4 && found.allSatisfy { !$0.contains("A") })
                answers.append(found.sorted())
            }
        }
        #expect(answers[0] == answers[1])
    }
}
