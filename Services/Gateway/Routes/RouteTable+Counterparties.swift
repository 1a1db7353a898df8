import Contracts
import NIOCore
import RPC

/// Routes of the other side of a deal: who is on the list, how far each is, and the NDAs.
extension RouteTable {
    static let counterparties: [Route] = [
        .get(
            "/api/deals/{id}/counterparties", "Buyers, investors or lenders on the deal, and how far each is",
            DealMethods.counterparties
        )
        .allow(.readDeals),
        .post("/api/deals/{id}/counterparties", "Add a counterparty", DealMethods.addCounterparty)
            .allow(.workOnDeals).body(32 * 1024).created(),
        .patch(
            "/api/deals/{id}/counterparties/{childId}", "Change a counterparty (JSON merge patch)",
            DealMethods.updateCounterparty
        )
        .allow(.workOnDeals).body(32 * 1024).ifMatch(),
        .delete(
            "/api/deals/{id}/counterparties/{childId}", "Take a counterparty without a history off the list",
            DealMethods.removeCounterparty
        )
        .allow(.workOnDeals).ifMatch().noContent(),
        .post(
            "/api/deals/{id}/counterparties/bulk",
            "Add up to 500 counterparties from organizations, another deal or pasted rows, each answered by itself",
            DealMethods.addCounterparties
        )
        .allow(.workOnDeals).heavy().deadline(.seconds(25)),
        .get(
            "/api/deals/{id}/counterparties/funnel", "How many counterparties came how far",
            DealMethods.counterpartyFunnel
        )
        .allow(.readDeals),
        .csv(
            "/api/deals/{id}/counterparties.csv",
            "The counterparties as a file for the client; written down in the audit log", .counterparties,
            CounterpartyExportQuery.self
        )
        .allow(.readDeals).query(.counterpartiesFile),
        .get(
            "/api/deals/{id}/counterparties/{childId}/steps", "The steps of a counterparty, the latest first",
            DealMethods.counterpartySteps
        )
        .allow(.readDeals),
        .post(
            "/api/deals/{id}/counterparties/{childId}/steps", "Record a step of a counterparty",
            DealMethods.addCounterpartyStep
        )
        .allow(.workOnDeals).body(32 * 1024).created(),
        .post(
            "/api/deals/{id}/counterparties/{childId}/steps/{stepId}/void", "Make a step void, which stays readable",
            DealMethods.voidCounterpartyStep
        )
        .allow(.workOnDeals).body(4096),
        .post(
            "/api/deals/{id}/counterparties/steps",
            "Record the same step for up to 500 counterparties, each answered by itself",
            DealMethods.addCounterpartySteps
        )
        .allow(.workOnDeals).body(64 * 1024).heavy().deadline(.seconds(25)),
    ]

    static let ndas: [Route] = [
        .get("/api/deals/{id}/ndas", "The register of NDAs of the deal", DealMethods.ndas)
            .allow(.readDeals).query(.dealNDAs),
        .post(
            "/api/deals/{id}/ndas", "Enter an NDA; an executed one also records the step that it was signed",
            DealMethods.addNDA
        )
        .allow(.workOnDeals).body(4096).created(),
        .patch("/api/deals/{id}/ndas/{childId}", "Change an NDA (JSON merge patch)", DealMethods.updateNDA)
            .allow(.workOnDeals).body(4096).ifMatch(),
        .get(
            "/api/ndas", "Executed NDAs of all deals you may see that expire soon, the next first",
            DealMethods.expiringNDAs
        )
        .allow(.readDeals).query(.expiringNDAs),
    ]
}
