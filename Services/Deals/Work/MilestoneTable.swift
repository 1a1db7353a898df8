import Contracts

/// The standard milestones of each type, in the order of its pipeline. Days are starting values for a firm to calibrate:
/// they count from the start of the process, which is the mandate as a rule.
extension Milestone {
    static func of(_ type: DealType) -> [Milestone] {
        switch type {
        case .sellSideMA: sellSide
        case .buySideMA: buySide
        case .ecmIPO: initialOffering
        case .ecmFollowOn: followOn
        case .ecmConvertible: convertible
        case .dcmInvestmentGrade: investmentGrade
        case .dcmHighYield: highYield
        case .leveragedFinance: loans
        case .privatePlacement: placement
        case .restructuring: restructuring
        case .fairnessOpinion: opinion
        case .strategicAdvisory: advisory
        }
    }

    private static let sellSide = [
        Milestone("kick_off", "Kick-off with the client", day: 0),
        Milestone("engagement_letter", "Engagement letter signed", day: 7, critical: true),
        Milestone("data_room_index", "Information requested, data room indexed", day: 21),
        Milestone("buyer_list", "Buyer list approved by the client", day: 28, critical: true),
        Milestone("teaser", "Teaser and form of NDA approved", day: 35),
        Milestone("cim", "Information memorandum approved by the client", day: 56, critical: true),
        Milestone("process_letter", "Process letter of round 1 sent", day: 63),
        Milestone("iois", "Indications of interest received", day: 91),
        Milestone("mgmt_presentations", "Management presentations held", day: 112),
        Milestone("final_bids", "Final bids and marked-up agreements received", day: 140),
        Milestone("exclusivity", "Exclusivity granted to the preferred bidder", day: 147),
        Milestone("signing", "Purchase agreement signed", day: 175, critical: true),
        Milestone("approvals", "Merger control and other conditions met", day: 245, critical: true),
        Milestone("closing", "Closing memorandum and funds flow agreed", day: 252),
    ]

    private static let buySide = [
        Milestone("kick_off", "Kick-off: criteria for targets agreed", day: 0),
        Milestone("engagement_letter", "Engagement letter signed", day: 7, critical: true),
        Milestone("long_list", "Long list of targets", day: 21),
        Milestone("short_list", "Short list approved by the client", day: 35),
        Milestone("approach", "First approach to the target", day: 49),
        Milestone("nda", "NDA signed with the target", day: 63, critical: true),
        Milestone("valuation", "Valuation and synergies presented", day: 77),
        Milestone("ioi", "Indication of interest submitted", day: 84),
        Milestone("loi", "Letter of intent signed, exclusivity agreed", day: 112),
        Milestone("confirmatory_dd", "Confirmatory diligence reports received", day: 147, critical: true),
        Milestone("financing", "Financing committed", day: 154, critical: true),
        Milestone("board_approval", "Approval by the client's board", day: 161, critical: true),
        Milestone("signing", "Definitive agreement signed", day: 168, critical: true),
        Milestone("approvals", "Merger control and other conditions met", day: 238, critical: true),
    ]

    private static let placement = [
        Milestone("kick_off", "Kick-off with the issuer", day: 0),
        Milestone("engagement_letter", "Engagement letter signed", day: 7, critical: true),
        Milestone("model", "Business plan and model agreed", day: 28),
        Milestone("investor_list", "Investor list approved by the issuer", day: 35, critical: true),
        Milestone("ppm", "Placement memorandum approved", day: 42, critical: true),
        Milestone("marketing", "Marketing begun, NDAs sent", day: 49),
        Milestone("term_sheets", "Term sheets received", day: 84),
        Milestone("lead_investor", "Lead investor chosen", day: 98),
        Milestone("diligence", "Investors' diligence finished", day: 126),
        Milestone("subscription", "Subscription agreements signed", day: 140, critical: true),
        Milestone("funding", "Conditions met, funds called", day: 154),
    ]

    private static let restructuring = [
        Milestone("kick_off", "Kick-off with the company or its creditors", day: 0),
        Milestone("engagement_letter", "Engagement letter signed", day: 5, critical: true),
        Milestone("cash_forecast", "13-week cash flow forecast", day: 14, critical: true),
        Milestone("standstill", "Standstill or forbearance agreed", day: 28),
        Milestone("business_review", "Independent business review", day: 42),
        Milestone("options", "Options and recoveries presented", day: 56),
        Milestone("creditor_groups", "Creditor groups organised and advised", day: 63),
        Milestone("term_sheet", "Term sheet of the restructuring agreed", day: 98, critical: true),
        Milestone("support_agreement", "Support agreement signed", day: 119, critical: true),
        Milestone("consents", "Majorities of creditors have consented", day: 154, critical: true),
        Milestone("sanction", "Plan sanctioned by the court, where there is one", day: 182),
        Milestone("new_money", "New money and securities documented", day: 196),
    ]

    private static let opinion = [
        Milestone("conflict_check", "Relationships disclosed to the board", day: 2, critical: true),
        Milestone("engagement_letter", "Engagement letter signed", day: 5, critical: true),
        Milestone("information", "Forecasts and agreements received", day: 10),
        Milestone("management_call", "Diligence with the management", day: 14),
        Milestone("valuation", "Valuation reviewed by a second team", day: 20, critical: true),
        Milestone("committee", "Fairness committee has approved", day: 24, critical: true),
        Milestone("board", "Presented to the board", day: 26),
        Milestone("letter", "Opinion letter signed", day: 26),
    ]

    private static let advisory = [
        Milestone("kick_off", "Kick-off: question and scope agreed", day: 0),
        Milestone("engagement_letter", "Engagement letter signed", day: 7, critical: true),
        Milestone("information", "Information received", day: 14),
        Milestone("analysis", "Analysis and options drafted", day: 35),
        Milestone("interim", "Interim results discussed with the client", day: 42),
        Milestone("recommendation", "Recommendation presented", day: 56, critical: true),
        Milestone("next_steps", "Next steps decided by the client", day: 70),
    ]
}
