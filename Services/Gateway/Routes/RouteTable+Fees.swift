import Contracts

/// Routes of what a mandate is paid.
extension RouteTable {
    static let fees: [Route] = [
        .get("/api/deals/{id}/fees", "What the mandate is paid, and what it comes to", DealMethods.fees)
            .allow(.readDeals),
        .post("/api/deals/{id}/fees", "Add a fee", DealMethods.addFee)
            .allow(.workOnDeals).body(16 * 1024).created(),
        .get(
            "/api/deals/{id}/fees/preview", "What the fees come to at other values of the deal, step by step",
            DealMethods.previewFees
        )
        .allow(.readDeals).query(.feePreview),
        .patch(
            "/api/deals/{id}/fees/{childId}", "Change a fee (JSON merge patch; terms are replaced as a whole)",
            DealMethods.updateFee
        )
        .allow(.workOnDeals).body(16 * 1024).ifMatch(),
        .delete("/api/deals/{id}/fees/{childId}", "Remove a fee", DealMethods.removeFee)
            .allow(.workOnDeals).ifMatch().noContent(),
    ]
}
