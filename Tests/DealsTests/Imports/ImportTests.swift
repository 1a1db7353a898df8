import Contracts
import Foundation
import RPC
import Testing

@testable import deals

struct ImportTests {
    private static let file = """
        codeName,type,clientName,value.amount,value.currency,stage,conflictStatus,CRM
        Falcon,sell_side_ma,Aurora,"1,250.00",USD,pitch,pending,A-1
        Hawk,ecm_ipo,Borealis,,,,,A-2

        """

    /// The file's last column is the name of each row elsewhere.
    private static func crm(_ mapping: inout ImportMapping) {
        mapping.columns = mapping.columns.map {
            $0.column == "CRM" ? ImportColumn("CRM", as: ImportFields.externalId) : $0
        }
        mapping.externalSource = "crm"
    }

    @Test func aFileBecomesDealsInSteps() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let read = try await desk.upload(Self.file, as: banker)
            #expect(read.state == .read && read.rows == 2 && read.columns.count == 8)
            var mapping = ImportMapping(columns: read.columns.map { ImportColumn($0, as: $0) })
            Self.crm(&mapping)
            #expect(try await desk.map(read, mapping, as: banker).state == .mapped)
            let before = try await desk.events().count
            let validated = try await desk.validate(read, as: banker)
            #expect(validated.state == .validated && validated.counts.valid == 2)
            #expect(try await desk.list(as: banker).items.isEmpty)
            #expect(try await desk.events().dropFirst(before).map(\.type) == [EventType.importValidated])

