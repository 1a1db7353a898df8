import Contracts
import NIOCore
import RPC

/// The audit log, for compliance, and the files in which it is published to those who verify it by themselves. What changes
/// something wants a session: a personal token reads.
extension RouteTable {
    static let audit: [Route] = [
        .get("/api/audit", "Search the audit log", AuditMethods.list)
            .allow(.readAudit).query(.audit).deadline(.seconds(15)),
        .get("/api/audit/verify", "Recompute the whole log and compare", AuditMethods.verify)
            .allow(.readAudit).deadline(.seconds(25)).heavy(),
        .csv(
            "/api/audit/export.ndjson",
            "What a search finds as lines of JSON with their bytes; written down in the log",
            .auditLines, AuditFilter.self
        )
        .allow(.readAudit).query(.auditFilter),
        .csv(
            "/api/audit/export.csv", "What a search finds as a table; written down in the log", .auditTable,
            AuditFilter.self
        )
        .allow(.readAudit).query(.auditFilter),
        .get("/api/audit/searches", "Your saved searches and those that others share", AuditMethods.searches)
            .allow(.readAudit).query(.auditSearches),
        .post("/api/audit/searches", "Save a search, for yourself or for compliance", AuditMethods.createSearch)
            .sessionOnly().body(16 * 1024).created(at: "/api/audit/searches/"),
        .get("/api/audit/searches/{id}", "One saved search", AuditMethods.search)
            .allow(.readAudit),
        .patch(
            "/api/audit/searches/{id}", "Change a search of your own (JSON merge patch)", AuditMethods.updateSearch
        )
        .sessionOnly().body(16 * 1024).ifMatch(),
        .delete("/api/audit/searches/{id}", "Remove a search of your own", AuditMethods.removeSearch)
            .sessionOnly().noContent().ifMatch(),
        .get("/api/audit/deals/{id}/timeline", "All that happened to one deal", AuditMethods.dealTimeline)
            .allow(.readAudit).query(.auditTimeline),
        .get(
            "/api/audit/users/{id}/timeline", "What one person did, and what was done to him",
            AuditMethods.userTimeline
        )
        .allow(.readAudit).query(.auditTimeline),
        .post(
            "/api/audit/entries/{seq}/redact", "Erase personal values of one entry, for good", AuditMethods.redact
        )
        .sessionOnly().body(8192),
        .post(
            "/api/audit/users/{id}/erase", "Erase the personal values of one person in all of the log, for good",
            AuditMethods.eraseUser
        )
        .sessionOnly().body(4096).deadline(.seconds(25)).heavy(),
        .get("/api/audit/hold", "Whether the log is under a legal hold, and how far it was pruned", AuditMethods.hold)
            .allow(.readAudit),
        .put("/api/audit/hold", "Place a legal hold: nothing is pruned", AuditMethods.placeHold)
            .sessionOnly().body(4096).ifMatch(),
        .delete("/api/audit/hold", "Lift the legal hold", AuditMethods.liftHold)
            .sessionOnly().body(4096).ifMatch(),
        .logFile("/api/audit/log/checkpoint", "What the log has come to, signed (C2SP tlog-checkpoint)", .checkpoint)
            .allow(.readAudit),
        .logFile("/api/audit/log/vkey", "The keys that sign: the present one first (C2SP signed-note)", .verifierKeys)
            .allow(.readAudit),
        .logFile("/api/audit/log/tile/{+path}", "Hashes of the log's tree (C2SP tlog-tiles)", .tile)
            .allow(.readAudit),
        .logFile("/api/audit/log/tile/entries/{+path}", "Up to 256 entries as they were hashed", .entries)
            .allow(.readAudit),
        .logFile("/api/audit/entries/{seq}/proof", "Proves offline that an entry is in the log", .proof)
            .allow(.readAudit),
    ]
}
