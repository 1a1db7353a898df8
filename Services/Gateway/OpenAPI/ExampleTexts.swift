/// The words of the examples, by member (`codeName`) or by type and member (`SetupClaim.token`).
enum ExampleTexts {
    static let personID = "0199a1b2-3c4d-7e5f-8a6b-7c8d9e0f1a2b"
    static let dealID = "0199a1c0-5f10-7b21-9c32-4d5e6f708192"
    static let organizationID = "3f1c6f0e-9a0b-4d5e-8f21-5b0c7d9e1a42"
    static let credentialID = "AZmhsjxNfl-Ka3yNng8aKw"
    static let mapKey = "deals"
    static let mapKeys = ["customFields": "relationship"]
    private static let invitationToken = "example-invitation-token"

    static let ids = [
        "id": dealID, "dealId": dealID, "User.id": personID,
        "Organization.id": organizationID, "OrganizationHint.id": "0b8f4f0a-1c5e-4a57-9d0e-2f6f0c9a7b31",
        "organizationId": organizationID, "intoId": organizationID, "parentId": "7c0d5f7e-52a1-4c2f-8a4b-6f1f2f0f9e10",
        "session": "0199a1bf-0001-7abc-8def-0123456789ab",
    ]

    static let dates = [
        "expectedCloseOn": "2027-06-30", "expiresOn": "2031-12-31", "conflictExpiresOn": "2031-12-31",
        "dueOn": "2026-04-20", "startOn": "2026-03-16", "originatedOn": "2026-01-12",
        "asOf": "2026-03-16",
        "engagementLetterSignedOn": "2026-03-02", "nextMilestoneOn": "2026-04-20", "expectedAnnounceOn": "2027-03-31",
        "retentionUntil": "2034-12-31",
    ]

    static let times = ["createdAt": "2026-01-12T08:05:00.000Z", "from": "2026-03-16T00:00:00.000Z"]

