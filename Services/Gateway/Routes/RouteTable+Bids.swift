import Contracts

/// Routes of what a deal brings: the rounds and bids of a sale, who gets the credit, and the tail of the engagement.
extension RouteTable {
    static let bids: [Route] = [
        .get("/api/deals/{id}/rounds", "The rounds in which the deal is sold", DealMethods.rounds)
            .allow(.readDeals),
        .post("/api/deals/{id}/rounds", "Open the next round", DealMethods.addRound)
            .allow(.workOnDeals).body(16 * 1024).created(),
        .patch(
            "/api/deals/{id}/rounds/{childId}", "Change or close a round (JSON merge patch)", DealMethods.updateRound
        )
        .allow(.workOnDeals).body(16 * 1024).ifMatch(),
        .get("/api/deals/{id}/bids", "All bids, the one written down last first", DealMethods.bids)
            .allow(.readDeals).query(.bids),
        .post(
            "/api/deals/{id}/bids", "Write a bid down; it takes the place of the counterparty's last one in the round",
            DealMethods.addBid
        )
        .allow(.workOnDeals).body(32 * 1024).created(),
        .patch("/api/deals/{id}/bids/{childId}", "Change a bid that stands (JSON merge patch)", DealMethods.updateBid)
            .allow(.workOnDeals).body(32 * 1024).ifMatch(),
        .post("/api/deals/{id}/bids/{childId}/withdraw", "Withdraw a bid that stands", DealMethods.withdrawBid)
            .allow(.workOnDeals).body(16 * 1024).ifMatch(),
        .get("/api/deals/{id}/bids/grid", "The bids that stand, side by side", DealMethods.bidGrid)
            .allow(.readDeals).query(.bidGrid),
        .csv(
            "/api/deals/{id}/bids/grid.csv", "The same as a file; written down in the audit log", .bidGrid,
            BidGridQuery.self
        )
        .allow(.readDeals).query(.bidGrid),
    ]

    static let credits: [Route] = [
        .get("/api/deals/{id}/credits", "Who gets which share of the fees and the credit", DealMethods.credits)
            .allow(.readDeals),
        .put("/api/deals/{id}/credits", "Set all shares, which add up to 100 %, or none", DealMethods.setCredits)
            .allow(.workOnDeals).body(32 * 1024).ifMatch(),
    ]

    static let tails: [Route] = [
        .get("/api/deals/{id}/tail", "For how long after the engagement its fees are owed", DealMethods.tail)
            .allow(.readDeals),
        .put("/api/deals/{id}/tail", "Agree the tail, or another one", DealMethods.setTail)
            .allow(.workOnDeals).body(32 * 1024).ifMatch(),
        .delete("/api/deals/{id}/tail", "Remove the tail", DealMethods.removeTail)
            .allow(.workOnDeals).ifMatch().noContent(),
        .get("/api/tails", "The tails that run, of all deals you may see, the next to end first", DealMethods.tails)
            .allow(.readDeals).query(.tails),
    ]
}
