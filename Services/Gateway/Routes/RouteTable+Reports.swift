import Contracts

/// Routes of the reports, each as a table, as a file, and with the deals behind its numbers.
extension RouteTable {
    static let reports: [Route] = [
        .mondayPage("/api/reports/monday", "The report of Monday's meeting as one page to print, code names only")
            .allow(.readReports).query(.monday),
        .get(
            "/api/reports/{report}", "A report over the deals you may see; management: over all, blinded",
            DealMethods.report
        )
        .allow(.readReports).query(.report).heavy(),
        .csv(
            "/api/reports/{report}.csv", "The report as a file; written down in the audit log", .report,
            ReportFileQuery.self
        )
        .allow(.readReports).query(.reportFile),
        .get(
            "/api/reports/{report}/deals", "The deals behind one number of the report", DealMethods.reportDeals
        )
        .allow(.readDeals).query(.reportDeals).heavy(),
    ]
}