    static let texts = [
        "email": "ada@bank.example", "name": "Ada Lovelace", "role": "banker", "q": "falcon",
        "OpenIDOffer.name": "company account",
        "password": "seventeen quiet rivers", "SetupClaim.token": "example-setup-token",
        "currentPassword": "seventeen quiet rivers", "newPassword": "eleven patient lanterns",
        "PasswordReset.token": "example-reset-token", "PasswordResetGrant.token": "example-reset-token",
        "device": "Firefox on Linux",
        "CreatedInvitation.token": invitationToken, "InvitationClaim.token": invitationToken,
        "InvitationAcceptance.token": invitationToken,
        "accessToken": "example.access.token", "tokenType": "Bearer",
        "refreshToken": "example-refresh-token", "UserStatusChange.status": "disabled",

        "number": "D-2026-0001", "codeName": "Project Falcon", "realName": "Sale of Northwind Logistics",
        "type": "sell_side_ma", "stage": "mandated", "clientName": "Northwind Holdings", "sector": "Logistics",
        "country": "DE", "description": "Sale of the parcel business to a strategic buyer.",
        "confidentiality": "confidential", "conflictStatus": "cleared", "outcomeReason": "Sold to the highest bidder",
        "nextStep": "Send the teaser to the first ten buyers", "amount": "1250000000.00", "currency": "USD",
        "base": "EUR", "quote": "USD", "rate": "1.0842", "NewRate.source": "ECB", "ExchangeRate.source": "ECB",

        "targetName": "Northwind Parcels", "subSector": "Parcels", "region": "Europe", "office": "Frankfurt",
        "coverageGroup": "Transport", "Deal.source": "Referral", "NewDeal.source": "Referral",
        "DealPatch.source": "Referral", "lostTo": "A larger bank", "priority": "high", "tags": "carve-out",
        "tag": "carve-out", "TagList.items": "carve-out", "CodeNameList.items": "Kestrel", "customFields": "Strong",
        "DealDeletion.reason": "Opened twice", "DealRestoration.reason": "Deleted by mistake",
        "DealRestoration.codeName": "Project Kestrel", "RetentionDecision.reason": "Litigation",
        "key": "relationship", "label": "Relationship", "CustomField.type": "choice", "NewCustomField.type": "choice",
        "options": "Strong", "requiredFor": "sell_side_ma",

        "DealFilter.field": "status", "DealFilter.op": "eq", "DealFilter.value": "active",
        "DealSearch.sort": "-updatedAt", "NewDealView.sort": "codeName", "DealViewPatch.sort": "codeName",
        "DealView.sort": "codeName", "NewDealView.name": "Live mandates", "DealViewPatch.name": "Live mandates",
        "DealView.name": "Live mandates", "columns": "codeName",

        "pipeline": "sell_side_ma", "DealBoardColumn.name": "Mandated", "StageTotals.name": "Mandated",
        "category": "mandate", "DealBoardColumn.category": "mandate", "weighted": "375000000.00",
        "snippet": "Send the teaser to the first ten buyers",

        "ReportColumn.key": "deals", "ReportColumn.title": "Deals", "ReportColumn.unit": "count",
        "ReportCell.deals": "pipeline/deals?asOf=2026-03-16&groupBy=stage&cell=sell_side_ma.pitch",

        "toStage": "mandated", "TransitionTarget.name": "Mandated", "fromStage": "pitch",
        "reason": "Runs the buyer list", "Move.reason": "The client signed the engagement letter",
        "StageTransition.reason": "The client signed the engagement letter",
        "NewApproval.kind": "engagement", "Approval.kind": "engagement", "ApprovalDecision.decision": "approve",
        "NewApproval.reason": "Fees and conflicts were agreed", "Approval.reason": "Fees and conflicts were agreed",
        "ApprovalDecision.note": "Agreed at Monday's committee",
        "Counterparty.name": "Contoso Freight", "NewCounterparty.name": "Contoso Freight", "kind": "strategic",
        "tier": "A", "decision": "cleared_with_conditions", "note": "No staffing from the lending team.",

        "subject": "Call with Contoso Freight", "text": "They sign the NDA **this week**.",
        "participants": "Ada Lovelace", "title": "Teaser and form of NDA approved", "templateKey": "teaser",
        "dealNumber": "D-2026-0001", "dealCodeName": "Project Falcon",
        "DealDocument.type": "engagement_letter", "NewDocument.type": "engagement_letter",
        "DocumentUpload.type": "engagement_letter", "DealDocument.title": "Engagement letter",
        "NewDocument.title": "Engagement letter",
        "DocumentUpload.title": "Engagement letter", "NewDocumentVersion.title": "Engagement letter",
        "fileName": "engagement-letter.pdf", "mediaType": "application/pdf",
        "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "link": "https://rooms.example/falcon/letter", "DocumentRemoval.reason": "Filed under the wrong deal",

        "Organization.name": "Northwind Holdings", "NewOrganization.name": "Northwind Holdings",
        "OrganizationHint.name": "Northwind Holdings Ltd", "organizationName": "Northwind Holdings",
        "codeAlias": "Wren", "lei": "5493001KJTIIGC8Y1R12", "ticker": "NWH", "isin": "US0378331005",
        "personName": "Ada Lovelace", "phone": "+49 69 5550 100",
        "ContactPerson.title": "Chief Financial Officer", "NewContactPerson.title": "Chief Financial Officer",
        "ContactPersonPatch.title": "Chief Financial Officer",
        "DealVersion.type": "deal.updated", "TimelineEntry.type": "call",
        "TimelineEntry.title": "Call with Contoso Freight", "TimelineEntry.kind": "activities",
        "TimelineEntry.act": "written", "StageTime.stage": "pitch",
        "DealPipeline.name": "Sell-side M&A", "PipelineEdit.name": "Sell-side M&A", "PipelineStage.key": "mandated",
        "StageEdit.key": "mandated",
        "PipelineStage.name": "Mandated", "StageEdit.name": "Mandated",
        "requirementText": "The engagement letter is signed, and compliance has cleared the conflict check.",
        "StageRule.kind": "field_present", "StageRule.field": "engagementLetterSignedOn",
        "RemovedStage.key": "preparation", "RemovedStage.name": "Preparation", "replacedBy": "mandated",
        "StageRemoval.key": "preparation", "moveTo": "mandated",
        "ids": "D-2026-0001", "BulkDeal.id": "D-2026-0001", "BulkItem.id": "D-2026-0001",
        "NewImport.fileName": "pipeline.csv", "ImportJob.fileName": "pipeline.csv", "ImportJob.state": "validated",
        "ImportJob.columns": "Project", "ImportJob.fields": "codeName", "ImportColumn.column": "Project",
        "ImportColumn.field": "codeName", "ImportConstant.field": "type", "ImportConstant.value": "sell_side_ma",
        "ImportRow.outcome": "created", "ImportRow.cells": "Project Falcon",

        "AuditEntry.type": "deal.stage.changed", "EventActor.kind": "user", "EventActor.id": personID,
        "address": "203.0.113.7", "EventSubject.kind": "deal", "EventSubject.id": dealID, "FieldChange.field": "stage",
        "before": "pitch", "after": "mandated", "requestId": "0199a1c1-7777-7abc-8def-0123456789ab", "source": "deals",
        "leafHash": "qf0mRXZ4cZl5p2v0l0wq7c2kG3m8n1b6s4d9f5h7j2k=",
        "root": "3mQ9w1Zx7Rt5Bn2Hm8Jc4Yf6Gs0Ua1Qe3Ti7OkLp2Vc=", "nextCursor": "MTI3",

        "AuditFilter.q": "falcon", "AuditFilter.type": "deal.", "AuditFilter.actor": personID,
        "AuditFilter.subject": "D-2026-0001", "subjectKind": "deal", "AuditFilter.field": "stage",
        "traceId": "4bf92f3577b34da6a3ce929d0e0e4736", "unverified": "actor.address",
        "NewAuditSearch.name": "Failed sign-ins", "AuditSearch.name": "Failed sign-ins",
        "AuditSearchPatch.name": "Failed sign-ins", "AuditRedactionRequest.paths": "actor.address",
        "AuditRedaction.path": "actor.address", "AuditRedaction.by": personID, "AuditHold.by": personID,
        "AuditRedactionRequest.reason": "Asked for under article 17 of the GDPR",
        "AuditErasureRequest.reason": "Asked for under article 17 of the GDPR",
        "AuditRedaction.reason": "Asked for under article 17 of the GDPR",
        "AuditHoldRequest.reason": "Investigation 2026-17", "AuditHold.reason": "Investigation 2026-17",

        "kty": "EC", "crv": "P-256", "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0", "alg": "ES256", "use": "sig",
        "kid": "cn-I_WNMClehiVp51i_0VpOENW1upEerA8sEam5hn-s",

        "url": "https://hooks.bank.example/ibpipeline", "events": "user.created",
        "Webhook.description": "Staff directory",
        "NewWebhook.description": "Staff directory", "WebhookPatch.description": "Staff directory",
        "Webhook.status": "enabled", "WebhookPatch.status": "disabled", "WebhookDelivery.type": "user.created",
        "WebhookDelivery.state": "delivered", "CreatedWebhook.secret": "whsec_…",
        "RotatedWebhookSecret.secret": "whsec_…", "response": "ok",

        "TOTPConfirmation.code": "492039",
        "TOTPEnrolment.secret": "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", "uri": "otpauth://totp/…", "qr": "<svg …",
        "codes": "k7qm-3f9d-x2ha-90vw-8tzc-5n6e",

        "NewPersonalToken.name": "Night report", "PersonalToken.name": "Night report", "hint": "x7Qe",
        "secret": "ibp_…", "scopes": "readDeals",

        "NewPasskey.name": "Work laptop", "Passkey.name": "Work laptop", "PasskeyParty.name": "IBPipeline",
        "rpId": "bank.example", "PasskeyParty.id": "bank.example", "displayName": "Ada Lovelace",
        "PasskeyUser.name": "ada@bank.example", "PasskeyUser.id": credentialID, "userHandle": credentialID,
        "PasskeyDescriptor.id": credentialID, "PasskeyRegistration.id": credentialID,
        "PasskeyAssertion.id": credentialID, "rawId": credentialID,
        "challenge": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8", "attestation": "none", "residentKey": "required",
        "userVerification": "required", "transports": "internal", "authenticatorAttachment": "platform",
        "clientDataJSON": "eyJ0eXBlIjoi…", "attestationObject": "o2NmbXRkbm9uZWdhdHRTdG10oGhhdXRoRGF0YViY…",
        "authenticatorData": "SZYN5YgOjGh0NBcPZHZgW4_krrmihjLHmVzzuoMdl2MFAAAAAQ", "signature": "MEUCIQ…",

        "FieldFault.field": "codeName", "code": "too_short", "message": "must have at least 2 characters",
    ]

