/// The standard milestones of equity, bonds and loans; here the calendar is the market's, and pricing ends it.
extension Milestone {
    static let initialOffering = [
        Milestone("kick_off", "Organisational meeting", day: 0),
        Milestone("engagement_letter", "Engagement letter signed", day: 7, critical: true),
        Milestone("diligence", "Business, legal and financial diligence begun", day: 14),
        Milestone("equity_story", "Equity story and valuation agreed", day: 35),
        Milestone("first_draft", "Prospectus drafted", day: 63),
        Milestone("confidential_filing", "Prospectus filed confidentially", day: 91, critical: true),
        Milestone("comments", "First comments of the regulator answered", day: 126),
        Milestone("analysts", "Analysts' presentation", day: 133),
        Milestone("early_look", "Early-look meetings with investors", day: 140),
        Milestone("public_filing", "Prospectus filed publicly", day: 154, critical: true),
        Milestone("listing_approval", "Listing approved by the exchange", day: 168, critical: true),
        Milestone("roadshow", "Price range set, roadshow begun", day: 170),
        Milestone("underwriting", "Underwriting agreement and comfort letter signed", day: 182, critical: true),
        Milestone("stabilisation", "Greenshoe decided, stabilisation ended", day: 214),
    ]

    static let followOn = [
        Milestone("kick_off", "Kick-off with the issuer or the seller", day: 0),
        Milestone("engagement_letter", "Engagement letter signed", day: 3, critical: true),
        Milestone("blackout", "Blackout periods and lock-ups checked", day: 3, critical: true),
        Milestone("diligence", "Bring-down diligence held", day: 10),
        Milestone("prospectus", "Prospectus or supplement ready", day: 14, critical: true),
        Milestone("wall_cross", "Investors wall-crossed", day: 16),
        Milestone("launch", "Launched", day: 18),
        Milestone("underwriting", "Underwriting agreement and comfort letter signed", day: 19, critical: true),
        Milestone("cleansing", "Wall-crossed investors cleansed", day: 19),
    ]

    static let convertible = [
        Milestone("kick_off", "Kick-off with the issuer", day: 0),
        Milestone("engagement_letter", "Engagement letter signed", day: 3, critical: true),
        Milestone("authorisation", "Shares to convert into are authorised", day: 5, critical: true),
        Milestone("terms", "Coupon, premium and tenor proposed", day: 7),
        Milestone("stock_borrow", "Stock borrow and call spread arranged", day: 10),
        Milestone("diligence", "Diligence and comfort letter", day: 12, critical: true),
        Milestone("wall_cross", "Investors wall-crossed", day: 14),
        Milestone("launch", "Launched", day: 15),
        Milestone("subscription", "Subscription agreement signed", day: 16, critical: true),
        Milestone("listing", "Bonds admitted to trading", day: 21),
    ]

    static let investmentGrade = [
        Milestone("kick_off", "Kick-off with the issuer", day: 0),
        Milestone("mandate_letter", "Mandate letter signed", day: 3, critical: true),
        Milestone("programme", "Programme updated or prospectus drafted", day: 14),
        Milestone("ratings", "Ratings confirmed by the agencies", day: 18, critical: true),
        Milestone("diligence", "Diligence call and comfort letter", day: 20, critical: true),
        Milestone("investor_calls", "Investor calls held", day: 21),
        Milestone("book", "Books opened", day: 22),
        Milestone("subscription", "Subscription agreement signed", day: 25, critical: true),
        Milestone("listing", "Listing and clearing confirmed", day: 27),
    ]

    static let highYield = [
        Milestone("kick_off", "Kick-off with the issuer or the sponsor", day: 0),
        Milestone("mandate_letter", "Mandate letter signed", day: 5, critical: true),
        Milestone("structure", "Structure, guarantors and security agreed", day: 14),
        Milestone("covenants", "Description of notes and covenants agreed", day: 35, critical: true),
        Milestone("agencies", "Rating agencies met", day: 35),
        Milestone("offering_memorandum", "Preliminary offering memorandum ready", day: 42, critical: true),
        Milestone("ratings", "Ratings published", day: 45, critical: true),
        Milestone("roadshow", "Roadshow begun", day: 46),
        Milestone("purchase_agreement", "Purchase agreement and comfort letter signed", day: 51, critical: true),
        Milestone("intercreditor", "Intercreditor and security documents signed", day: 56),
    ]

    static let loans = [
        Milestone("kick_off", "Kick-off with the borrower or the sponsor", day: 0),
        Milestone("credit_approval", "Credit committee has approved", day: 10, critical: true),
        Milestone("commitment", "Commitment and fee letters signed", day: 14, critical: true),
        Milestone("ratings", "Ratings presentations held", day: 28),
        Milestone("lender_presentation", "Lender presentation and memorandum ready", day: 35),
        Milestone("launch", "Lenders' meeting, syndication launched", day: 38),
        Milestone("kyc", "Know-your-customer checks finished", day: 45, critical: true),
        Milestone("commitments_due", "Commitments of lenders due", day: 52),
        Milestone("allocation", "Flex decided, loans allocated", day: 54),
        Milestone("credit_agreement", "Credit agreement and security signed", day: 60, critical: true),
        Milestone("conditions", "Conditions precedent met", day: 63, critical: true),
    ]
}
