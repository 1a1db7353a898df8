import Contracts
import Foundation

/// The sample data: a made-up firm, its people, and 41 mandates of made-up companies. Any likeness to real ones is
/// chance.
enum DemoData {
    static let domain = "demo.ibpipeline.example"
    static let administratorEmail = "admin@\(domain)"

    /// Besides the administrator. The first is who a visitor signs in as.
    static let people: [DemoPerson] = [
        DemoPerson(key: "banker", name: "Ottilie Varnham", role: .banker),
        DemoPerson(key: "banker2", name: "Bram Kestelroy", role: .banker),
        DemoPerson(key: "banker3", name: "Sunniva Arkwell", role: .banker),
        DemoPerson(key: "banker4", name: "Hirono Tamadera", role: .banker),
        DemoPerson(key: "compliance", name: "Leocadia Winterlake", role: .compliance),
        DemoPerson(key: "management", name: "Corvin Aldermeer", role: .management),
        DemoPerson(key: "observer", name: "Tamsin Quillfeather", role: .observer),
    ]

    static func deals() throws -> [DemoDeal] {
        try [advisoryDeals, marketDeals, specialDeals].flatMap {
            try JSONDecoder().decode([DemoDeal].self, from: Data($0.utf8))
        }
    }

    /// The stages of each type of deal in order, as the deals service has them.
    static func stages(of type: DealType) -> [String] {
        let names =
            switch type {
            case .sellSideMA:
                "origination pitch mandated preparation marketing round_1 mgmt_presentations round_2 exclusivity "
                    + "signed closed"
            case .buySideMA:
                "origination pitch mandated screening approach nda_diligence ioi confirmatory_dd loi_exclusivity "
                    + "definitive_agreement signed closed"
            case .ecmIPO:
                "origination bake_off mandated preparation confidential_filing public_filing roadshow priced settled"
            case .ecmFollowOn, .ecmConvertible:
                "origination pitch mandated wall_cross_premarketing launched priced settled"
            case .dcmInvestmentGrade, .dcmHighYield:
                "origination pitch_rfp mandated documentation_ratings bookbuilding priced settled"
            case .leveragedFinance:
                "origination proposal commitment_signed ratings_docs syndication allocated funded"
            case .privatePlacement:
                "origination pitch mandated preparation marketing term_sheets exclusivity signed funded"
            case .restructuring:
                "origination pitch engaged assessment negotiation agreement_rsa court_or_consents effective"
            case .fairnessOpinion:
                "inquiry conflicts_disclosure engaged analysis committee delivered"
            case .strategicAdvisory:
                "prospect under_evaluation term_sheet_submitted closed"
            }
        return names.split(separator: " ").map(String.init)
    }
}

/// Somebody who works at the sample firm.
struct DemoPerson: Sendable {
    /// The part of the e-mail address before the @, by which deals name people.
    var key: String
    var name: String
    var role: Role

    var email: String { "\(key)@\(DemoData.domain)" }
}