            let done = try await desk.commit(validated, as: banker)
            #expect(done.state == .committed && done.counts.created == 2)
            let deals = try await desk.list(DealQuery(sort: "codeName"), as: banker).items
            #expect(deals.map(\.codeName) == ["Falcon", "Hawk"])
            #expect(deals.map(\.stage) == ["pitch", "origination"])
            #expect(deals[0].value?.amount == "1250.00")
            #expect(try await desk.history(deals[0], as: banker).map(\.toStage) == ["origination", "pitch"])
            #expect(
                try await desk.events().dropFirst(before + 1).map(\.type) == [
                    EventType.dealCreated, EventType.dealStageChanged, EventType.dealCreated,
                    EventType.importCommitted,
                ])
            #expect(try await desk.rows(done, as: banker).compactMap(\.dealId) == deals.map(\.id))
        }
    }

    @Test func importedAgainItUpdatesInsteadOfDoubling() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            _ = try await desk.imported(Self.file, as: banker, Self.crm)
            let same = try await desk.imported(Self.file, as: banker, Self.crm)
            #expect(same.counts.unchanged == 2 && same.counts.created == 0)
            let changed = Self.file.replacing("Borealis", with: "Boreas").replacing("Hawk", with: "Kite")
            let again = try await desk.imported(changed, as: banker, Self.crm)
            #expect(again.counts.updated == 1 && again.counts.unchanged == 1)
            let deals = try await desk.list(DealQuery(sort: "codeName"), as: banker).items
            #expect(deals.map(\.codeName) == ["Falcon", "Kite"])
            #expect(deals[1].clientName == "Boreas")
            #expect(try await desk.history(deals[0], as: banker).count == 2)
        }
    }

    @Test func everyRowSaysAllThatIsWrongWithIt() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let job = try await desk.validated(
                """
                codeName,type,clientName,country,probability,stage,sector
                F,merger,Aurora,de,101,,
                Hawk,ecm_ipo,Borealis,DE,30,bake_off,
                Kite,ecm_ipo,Zephyr,DE,30,,Food
                Kite,ecm_ipo,Zephyr,DE,30,,
                Wren,ecm_ipo,Zephyr,DE,30,nowhere,

                """, as: banker)
            #expect(job.counts.valid == 1 && job.counts.invalid == 4)
            let details = try await desk.rows(job, as: banker).details
            #expect(
                details == [
                    ["type invalid"], ["conflictStatus conflict_check_not_started"], [], ["codeName repeated"],
                    ["toStage unknown_stage"],
                ])
            let file = try await desk.errorsFile(job, as: banker)
            let rows = try Desk.rows(file)
            #expect(rows.count == 5 && rows[0].last == "importErrors")
            #expect(rows[1].prefix(2) == ["F", "merger"] && rows[1].last?.hasPrefix("type: must be one of") == true)
            try await fault("rows_invalid") { try await desk.commit(job, as: banker) }
            let done = try await desk.commit(job, as: banker, skipInvalid: true)
            #expect(done.counts.created == 1)
            #expect(try await desk.list(as: banker).items.map(\.codeName) == ["Kite"])
        }
    }

    @Test func fieldsOfARowAreToldTogether() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let job = try await desk.validated(
                """
                codeName,type,clientName,country,probability,closedOn
                F,ecm_ipo,,de,101,2027-01-01

                """, as: banker)
            #expect(try await desk.rows(job, as: banker).details == [["clientName missing"]])
            let second = try await desk.validated(
                """
                codeName,type,clientName,country,probability,closedOn
                F,ecm_ipo,Aurora,de,101,2027-01-01

                """, as: banker)
            #expect(
                Set(try await desk.rows(second, as: banker).details[0]) == [
                    "codeName too_short", "country invalid", "probability out_of_range", "closedOn in_future",
                ])
        }
    }

    @Test func theFileOfErrorsHoldsNoFormula() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let job = try await desk.validated(
                "codeName,type,clientName,probability\r\n=1+1,x,\"@SUM(A1)\",-5\r\n", as: banker)
            let file = try await desk.errorsFile(job, as: banker)
            let line = try #require(file.split(separator: "\r\n").last)
            #expect(line.hasPrefix("'=1+1,x,'@SUM(A1),-5,"))
            // Corrected and sent again it is what it was.
            let fixed = file.replacing(",x,", with: ",ecm_ipo,").replacing(",-5,", with: ",5,")
            let again = try await desk.validated(fixed, as: banker) {
                $0.columns.removeAll { $0.column == "importErrors" }
            }
            #expect(again.counts.valid == 1)
            _ = try await desk.commit(again, as: banker)
            #expect(try await desk.list(as: banker).items.map(\.codeName) == ["=1+1"])
        }
    }

    /// What was exported comes back as it is, whatever is in it, and as changes where it was changed.
    @Test func anExportedFileIsImported() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            for name in ["=Falcon", "'Hawk", "Kite, \"the\" third", "Wren"] {
                let deal = try await desk.deal(name, by: banker, client: "-Client \(name.count)")
                _ = try await desk.update(deal, as: banker) {
                    $0.description = .set("a\r\nb, 'c'")
                    $0.value = Currency(code: "JPY").map { Patch.set(Money(minorUnits: 5_000_000, currency: $0)) }
                }
            }
            let before = try await desk.list(DealQuery(sort: "number"), as: banker).items
            let fields = "number,version," + ImportFields.ofDeals.filter { $0 != "leadId" }.joined(separator: ",")
            let text = try await desk.file(DealExportQuery(fields: fields), as: banker)
            let map: (inout ImportMapping) -> Void = { mapping in
                mapping.columns = mapping.columns.map {
                    $0.column == "number" ? ImportColumn("number", as: ImportFields.deal) : $0
                }
            }
            let same = try await desk.imported(text, as: banker, map)
            #expect(same.counts.unchanged == 4)
            #expect(try await desk.list(DealQuery(sort: "number"), as: banker).items == before)
            let edited = text.replacing("Wren", with: "Robin")
            #expect(try await desk.imported(edited, as: banker, map).counts.updated == 1)
            // The file has the version from before that.
            let stale = try await desk.validated(text, as: banker, map)
            #expect(stale.counts.invalid == 1)
            #expect(try await desk.rows(stale, as: banker, .invalid).details == [[" version_mismatch"]])
        }
    }

    @Test func emptyCellsKeepOrClear() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let deal = try await desk.deal("Falcon", by: banker)
            _ = try await desk.update(deal, as: banker) { $0.sector = .set("Food") }
            let text = "deal,sector,country\n\(deal.number),,DE\n"
            _ = try await desk.imported(text, as: banker)
            #expect(try await desk.get(deal, as: banker).sector == "Food")
            _ = try await desk.imported(text, as: banker) { $0.emptyCells = .clear }
            #expect(try await desk.get(deal, as: banker).sector == nil)
            #expect(try await desk.get(deal, as: banker).country == "DE")
        }
    }

    @Test func aFileThatIsNoTableSaysWhere() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            for (text, code, line) in [
                ("a,b\n1\n", "wrong_width", 2), ("a,a\n1,2\n", "column_repeated", 1),
                ("a,\n1,2\n", "column_unnamed", 1),
                ("a,b\n", "no_rows", 1), ("a\n\"x", "quote_open", 2),
            ] {
                let job = try await desk.upload(text, as: banker)
                #expect(job.state == .unreadable && job.fault?.code == code && job.fault?.line == line)
                try await fault("import_state") { try await desk.validate(job, as: banker) }
            }
            let semicolons = try await desk.upload("a;b\n1;2\n", as: banker, separator: .semicolon)
            #expect(semicolons.columns == ["a", "b"])
        }
    }

    @Test func aMappingNamesWhatDoesNotFit() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let job = try await desk.upload("a,b\n1,2\n", as: banker)
            let cases: [(ImportMapping, Set<String>)] = [
                (
                    ImportMapping(columns: [ImportColumn("c", as: "codeName"), ImportColumn("b", as: "nothing")]),
                    [
                        "columns[0].column unknown", "columns[1].field unknown", "columns missing",
                    ]
                ),
                (
                    ImportMapping(columns: [ImportColumn("a", as: "deal"), ImportColumn("b", as: "deal")]),
                    ["columns repeated"]
                ),
                (ImportMapping(columns: [ImportColumn("a", as: "externalId")]), ["externalSource required"]),
                (
                    ImportMapping(
                        columns: [ImportColumn("a", as: "deal")], constants: [ImportConstant("codeName", "x")]),
                    ["constants[0].field not_allowed"]
                ),
                (
                    ImportMapping(columns: [ImportColumn("a", as: "deal"), ImportColumn("b", as: "stageReason")]),
                    ["columns not_allowed"]
                ),
            ]
            for (mapping, details) in cases {
                let refused = try await fault("validation_failed") { try await desk.map(job, mapping, as: banker) }
                #expect(Set(refused.details) == details)
            }
            try await fault("version_mismatch") {
                let good = ImportMapping(columns: [ImportColumn("a", as: "deal")])
                return try await desk.call(
                    DealMethods.mapImport, good, as: banker, on: [job.id.text], ifMatch: job.version + 1)
            }
        }
    }
}
