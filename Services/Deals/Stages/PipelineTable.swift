import Contracts

/// The pipelines that every firm begins with; `PipelineStore` has those that it made of them. Probabilities are starting
/// values for a firm to calibrate, not statistics. A migration has written these into files, so that a change here changes
/// new firms only.
extension Pipeline {
    static func builtIn(for type: DealType) -> Pipeline {
        switch type {
        case .sellSideMA: sellSide
        case .buySideMA: buySide
        case .ecmIPO: initialOffering
        case .ecmFollowOn, .ecmConvertible: followOn
        case .dcmInvestmentGrade, .dcmHighYield: bonds
        case .leveragedFinance: loans
        case .privatePlacement: placement
        case .restructuring: restructuring
        case .fairnessOpinion: opinion
        case .strategicAdvisory: simple
        }
    }

    private static let origination = Stage("origination", "Origination", .origination, 5)

    private static let sellSide = Pipeline(
        from: origination,
        [
            Stage("pitch", "Pitch", .pitch, 10),
            Stage("mandated", "Mandated", .mandate, 30),
            Stage("preparation", "Preparation", .execution, 40),
            Stage("marketing", "Marketing", .execution, 45),
            Stage("round_1", "Round 1 (IOI)", .execution, 50),
            Stage("mgmt_presentations", "Management presentations", .execution, 55),
            Stage("round_2", "Round 2 (LOI)", .execution, 65),
            Stage("exclusivity", "Exclusivity", .execution, 75),
            Stage("signed", "Signed", .signed, 90),
        ],
        to: Stage("closed", "Closed", .closed, 100))

    private static let buySide = Pipeline(
        from: origination,
        [
            Stage("pitch", "Pitch", .pitch, 10),
            Stage("mandated", "Mandated", .mandate, 20),
            Stage("screening", "Target screening", .execution, 20),
            Stage("approach", "Approach", .execution, 25),
            Stage("nda_diligence", "NDA and first diligence", .execution, 30),
            Stage("ioi", "Indication of interest", .execution, 35),
            Stage("confirmatory_dd", "Confirmatory diligence", .execution, 45),
            Stage("loi_exclusivity", "LOI and exclusivity", .execution, 60),
            Stage("definitive_agreement", "Definitive agreement", .execution, 75),
            Stage("signed", "Signed", .signed, 90),
        ],
        to: Stage("closed", "Closed", .closed, 100))

    private static let initialOffering = Pipeline(
        from: origination,
        [
            Stage("bake_off", "Bake-off", .pitch, 15),
            Stage("mandated", "Mandated", .mandate, 40),
            Stage("preparation", "Preparation", .execution, 50),
            Stage("confidential_filing", "Confidential filing", .execution, 60),
            Stage("public_filing", "Public filing", .execution, 70),
            Stage("roadshow", "Roadshow", .execution, 80),
            Stage("priced", "Priced", .signed, 95),
        ],
        to: Stage("settled", "Settled", .closed, 100))

    private static let followOn = Pipeline(
        from: origination,
        [
            Stage("pitch", "Pitch", .pitch, 15),
            Stage("mandated", "Mandated", .mandate, 50),
            Stage("wall_cross_premarketing", "Wall-crossing and pre-marketing", .execution, 70),
            Stage("launched", "Launched", .execution, 85),
            Stage("priced", "Priced", .signed, 95),
        ],
        to: Stage("settled", "Settled", .closed, 100))

    private static let bonds = Pipeline(
        from: origination,
        [
            Stage("pitch_rfp", "Pitch or RFP", .pitch, 20),
            Stage("mandated", "Mandated", .mandate, 60),
            Stage("documentation_ratings", "Documentation and ratings", .execution, 70),
            Stage("bookbuilding", "Bookbuilding", .execution, 85),
            Stage("priced", "Priced", .signed, 95),
        ],
        to: Stage("settled", "Settled", .closed, 100))

    private static let loans = Pipeline(
        from: origination,
        [
            Stage("proposal", "Proposal", .pitch, 15),
            Stage("commitment_signed", "Commitment signed", .mandate, 50),
            Stage("ratings_docs", "Ratings and documents", .execution, 60),
            Stage("syndication", "Syndication", .execution, 75),
            Stage("allocated", "Allocated", .signed, 90),
        ],
        to: Stage("funded", "Funded", .closed, 100))

    private static let placement = Pipeline(
        from: origination,
        [
            Stage("pitch", "Pitch", .pitch, 10),
            Stage("mandated", "Mandated", .mandate, 30),
            Stage("preparation", "Preparation", .execution, 35),
            Stage("marketing", "Marketing", .execution, 45),
            Stage("term_sheets", "Term sheets", .execution, 60),
            Stage("exclusivity", "Exclusivity", .execution, 70),
            Stage("signed", "Signed", .signed, 90),
        ],
        to: Stage("funded", "Funded", .closed, 100))

    private static let restructuring = Pipeline(
        from: Stage("origination", "Origination", .origination, 10),
        [
            Stage("pitch", "Pitch", .pitch, 20),
            Stage("engaged", "Engaged", .mandate, 50),
            Stage("assessment", "Assessment", .execution, 55),
            Stage("negotiation", "Negotiation", .execution, 60),
            Stage("agreement_rsa", "Support agreement", .signed, 75),
            Stage("court_or_consents", "Court or consents", .signed, 85),
        ],
        to: Stage("effective", "Effective", .closed, 100))

    private static let opinion = Pipeline(
        from: Stage("inquiry", "Inquiry", .origination, 15),
        [
            Stage("conflicts_disclosure", "Conflicts disclosure", .pitch, 40),
            Stage("engaged", "Engaged", .mandate, 60),
            Stage("analysis", "Analysis", .execution, 75),
            Stage("committee", "Committee", .signed, 90),
        ],
        to: Stage("delivered", "Delivered", .closed, 100))

    /// For mandates without a process of their own.
    private static let simple = Pipeline(
        from: Stage("prospect", "Prospect", .origination, 10),
        [
            Stage("under_evaluation", "Under evaluation", .pitch, 30),
            Stage("term_sheet_submitted", "Term sheet submitted", .mandate, 60),
        ],
        to: Stage("closed", "Closed", .closed, 100))
}
