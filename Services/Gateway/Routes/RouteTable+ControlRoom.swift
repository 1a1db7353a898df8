import Contracts

/// Routes of conflicts and of those who decide them.
extension RouteTable {
    static let controlRoom: [Route] = [
        .post(
            "/api/conflicts/checks",
            "Ask whether the firm may deal with organizations: clear, or refer to control room",
            DealMethods.checkConflicts
        )
        .allow(.workOnDeals).body(64 * 1024).created(),
        .post(
            "/api/deals/{id}/conflict/request", "Ask the control room for the clearance of the deal",
            DealMethods.requestConflict
        )
        .allow(.workOnDeals).body(16 * 1024),
        .get(
            "/api/lists/{list}", "Compliance: a list of the control room, the newest entry first",
            DealMethods.listEntries
        )
        .allow(.clearConflicts).query(.listEntries),
        .post("/api/lists/{list}", "Compliance: put an organization or a name on a list", DealMethods.addListEntry)
            .allow(.clearConflicts).body(16 * 1024).created(),
        .patch(
            "/api/lists/{list}/entries/{childId}", "Compliance: change an entry (JSON merge patch)",
            DealMethods.updateListEntry
        )
        .allow(.clearConflicts).body(16 * 1024).ifMatch(),
        .delete(
            "/api/lists/{list}/entries/{childId}", "Compliance: lift an entry, which stays readable",
            DealMethods.liftListEntry
        )
        .allow(.clearConflicts).body(16 * 1024).ifMatch(),
        .get(
            "/api/control-room/queue", "Compliance: what waits for the control room, the next due first",
            DealMethods.controlRoomQueue
        )
        .allow(.clearConflicts).query(.controlRoom),
        .get(
            "/api/control-room/checks/{id}", "Compliance: one conflict check, with all that it hit",
            DealMethods.conflictCheck
        )
        .allow(.clearConflicts),
        .put("/api/control-room/checks/{id}/claim", "Compliance: take a check, or let it go", DealMethods.claimCheck)
            .allow(.clearConflicts).body(4096).ifMatch(),
        .post("/api/control-room/checks/{id}/decision", "Compliance: decide a check", DealMethods.decideCheck)
            .allow(.clearConflicts).body(16 * 1024).ifMatch(),
        .get(
            "/api/approvals", "Requests that wait for a second person, on all deals you may see",
            DealMethods.openApprovals
        )
        .allow(.readDeals).query(.openApprovals),
    ]
}
