/// What the services ask of a value beyond its type, as far as JSON Schema can say it. They check it themselves, and
/// more: these are the bounds that a client can know before it sends.
struct SchemaLimits: Sendable {
    var lengths: ClosedRange<Int>?
    var numbers: ClosedRange<Int>?
    var pattern: String?
    /// Of a list.
    var itemsMax: Int?
    /// Fewer than the type has.
    var values: [String]?
    /// `null` would empty a field that must not be empty.
    var isNeverNull = false

    static func of(_ property: String, in shape: String) -> SchemaLimits {
        table["\(shape).\(property)"] ?? SchemaLimits()
    }

    func added(to schema: [String: Any]) -> [String: Any] {
        var out = schema
        if let lengths { (out["minLength"], out["maxLength"]) = (lengths.lowerBound, lengths.upperBound) }
        if let numbers { (out["minimum"], out["maximum"]) = (numbers.lowerBound, numbers.upperBound) }
        if let pattern { out["pattern"] = pattern }
        if let itemsMax { out["maxItems"] = itemsMax }
        if let values { out["enum"] = values }
        return out
    }

    // MARK: the words of the table

    private static func line(_ lengths: ClosedRange<Int>) -> Self {
        Self(lengths: lengths, pattern: #"^[^\u0000-\u001F\u007F-\u009F]*$"#)
    }
    private static func lines(_ lengths: ClosedRange<Int>) -> Self {
        Self(lengths: lengths, pattern: #"^[^\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F]*$"#)
    }
    /// In a query string: anything but NUL.
    private static func search(_ lengths: ClosedRange<Int>) -> Self {
        Self(lengths: lengths, pattern: #"^[^\u0000]*$"#)
    }
    private static func number(_ numbers: ClosedRange<Int>) -> Self { Self(numbers: numbers) }
    private static func pattern(_ pattern: String) -> Self { Self(pattern: pattern) }
    private static let email = Self(
        lengths: 3...254, pattern: #"^[^@\s\u0000-\u001F\u007F-\u009F]+@[^@\s\u0000-\u001F\u007F-\u009F]+$"#)
    private static let password = Self(lengths: 15...128)
    private static let country = pattern("^[A-Z]{2}$")
    private static let mediaType = Self(
        lengths: 3...127, pattern: "^[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]*/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]*$")
    private static let link = Self(lengths: 9...2000, pattern: "^https://[!-~]+$")
    private static let webhookURL = Self(lengths: 9...2000, pattern: "^https?://[!-~]+$")
    private static func items(_ most: Int) -> Self { Self(itemsMax: most) }
    private static let lei = pattern("^[0-9A-Z]{18}[0-9]{2}$")
    private static let isin = pattern("^[A-Z]{2}[0-9A-Z]{9}[0-9]$")
    private static let ticker = pattern("^[0-9A-Z][0-9A-Z.:/ -]{0,19}$")
    private static let phone = pattern("^[0-9 +()./-]{3,40}$")
    private static let listCursor = Self(lengths: 1...2048, pattern: "^[A-Za-z0-9_-]+$")
    private static let dealSort = Self(lengths: 1...100, pattern: "^-?[A-Za-z]+(,-?[A-Za-z]+){0,2}$")
    private static let amount = pattern(#"^[0-9]{1,19}(\.[0-9]{1,3})?$"#)
    private static let currency = pattern("^[A-Z]{3}$")
    private static let percent = pattern(#"^[0-9]{1,3}(\.[0-9]{1,6})?$"#)
    private static let tier = Self(values: ["A", "B", "C"])
    /// Whether one has expired, its last day says.
    private static let ndaStatus = Self(values: ["draft", "sent", "negotiating", "executed", "declined"])
    private static let neverNull = Self(isNeverNull: true)
    private var neverNull: Self {
        var limits = self
        limits.isNeverNull = true
        return limits
    }

    static let customFieldKey = "^[a-z][A-Za-z0-9_]{0,39}$"

    /// A deal's number.
    static let dealNumber = "^D-[0-9]{4}-[0-9]{4,9}$"

    /// By type and member.
    static let table: [String: SchemaLimits] = [
        "Money.amount": pattern(#"^-?[0-9]{1,19}(\.[0-9]{1,3})?$"#), "Money.currency": currency,

        "SignIn.code": Self(lengths: 0...40), "TOTPConfirmation.code": pattern("^ *([0-9] *){6}$"),
        "NewInvitation.email": email, "NewInvitation.name": line(1...120),
        "InvitationAcceptance.name": line(1...120), "InvitationAcceptance.password": password,
        "InvitationQuery.limit": number(1...200), "InvitationQuery.cursor": pattern("^[A-Za-z0-9_-]{32}$"),
        "UserChange.name": line(1...120), "NameChange.name": line(1...120),
        "SetupClaim.email": email, "SetupClaim.name": line(1...120), "SetupClaim.password": password,
        "PasswordChange.newPassword": password, "PasswordReset.newPassword": password,
        "OpenIDStart.returnTo": Self(lengths: 1...1024, pattern: #"^/([!-.0-\[\]-~][!-\[\]-~]*)?$"#),
        "UserQuery.limit": number(1...200), "UserQuery.cursor": pattern("^[A-Za-z0-9_-]{32}$"),
        "UserQuery.q": search(0...100),

        "NewPersonalToken.name": line(1...100), "NewPersonalToken.expiresInDays": number(1...366),

        "NewPasskey.name": line(1...100),

        "Deal.number": pattern(dealNumber), "Deal.probability": number(0...100),
        "NewDeal.codeName": line(2...80), "NewDeal.clientName": line(1...200), "NewDeal.realName": line(1...200),
        "NewDeal.sector": line(1...80), "NewDeal.country": country, "NewDeal.description": lines(1...10_000),
        "NewDeal.nextStep": lines(1...500),
        "DealPatch.codeName": line(2...80).neverNull, "DealPatch.clientName": line(1...200).neverNull,
        "DealPatch.realName": line(1...200), "DealPatch.sector": line(1...80), "DealPatch.country": country,
        "DealPatch.description": lines(1...10_000), "DealPatch.nextStep": lines(1...500),
        "DealPatch.probability": number(0...100), "DealPatch.confidentiality": neverNull,
        "DealPatch.conflictStatus": neverNull, "DealPatch.leadId": neverNull,
        "DealQuery.limit": number(1...200), "DealQuery.q": search(0...200), "DealQuery.cursor": listCursor,
        "DealQuery.sort": dealSort, "DealQuery.client": search(1...200), "DealQuery.valueMin": amount,
        "DealQuery.valueMax": amount, "DealQuery.currency": currency, "DealQuery.probabilityMin": number(0...100),
        "DealQuery.stale": number(1...3660), "DealQuery.fields": pattern("^[A-Za-z]+(,[A-Za-z]+)*$"),
        "DealQuery.include": pattern("^[a-z]+(,[a-z]+)*$"),
        "DealBoardQuery.limit": number(1...50), "DealBoardQuery.q": search(0...200),
        "DealBoardQuery.cursor": listCursor, "DealBoardQuery.sort": dealSort,
        "DealBoardQuery.client": search(1...200), "DealBoardQuery.valueMin": amount,
        "DealBoardQuery.valueMax": amount, "DealBoardQuery.currency": currency,
        "DealBoardQuery.probabilityMin": number(0...100), "DealBoardQuery.stale": number(1...3660),
        "DealBoardQuery.column": search(1...50), "DealBoardQuery.convertTo": currency,
        "DealFindQuery.q": search(1...200), "DealFindQuery.limit": number(1...20),

        "DealSearch.limit": number(1...200), "DealSearch.cursor": listCursor, "DealSearch.sort": dealSort,
        "NewDealView.name": line(1...80), "NewDealView.sort": dealSort,
        "DealViewPatch.name": line(1...80).neverNull, "DealViewPatch.sort": dealSort,
        "DealViewQuery.limit": number(1...100), "DealViewQuery.cursor": listCursor,
        "ViewDealsQuery.limit": number(1...200), "ViewDealsQuery.cursor": listCursor,

        "NewDeal.targetName": line(1...200), "NewDeal.subSector": line(1...80), "NewDeal.region": line(1...80),
        "NewDeal.office": line(1...80), "NewDeal.coverageGroup": line(1...80), "NewDeal.source": line(1...200),
        "NewDeal.stakeBps": number(0...10_000), "NewDeal.tags": items(20), "DealPatch.targetName": line(1...200),
        "DealPatch.subSector": line(1...80), "DealPatch.region": line(1...80), "DealPatch.office": line(1...80),
        "DealPatch.coverageGroup": line(1...80), "DealPatch.source": line(1...200), "DealPatch.lostTo": line(1...200),
        "DealPatch.stakeBps": number(0...10_000), "DealPatch.tags": items(20), "DealPatch.priority": neverNull,
        "DealPatch.valueBasis": neverNull, "DealPatch.forecastCategory": neverNull, "DealPatch.legalHold": neverNull,
        "Deal.stakeBps": number(0...10_000), "Deal.tags": items(20),
        "TagQuery.limit": number(1...200), "TagQuery.q": search(0...40), "DealDeletion.reason": lines(1...500),
        "DealRestoration.reason": lines(1...500), "DealRestoration.codeName": line(2...80),
        "RetentionDecision.reason": lines(1...500), "CodeNameRequest.clientName": line(1...200),
        "CodeNameRequest.targetName": line(1...200), "CodeNameRequest.sector": line(1...80),
        "CodeNameRequest.country": country, "CodeNameRequest.count": number(1...10), "CodeNameList.items": items(10),
        "NewCustomField.key": pattern(customFieldKey), "NewCustomField.label": line(1...80),
        "NewCustomField.options": items(100), "CustomField.options": items(100),
        "CustomFieldPatch.label": line(1...80), "CustomFieldPatch.options": items(100),
        "CustomFieldList.items": items(100),
        "DealMoment.asOf": pattern(#"^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?Z)?$"#),
        "DealChangeQuery.limit": number(1...200), "DealChangeQuery.cursor": pattern("^[1-9][0-9]{0,17}$"),
        "DealChangeQuery.field": search(1...100),
        "TimelineQuery.limit": number(1...200),
        "TimelineQuery.cursor": Self(lengths: 5...100, pattern: #"^-?[0-9]+\.[0-9]+\.[0-9A-Fa-f-]+$"#),
        "TimelineQuery.kinds": pattern(
            "^(moves|changes|activities|tasks|documents|team)(,(moves|changes|activities|tasks|documents|team)){0,5}$"),

        "Move.reason": lines(1...500), "Move.lostTo": line(1...200), "MoveOverride.reason": lines(10...500),
        "MovedDeal.number": pattern(dealNumber), "MovedDeal.probability": number(0...100),
        "NewApproval.reason": lines(1...500), "NewApproval.stage": line(1...50),
        "ApprovalDecision.note": lines(1...2000), "ApprovalQuery.limit": number(1...200),
        "ApprovalQuery.cursor": pattern("^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$"),
        "NewTeamMember.email": Self(lengths: 1...254), "NewTeamMember.reason": lines(1...500),
        "NewCounterparty.name": line(1...200), "NewCounterparty.country": country, "NewCounterparty.tier": tier,
        "NewCounterparty.codeAlias": line(1...80), "NewCounterparty.contact": line(1...200),
        "NewCounterparty.nextAction": line(1...200), "NewCounterparty.notes": lines(1...2000),
        "CounterpartyPatch.name": line(1...200).neverNull, "CounterpartyPatch.kind": neverNull,
        "CounterpartyPatch.country": country, "CounterpartyPatch.tier": tier,
        "CounterpartyPatch.codeAlias": line(1...80), "CounterpartyPatch.contact": line(1...200),
        "CounterpartyPatch.nextAction": line(1...200), "CounterpartyPatch.notes": lines(1...2000),
        "NewCounterpartyStep.note": lines(1...2000), "NewCounterpartyStep.reason": lines(1...500),
        "StepVoiding.reason": lines(1...500), "CounterpartyStepBulk.counterpartyIds": items(500),
        "CounterpartyStepBulk.note": lines(1...2000), "CounterpartyStepBulk.reason": lines(1...500),
        "CounterpartyBulk.organizationIds": items(500), "CounterpartyBulk.text": Self(lengths: 1...200_000),
        "CounterpartyBulk.tier": tier, "NewDealNDA.status": ndaStatus, "DealNDAPatch.status": ndaStatus.neverNull,
        "DealNDAQuery.expiringWithin": number(0...3650), "ExpiringNDAQuery.expiringWithin": number(0...3650),
        "ExpiringNDAQuery.limit": number(1...200),
        "ExpiringNDAQuery.cursor": Self(lengths: 1...128, pattern: "^[A-Za-z0-9_-]+$"),
        "ConflictDecision.decision": Self(values: ["cleared", "cleared_with_conditions", "declined"]),
        "ConflictDecision.note": lines(1...2000),
        "CheckDecision.decision": Self(values: ["cleared", "cleared_with_conditions", "declined"]),
        "CheckDecision.conditions": lines(1...1000), "CheckDecision.note": lines(1...900),
        "ConflictRequest.note": lines(1...2000), "NewConflictCheck.organizations": items(50),
        "CheckedOrganization.name": line(1...200),
        "ControlRoomQuery.limit": number(1...100), "ControlRoomQuery.cursor": listCursor,
        "NewListEntry.name": line(1...200), "NewListEntry.reason": lines(1...500),
        "ListEntryPatch.reason": lines(1...500).neverNull, "ListEntryPatch.from": neverNull,
        "ListEntryLift.reason": lines(1...500), "ListEntryQuery.limit": number(1...200),
        "ListEntryQuery.q": search(0...200),
        "ListEntryQuery.cursor": pattern("^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$"),
        "OpenApprovalQuery.limit": number(1...200), "OpenApprovalQuery.cursor": listCursor,
        "BreakGlass.reason": lines(10...500), "NewWallCrossing.reason": lines(1...500),
        "CrossingDecision.note": lines(1...2000), "CrossingQuery.limit": number(1...200),
        "CrossingQuery.cursor": pattern("^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$"),

        "NewOrganization.name": line(1...200), "NewOrganization.codeAlias": line(1...80), "NewOrganization.lei": lei,
        "NewOrganization.ticker": ticker, "NewOrganization.isin": isin, "NewOrganization.country": country,
        "NewOrganization.sector": line(1...80), "NewOrganization.aliases": items(20),
        "OrganizationPatch.aliases": items(20), "Organization.aliases": items(20),
        "OrganizationMergeUndo.reason": lines(1...500),
        "OrganizationPatch.name": line(1...200).neverNull, "OrganizationPatch.kind": neverNull,
        "OrganizationPatch.codeAlias": line(1...80), "OrganizationPatch.lei": lei, "OrganizationPatch.ticker": ticker,
        "OrganizationPatch.isin": isin, "OrganizationPatch.country": country, "OrganizationPatch.sector": line(1...80),
        "OrganizationQuery.limit": number(1...200), "OrganizationQuery.q": search(0...100),
        "OrganizationQuery.cursor": Self(lengths: 1...2048, pattern: "^[A-Za-z0-9_-]+$"),
        "OrganizationQuery.country": country, "OrganizationQuery.sector": search(1...80),
        "PersonFindQuery.q": search(1...100), "PersonFindQuery.limit": number(1...20),
        "OrganizationDealQuery.limit": number(1...200),
        "OrganizationDealQuery.cursor": pattern("^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$"),
        "NewContactPerson.name": line(1...200), "NewContactPerson.title": line(1...200),
        "NewContactPerson.email": email, "NewContactPerson.phone": phone,
        "ContactPersonPatch.name": line(1...200).neverNull, "ContactPersonPatch.title": line(1...200),
        "ContactPersonPatch.email": email, "ContactPersonPatch.phone": phone,
        "ContactPersonQuery.limit": number(1...200),
        "ContactPersonQuery.cursor": Self(lengths: 1...2048, pattern: "^[A-Za-z0-9_-]+$"),
        "NewDealParty.codeAlias": line(1...80), "DealPartyPatch.codeAlias": line(1...80),
        "DealPartyPatch.role": neverNull, "DealPartyPatch.primary": neverNull,

        "NewDealFee.title": line(1...200), "DealFeePatch.title": line(1...200), "DealFeePatch.terms": neverNull,
        "DealFeePatch.status": neverNull, "DealFeePatch.waiveReason": lines(10...500),
        "NewDealFee.status": Self(values: ["planned", "contracted"]), "FeeTerms.currency": currency,
        "FeeTerms.months": number(1...120), "FeeTerms.tiers": items(20), "FeeTerms.percent": percent,
        "FeeTerms.creditPercent": percent, "FeeTerms.ourShare": percent, "FeeTier.percent": percent,
        "SpreadSplit.management": percent, "SpreadSplit.underwriting": percent, "SpreadSplit.selling": percent,
        "SpreadSplit.ourManagement": percent, "SpreadSplit.ourUnderwriting": percent,
        "SpreadSplit.ourSelling": percent,
        "FeePreviewQuery.enterpriseValue": amount, "FeePreviewQuery.equityValue": amount,
        "FeePreviewQuery.proceeds": amount, "FeePreviewQuery.currency": currency,
        "DealRound.number": number(1...20), "NewDealRound.name": line(1...80),
        "DealRoundPatch.name": line(1...80).neverNull, "DealRoundPatch.kind": neverNull,
        "DealRoundPatch.status": neverNull,
        "NewDealBid.round": number(1...20), "NewDealBid.cashPercent": percent,
        "NewDealBid.conditions": lines(1...2000), "NewDealBid.exclusivityDays": number(1...365),
        "NewDealBid.score": number(0...100), "NewDealBid.note": lines(1...2000),
        "DealBidPatch.receivedOn": neverNull, "DealBidPatch.price": neverNull, "DealBidPatch.form": neverNull,
        "DealBidPatch.financing": neverNull, "DealBidPatch.cashPercent": percent,
        "DealBidPatch.conditions": lines(1...2000), "DealBidPatch.exclusivityDays": number(1...365),
        "DealBidPatch.score": number(0...100), "DealBidPatch.note": lines(1...2000),
        "BidWithdrawal.reason": lines(1...500), "DealBidQuery.limit": number(1...200),
        "DealBidQuery.cursor": pattern("^[1-9][0-9]{0,5}$"),
        "DealBidQuery.round": number(1...20), "BidGridQuery.round": number(1...20),
        "BidGridQuery.convertTo": currency, "BidGrid.currency": currency,
        "DealCreditsEdit.items": items(50), "NewDealCredit.share": percent, "DealCredit.share": percent,
        "NewDealTail.months": number(1...60), "NewDealTail.counterpartyIds": items(200),
        "TailQuery.limit": number(1...200), "TailQuery.endsWithin": number(0...3660),
        "TailQuery.cursor": Self(lengths: 1...128, pattern: "^[A-Za-z0-9_-]+$"),

        "NewDealActivity.subject": line(1...200), "NewDealActivity.text": lines(1...10_000),
        "DealActivityPatch.subject": line(1...200), "DealActivityPatch.text": lines(1...10_000).neverNull,
        "DealActivityPatch.kind": neverNull, "DealActivityPatch.occurredAt": neverNull,
        "DealActivityQuery.limit": number(1...200),
        "DealActivityQuery.cursor": Self(lengths: 1...128, pattern: "^[A-Za-z0-9_-]+$"),
        "NewDealTask.title": line(1...200), "DealTaskPatch.title": line(1...200).neverNull,
        "DealTaskPatch.done": neverNull, "DealTaskPatch.milestone": neverNull, "DealTaskPatch.critical": neverNull,
        "OpenTaskQuery.limit": number(1...200),
        "OpenTaskQuery.cursor": Self(lengths: 1...128, pattern: "^[A-Za-z0-9_-]+$"),
        "NewDocument.title": line(1...200), "NewDocument.fileName": line(1...200), "NewDocument.mediaType": mediaType,
        "NewDocument.size": number(1...26_214_400), "NewDocument.sha256": pattern("^[0-9a-f]{64}$"),
        "NewDocument.link": link,
        "NewDocumentVersion.title": line(1...200), "NewDocumentVersion.fileName": line(1...200),
        "NewDocumentVersion.mediaType": mediaType, "NewDocumentVersion.size": number(1...26_214_400),
        "NewDocumentVersion.sha256": pattern("^[0-9a-f]{64}$"), "NewDocumentVersion.link": link,
        "ChunkPlace.offset": number(0...26_214_400), "DocumentRemoval.reason": lines(1...500),

        "NewRate.base": currency, "NewRate.quote": currency, "NewRate.source": line(1...80),
        "NewRate.rate": pattern(#"^[0-9]{1,12}(\.[0-9]{1,12})?$"#),
        "RateImport.source": search(1...80),
        "RateSeriesQuery.base": currency, "RateSeriesQuery.quote": currency,
        "RateSeriesQuery.limit": number(1...200), "RateSeriesQuery.cursor": pattern("^[0-9]{4}-[0-9]{2}-[0-9]{2}$"),
        "PipelineStage.probability": number(0...100),
        "PipelineEdit.name": line(1...80), "StageEdit.name": line(1...80), "StageEdit.probability": number(0...100),
        "StageEdit.key": Self(lengths: 1...50, pattern: "^[a-z][a-z0-9_]*$"),
        "StageEdit.staleAfterDays": number(1...3650), "StageEdit.requirementText": lines(1...500),
        "StageEdit.wipHint": number(1...10_000), "StageRule.count": number(1...2000),
        "StageRemoval.key": Self(lengths: 1...50), "StageRemoval.moveTo": Self(lengths: 1...50),
        "BulkRequest.expectedCount": number(1...1000), "DealExportQuery.q": search(0...200),
        "DealExportQuery.stage": search(0...200), "DealExportQuery.fields": Self(lengths: 1...4096),
        "ReportQuery.currency": currency, "MondayQuery.currency": currency, "ReportFileQuery.currency": currency,
        "ReportDealQuery.currency": currency,
        "ReportDealQuery.limit": number(1...200), "ReportDealQuery.cursor": pattern("^[1-9][0-9]{0,17}$"),
        "ReportDealQuery.cell": search(1...300),
        "NewImport.fileName": line(1...200), "NewImport.size": number(1...26_214_400),
        "NewImport.sha256": pattern("^[0-9a-f]{64}$"), "ImportMapping.externalSource": line(1...50),
        "ImportConstant.value": Self(lengths: 0...1000), "ImportRowQuery.limit": number(1...200),
        "ImportRowQuery.cursor": pattern("^[1-9][0-9]{0,5}$"),

        "NewWebhook.url": webhookURL, "NewWebhook.description": line(0...200), "NewWebhook.events": items(50),
        "WebhookPatch.url": webhookURL, "WebhookPatch.description": line(0...200), "WebhookPatch.events": items(50),
        "Webhook.events": items(50), "WebhookList.items": items(50), "WebhookDelivery.attempts": items(20),
        "WebhookDeliveryQuery.limit": number(1...100),
        "WebhookDeliveryQuery.cursor": pattern(#"^[0-9]{1,18}\.[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$"#),

        "AuditQuery.limit": number(1...200), "AuditQuery.cursor": pattern("^(0|[1-9][0-9]{0,17})$"),
        "AuditQuery.type": search(1...200), "AuditQuery.actor": search(1...200),
        "AuditQuery.subject": search(1...200),
        "AuditQuery.q": search(1...200), "AuditQuery.subjectKind": search(1...200),
        "AuditQuery.address": search(1...200), "AuditQuery.requestId": search(1...200),
        "AuditQuery.traceId": search(1...200), "AuditQuery.field": search(1...200),
        "AuditQuery.source": search(1...200),
        "AuditFilter.type": search(1...200), "AuditFilter.actor": search(1...200),
        "AuditFilter.subject": search(1...200), "AuditFilter.q": search(1...200),
        "AuditFilter.subjectKind": search(1...200), "AuditFilter.address": search(1...200),
        "AuditFilter.requestId": search(1...200), "AuditFilter.traceId": search(1...200),
        "AuditFilter.field": search(1...200), "AuditFilter.source": search(1...200),
        "AuditTimelineQuery.limit": number(1...200), "AuditTimelineQuery.cursor": pattern("^(0|[1-9][0-9]{0,17})$"),
        "AuditSearchQuery.limit": number(1...100), "AuditSearchQuery.cursor": Self(lengths: 36...36),
        "NewAuditSearch.name": line(1...80), "AuditSearchPatch.name": line(1...80).neverNull,
        "AuditSearchPatch.filter": neverNull, "AuditRedactionRequest.reason": line(1...500),
        "AuditRedactionRequest.paths": items(100), "AuditErasureRequest.reason": line(1...500),
        "AuditHoldRequest.reason": line(1...500),
    ]
}
