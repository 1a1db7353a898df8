import Contracts
import NIOCore

/// Routes of what the firm sets for all deals: rates and pipelines.
extension RouteTable {
    static let rates: [Route] = [
        .get("/api/exchange-rates", "The newest rate of every pair of currencies on a day", DealMethods.rates)
            .allow(.readSettings).query(.rates),
        .get("/api/exchange-rates/series", "The rates of one pair, the newest first", DealMethods.rateSeries)
            .allow(.readSettings).query(.rateSeries),
        .put("/api/exchange-rates", "Set rates of pairs and days, all or none", DealMethods.setRates)
            .allow(.manageSettings),
        // Long: twenty thousand rates are one transaction.
        .upload(
            "/api/exchange-rates/import", "Set the rates of a file of comma-separated values, all or none",
            DealMethods.importRates, bytesMax: RateImport.bytesMax
        )
        .allow(.manageSettings).query(.rateImport).heavy().deadline(.seconds(25)),
    ]

    static let pipelines: [Route] = [
        .get("/api/pipelines", "The pipelines, one for each type of deal", DealMethods.pipelines)
            .allow(.readSettings),
        .get("/api/pipelines/{id}", "One pipeline, by id or deal type", DealMethods.pipeline)
            .allow(.readSettings),
        // Long: a stage that is removed takes its deals elsewhere.
        .put(
            "/api/pipelines/{id}", "Change a pipeline: its stages, their order, chances and rules",
            DealMethods.editPipeline
        )
        .allow(.manageSettings).body(128 * 1024).deadline(.seconds(25)).ifMatch(),
        .get(
            "/api/pipelines/{id}/counts", "How many live deals stand in each stage, as far as you may know it",
            DealMethods.pipelineCounts
        )
        .allow(.readTotals).heavy(),
    ]
}
