import Contracts

extension StageRuleField {
    func isFilled(in deal: Deal) -> Bool {
        switch self {
        case .realName: deal.realName != nil
        case .targetName: deal.targetName != nil
        case .enterpriseValue: deal.enterpriseValue != nil
        case .sector: deal.sector != nil
        case .country: deal.country != nil
        case .description: deal.description != nil
        case .value: deal.value != nil
        case .nextStep: deal.nextStep != nil
        case .expectedCloseOn, .expectedAnnounceOn, .engagementLetterSignedOn, .mandatedOn, .announcedOn, .signedOn,
            .closedOn:
            day(of: deal) != nil
        }
    }

    /// Nil of a field that holds no day, too.
    func day(of deal: Deal) -> BusinessDate? {
        switch self {
        case .expectedCloseOn: deal.expectedCloseOn
        case .engagementLetterSignedOn: deal.engagementLetterSignedOn
        case .closedOn: deal.closedOn
        case .expectedAnnounceOn: deal.expectedAnnounceOn
        case .mandatedOn: deal.mandatedOn
        case .announcedOn: deal.announcedOn
        case .signedOn: deal.signedOn
        case .realName, .targetName, .sector, .country, .description, .value, .enterpriseValue, .nextStep: nil
        }
    }

    /// The first words of the codes of its faults.
    var code: String {
        switch self {
        case .realName: "real_name"
        case .nextStep: "next_step"
        case .expectedCloseOn: "expected_close_on"
        case .engagementLetterSignedOn: "engagement_letter"
        case .closedOn: "closed_on"
        case .targetName: "target_name"
        case .enterpriseValue: "enterprise_value"
        case .expectedAnnounceOn: "expected_announce_on"
        case .mandatedOn: "mandated_on"
        case .announcedOn: "announced_on"
        case .signedOn: "signed_on"
        case .sector, .country, .description, .value: rawValue
        }
    }

    /// What a person is asked for.
    var demand: String {
        switch self {
        case .realName: "Say what the deal is really called."
        case .sector: "Say which sector the client works in."
        case .country: "Say in which country the client sits."
        case .description: "Describe the deal."
        case .value: "Say what the deal is expected to be worth."
        case .nextStep: "Say what the next step is."
        case .expectedCloseOn: "Say when the deal is expected to close."
        case .engagementLetterSignedOn: "Say when the engagement letter was signed."
        case .closedOn: "Say when the deal closed."
        case .targetName: "Say what the target is."
        case .enterpriseValue: "Say what the whole enterprise is worth."
        case .expectedAnnounceOn: "Say when the deal is expected to be announced."
        case .mandatedOn: "Say when the mandate was given."
        case .announcedOn: "Say when the deal was announced."
        case .signedOn: "Say when the deal was signed."
        }
    }
}

extension ApprovalKind {
    /// What a person is asked for.
    var demand: String {
        switch self {
        case .engagement: "Have a second person approve the engagement."
        case .fairnessCommittee: "Have the committee's approval written down by a second person."
        case .stage: "Have a second person approve that the deal enters this stage."
        case .reopen: "Have a second person approve that the deal is opened again."
        }
    }
}

extension DocumentType {
    /// As people say it.
    var words: String {
        switch self {
        case .engagementLetter: "engagement letter"
        case .nda: "NDA"
        case .teaser: "teaser"
        case .cim: "CIM"
        case .processLetter: "process letter"
        case .managementPresentation: "management presentation"
        case .ioi: "indication of interest"
        case .loi: "letter of intent"
        case .spa: "purchase agreement"
        case .boardBook: "board book"
        case .fairnessOpinion: "fairness opinion"
        case .pitch: "pitch book"
        case .feeLetter: "fee letter"
        case .other: "other document"
        }
    }
}
