import Contracts

/// Routes of a deal's record: as it is, as it was, and what others approve of.
extension RouteTable {
    static let deals: [Route] = [
        .get("/api/deals", "List the deals you may see", DealMethods.list)
            .allow(.readDeals).query(.deals),
        .post("/api/deals", "Open a deal; you become its lead", DealMethods.create)
            .allow(.createDeals).created(at: "/api/deals/"),
        .get("/api/deals/{id}", "One deal, by id or number, as it is or as it stood", DealMethods.getAsOf)
            .allow(.readDeals).query(.moment),
        .patch("/api/deals/{id}", "Change a deal (JSON merge patch)", DealMethods.update)
            .allow(.workOnDeals).ifMatch(),
        .delete("/api/deals/{id}", "Delete a deal so that it can be restored", DealMethods.delete)
            .allow(.workOnDeals).body(4096).ifMatch(),
        .post("/api/deals/{id}/restore", "Restore a deleted deal", DealMethods.restore)
            .allow(.workOnDeals).body(4096).ifMatch(),
        .put("/api/deals/{id}/retention", "Compliance: how long the deal must be kept", DealMethods.decideRetention)
            .allow(.clearConflicts).body(4096).ifMatch(),
        .get("/api/deals/tags", "Tags of the deals you may see", DealMethods.tags)
            .allow(.readDeals).query(.tags),
        .post("/api/deals/code-names", "Suggest code names that do not hint at the client", DealMethods.codeNames)
            .allow(.createDeals).body(8192).heavy(),
        .get("/api/custom-fields", "The fields that the firm has added to its deals", DealMethods.customFields)
            .everyone(),
        .post("/api/custom-fields", "Add a field to all deals", DealMethods.addCustomField)
            .allow(.manageSettings).body(64 * 1024).created(),
        .patch("/api/custom-fields/{key}", "Change or archive a field", DealMethods.updateCustomField)
            .allow(.manageSettings).body(64 * 1024).ifMatch(),
    ]

    static let history: [Route] = [
        .get(
            "/api/deals/{id}/changes", "What was changed in the deal's record, by version, the newest first",
            DealMethods.changes
        )
        .allow(.readDeals).query(.changes),
        .get("/api/deals/{id}/timeline", "All that happened on the deal, the newest first", DealMethods.timeline)
            .allow(.readDeals).query(.timeline),
    ]

    static let approvals: [Route] = [
        .get("/api/deals/{id}/approvals", "What a second person was asked to approve", DealMethods.approvals)
            .allow(.readDeals).query(.approvals),
        .post("/api/deals/{id}/approvals", "Ask a second person to approve", DealMethods.requestApproval)
            .allow(.workOnDeals).body(4096).created(),
        .post(
            "/api/deals/{id}/approvals/{childId}/decision", "Approve or reject what somebody else asked for",
            DealMethods.decideApproval
        )
        .allow(.workOnDeals).body(16 * 1024).ifMatch(),
    ]
}
