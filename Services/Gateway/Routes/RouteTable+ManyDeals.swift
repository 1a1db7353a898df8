import Contracts
import NIOCore
import RPC

/// Routes that read or change many deals at once: files, bulk edits, imports.
extension RouteTable {
    static let manyDeals: [Route] = [
        .csv("/api/deals.csv", "The list as a file; written down in the audit log", .deals, DealExportQuery.self)
            .allow(.readDeals).query(.dealsFile),
        .post("/api/deals/bulk", "One change of up to 1000 deals, each answered by itself", DealMethods.bulk)
            .allow(.workOnDeals).body(256 * 1024).heavy().deadline(.seconds(25)),
    ]

    static let imports: [Route] = [
        .get("/api/imports", "Your imports, the newest first", DealMethods.imports)
            .allow(.createDeals),
        .post("/api/imports", "Announce a file of deals, which is uploaded next", DealMethods.addImport)
            .allow(.createDeals).body(4096).created(at: "/api/imports/"),
        .get("/api/imports/{id}", "How far an import is", DealMethods.getImport)
            .allow(.createDeals),
        .delete("/api/imports/{id}", "Forget an import; its deals stay", DealMethods.removeImport)
            .allow(.createDeals).ifMatch().noContent(),
        .upload(
            "/api/imports/{id}/content", "Upload a chunk; after the last one the file is read",
            DealMethods.putImportContent, bytesMax: DocumentContent.chunkBytesMax
        )
        .allow(.createDeals).query(.chunk).deadline(.seconds(15)),
        .put("/api/imports/{id}/mapping", "Say which column is which field", DealMethods.mapImport)
            .allow(.createDeals).body(256 * 1024).ifMatch(),
        .post("/api/imports/{id}/validate", "Try every row, and change nothing", DealMethods.validateImport)
            .allow(.createDeals).ifMatch().heavy(),
        .post("/api/imports/{id}/commit", "Make deals of the rows", DealMethods.commitImport)
            .allow(.createDeals).body(4096).ifMatch().heavy(),
        .post(
            "/api/imports/{id}/revert", "Take back what nobody has worked on since", DealMethods.revertImport
        )
        .allow(.createDeals).ifMatch().heavy(),
        .get("/api/imports/{id}/rows", "The rows, and what became of each", DealMethods.importRows)
            .allow(.createDeals).query(.importRows),
        .csv("/api/imports/{id}/errors.csv", "The rows with errors, to be corrected", .importErrors, Nothing.self)
            .allow(.createDeals),
    ]
}
