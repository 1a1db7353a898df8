/// What events have in common, the most frequent last, where deflate reaches it with the fewest bits.
///
/// Events that are kept can only be read with these very bytes: they never change, and a test pins them.
enum EventDictionary {
    static let bytes = Array(text.utf8)

    static let text =
        #""organizationId""personId""taskId""activityId""documentId""fileName""sha256""dueOn""doneAt""assigneeId""name""#
        + #""kind":"organization","kind":"pipeline","kind":"export","kind":"import","kind":"invitation","kind":"token","#
        + #""kind":"passkey","kind":"key","kind":"session","kind":"service","id":"anonymous","kind":"anonymous","#
        + #""type":"user.created""type":"user.updated""type":"user.disabled""type":"session.failed","#
        + #""type":"session.revoked""type":"session.started","email""role""compliance""banker""observer""management","#
        + #""type":"deal.document.added""type":"deal.activity.added""type":"deal.task.added""type":"deal.task.done","#
        + #""type":"deal.team.added""type":"deal.team.removed""type":"deal.deleted""type":"export.performed","#
        + #""type":"deal.updated""type":"deal.stage.changed","field":"reason"},{"after":"read","field":"access"},"#
        + #"{"after":"","field":"userId"},{"after":"associate","field":"role"},{"after":"","before":"","field":"title"},"#
        + #""field":"engagementLetterSignedOn","field":"expectedCloseOn","field":"closedOn","field":"mandatedOn","#
        + #""field":"signedOn","field":"announcedOn","field":"expectedAnnounceOn","field":"nextMilestoneOn","#
        + #""field":"outcomeReason","field":"lostTo","field":"reviewOn","field":"retentionUntil","field":"stakeBps","#
        + #""field":"targetName","field":"realName","field":"subSector","field":"region","field":"office","#
        + #""field":"coverageGroup","field":"source","field":"description","field":"enterpriseValue","#
        + #""field":"equityValue","field":"tags","field":"customFields.","before":"false","before":"active","before":"","#
        + #"buy_side_ma","ecm_ipo","ecm_follow_on","ecm_convertible","dcm_ig","dcm_hy","levfin","private_placement","#
        + #"restructuring","fairness_opinion","strategic_advisory","pitch","mandate","execution","closing","announced","#
        + #"on_hold","won","lost","withdrawn","secret","internal","public","cleared","pending","manual","high","low","#
        + #"final","best_case","commit","omitted","true"},{"after":"000.00 EUR GBP JPY CHF USD","#
        + #"{"actor":{"address":"127.0.0.1","id":"01","kind":"user","session":"01"},"changes":[{"after":"","#
        + #""field":"codeName"},{"after":"sell_side_ma","field":"type"},{"after":"origination","field":"stage"},"#
        + #"{"after":"active","field":"status"},{"after":"","field":"clientName"},{"after":"","field":"sector"},"#
        + #"{"after":"","field":"country"},{"after":"normal","field":"priority"},{"after":"000000.00 USD","#
        + #""field":"value"},{"after":"estimate","field":"valueBasis"},{"after":"5","field":"probability"},"#
        + #"{"after":"stage","field":"probabilitySource"},{"after":"pipeline","field":"forecastCategory"},"#
        + #"{"after":"confidential","field":"confidentiality"},{"after":"not_started","field":"conflictStatus"},"#
        + #"{"after":"01","field":"leadId"},{"after":"","field":"nextStep"},{"after":"false","field":"legalHold"},"#
        + #"{"after":"2026-0","field":"originatedOn"},{"after":"2026-1","field":"stageEnteredOn"}],"id":"01","#
        + #""requestId":"01","subject":{"id":"01","kind":"deal","number":"D-2026-0"},"time":"2026-0T0:0.000Z","#
        + #""traceId":"","type":"deal.created","version":1}"#
}
