import Contracts

/// Routes of who can see a deal, and who is let in for a time.
extension RouteTable {
    static let walls: [Route] = [
        .get("/api/deals/{id}/access", "Who can see the deal, or could at an instant, and why", DealMethods.access)
            .allow(.readDeals).query(.access),
        .post(
            "/api/deals/{id}/break-glass", "Compliance: read a secret deal for an hour, in an emergency",
            DealMethods.breakGlass
        )
        .allow(.clearConflicts).body(4096).created(),
        .get("/api/deals/{id}/wall-crossings", "Who was or is to be let in for a time", DealMethods.crossings)
            .allow(.readDeals).query(.wallCrossings),
        .post(
            "/api/deals/{id}/wall-crossings", "Ask to let somebody read the deal for a time",
            DealMethods.requestCrossing
        )
        .allow(.workOnDeals).body(4096).created(),
        .post(
            "/api/deals/{id}/wall-crossings/{childId}/decision", "Approve or refuse what somebody else asked for",
            DealMethods.decideCrossing
        )
        .allow(.workOnDeals).body(16 * 1024).ifMatch(),
        .delete(
            "/api/deals/{id}/wall-crossings/{childId}", "End a wall-crossing, or take its request back",
            DealMethods.endCrossing
        )
        .allow(.workOnDeals).ifMatch(),
    ]
}