    static let integers = [
        "expiresInDays": 90, "recoveryCodesLeft": 10, "passkeys": 0, "alg": -7, "timeout": 300_000,
        "version": 7, "probability": 30, "stakeBps": 10_000, "CodeNameRequest.count": 5, "expiresIn": 600, "limit": 50,
        "total": 1, "seq": 41, "sourceSeq": 17,
        "size": 42, "DealDocument.size": 182_044, "NewDocument.size": 182_044, "NewDocumentVersion.size": 182_044,
        "DocumentUpload.size": 182_044, "received": 131_072, "versionNo": 2, "latencyMicroseconds": 412, "probes": 5760,
        "daysInFrom": 12, "secondsInFrom": 1_036_800, "visits": 1, "currentSeconds": 345_600,
        "cumulativeSeconds": 1_382_400,
        "onHoldSeconds": 0, "durationMilliseconds": 41, "WebhookAttempt.status": 200, "WebhookReplayed.count": 3,
        "staleAfterDays": 30, "wipHint": 10, "liveDeals": 7,
        "Report.withheld": 0, "ReportCell.count": 7,
        "StageTotals.count": 7, "PipelineTotals.count": 19, "DealTotals.count": 19,
        "failed": 0, "rows": 120, "progress": 120, "valid": 120, "invalid": 0,
        "NewImport.size": 18_204,
        "ImportJob.size": 18_204, "created": 0, "updated": 0, "unchanged": 0, "refused": 0, "reverted": 0, "kept": 0,
    ]

