import Contracts
import Foundation
import GRDB

/// Writes the pipelines that every firm begins with, one for each deal type, into the tables as their migration made them:
/// by statements of its own, for those of `PipelineRows` follow the tables when a later migration changes them.
enum PipelineSeed {
    static func write(in db: Database, at now: Instant = .now) throws {
        for type in DealType.allCases {
            let id = UUIDv7.make(at: now)
            try db.execute(
                sql: "INSERT INTO pipeline (id, deal_type, name, version, updated_ms) VALUES (?, ?, ?, 1, ?)",
                arguments: [id, type.rawValue, type.pipelineName, now.milliseconds])
            for (position, stage) in Pipeline.builtIn(for: type).stages.enumerated() {
                try db.execute(
                    sql: """
                        INSERT INTO stage (pipeline_id, key, name, position, category, probability, rules)
                        VALUES (?, ?, ?, ?, ?, ?, ?)
                        """,
                    arguments: [
                        id, stage.key, stage.name, position, stage.category.rawValue, stage.probability,
                        try PipelineRows.text(of: stage.rules),
                    ])
            }
        }
    }
}

extension DealType {
    fileprivate var pipelineName: String {
        switch self {
        case .sellSideMA: "Sell-side M&A"
        case .buySideMA: "Buy-side M&A"
        case .ecmIPO: "Initial public offering"
        case .ecmFollowOn: "Follow-on offering"
        case .ecmConvertible: "Convertible bond"
        case .dcmInvestmentGrade: "Investment-grade bond"
        case .dcmHighYield: "High-yield bond"
        case .leveragedFinance: "Leveraged finance"
        case .privatePlacement: "Private placement"
        case .restructuring: "Restructuring"
        case .fairnessOpinion: "Fairness opinion"
        case .strategicAdvisory: "Strategic advisory"
        }
    }
}
