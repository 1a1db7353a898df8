import Contracts
import NIOCore

/// The audit log, and the files in which it is published to those who verify it by themselves.
extension RouteTable {
    static let audit: [Route] = [
        .get("/api/audit", "Search the audit log", AuditMethods.list)
            .allow(.readAudit).query(.audit),
        .get("/api/audit/verify", "Recompute the whole log and compare", AuditMethods.verify)
            .allow(.readAudit).deadline(.seconds(25)).heavy(),
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
