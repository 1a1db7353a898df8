import Contracts

/// Routes that find deals: search, boards, saved views.
extension RouteTable {
    static let finding: [Route] = [
        .post("/api/deals/search", "Search the deals you may see, with and, or and not", DealMethods.search)
            .allow(.readDeals).body(64 * 1024),
        .get("/api/search", "Deals that fit what is being typed, the best first", DealMethods.find)
            .allow(.readDeals).query(.find),
        .get(
            "/api/board", "One pipeline as a board: each stage with its count, sums and first cards", DealMethods.board
        )
        .allow(.readDeals).query(.board),
        .get(
            "/api/board/totals", "Management: counts and amounts of all pipelines, none of fewer than three deals",
            DealMethods.boardTotals
        )
        .allow(.readTotals).heavy(),
    ]

    static let views: [Route] = [
        .get("/api/views", "Your saved views and the firm's", DealMethods.views)
            .allow(.readDeals).query(.views),
        .post("/api/views", "Save a view, for yourself or for the firm", DealMethods.createView)
            .sessionOnly().body(32 * 1024).created(at: "/api/views/"),
        .get("/api/views/{id}", "One saved view", DealMethods.view)
            .allow(.readDeals),
        .patch("/api/views/{id}", "Change a view of your own (JSON merge patch)", DealMethods.updateView)
            .sessionOnly().body(32 * 1024).ifMatch(),
        .delete("/api/views/{id}", "Remove a view of your own", DealMethods.removeView)
            .sessionOnly().noContent().ifMatch(),
        .get("/api/views/{id}/deals", "The view's deals, of those that you may see", DealMethods.viewDeals)
            .allow(.readDeals).query(.viewDeals),
    ]
}