    static let numbers = ["uptime24h": 99.98]

    /// What went wrong, in examples in which nothing did.
    static let emptyLists: Set = ["problems", "unmet", "warnings", "overridable", "errors"]

    /// What is not so, in examples in which it would not be.
    static let untrue: Set = ["isOverdue", "legalHold", "archived", "dryRun", "hasMore"]

    private static let dealShown: Set = [
        "targetName", "sector", "country", "value", "stakeBps", "conflictExpiresOn", "engagementLetterSignedOn",
        "expectedCloseOn", "nextStep",
    ]

    /// The optional members that an example shows; types that are not here show all.
    static let shown: [String: Set<String>] = [
        "SignIn": ["email", "password"], "PasskeyAttestationResponse": ["transports"],
        "NewTeamMember": ["email"], "Move": ["reason"],
        "DealPatch": ["value", "probability", "expectedCloseOn", "nextStep", "tags"],
        "NewDeal": [
            "realName", "targetName", "sector", "country", "description", "value", "stakeBps", "confidentiality",
            "originatedOn", "expectedCloseOn", "nextStep", "priority", "tags", "customFields",
        ],
        "DealRestoration": ["reason"], "ReportCell": ["count", "deals"],
        "Deal": dealShown, "MovedDeal": dealShown, "StageTransition": ["fromStage", "fromStatus", "reason"],
        "NewApproval": [], "Approval": [], "ApprovalPage": ["nextCursor"],
        "NewDealTask": ["ownerId", "dueOn", "milestone"], "DealTaskPatch": ["dueOn", "done"],
        "DealActivityPatch": ["text"], "DealTask": ["ownerId", "dueOn", "doneAt", "doneBy", "templateKey"],
        "NewDocument": ["fileName", "mediaType", "size", "sha256"],
        "NewDocumentVersion": ["fileName", "mediaType", "size", "sha256"],
        "DealDocument": ["supersedes", "fileName", "mediaType", "size", "sha256"], "DocumentUpload": [],
        "DocumentRegistration": ["upload"],
        "NewOrganization": ["lei", "country", "sector"], "OrganizationPatch": ["country", "sector"],
        "Organization": ["lei", "country", "sector"], "NewContactPerson": ["title", "email"],
        "ContactPersonPatch": ["title"], "NewDealParty": ["organizationId", "side", "primary"],
        "DealPartyPatch": ["primary"], "DealParty": ["side"], "OrganizationPage": ["nextCursor"],
        "AccessList": ["openToCompliance"],
        "NewWebhook": ["description"], "WebhookPatch": ["events", "status"], "Webhook": ["description"],
        "WebhookDelivery": ["finishedAt"], "WebhookAttempt": ["status", "response"],
        "TeamMember": [], "AuditVerification": [], "AuditEntry": ["requestId", "traceId"],
        "AuditFilter": ["type", "outcome"], "AuditPage": ["nextCursor"], "AuditRedactionRequest": ["paths"],
        "StageRule": ["field"],
        "DealFilter": ["field", "op", "value"],
        "DealSearch": ["filter", "limit"], "NewDealView": ["scope", "filter", "sort"],
        "DealViewPatch": ["name", "pinned"],
        "BulkRequest": ["ids", "fields"], "BulkItem": ["number", "version"], "NewImport": [],
        "ImportMapping": ["constants", "dateFormat"], "ImportJob": ["mapping"], "ImportRow": ["outcome", "dealId"],
        "ServiceHealth": ["since", "checkedAt", "latencyMicroseconds", "uptime24h"],
        "TimelineEntry": ["by", "id", "type", "title", "text"],
        "EventActor": ["session", "address"], "DealPage": ["nextCursor"],
    ]
}
