import Contracts
import Foundation
import RPC
import Testing

@testable import deals

/// An import tells nobody of deals that he may not see, nor of other people's imports.
struct ImportSecrecyTests {
    @Test func anImportIsItsMakersAlone() async throws {
        try await Desk.with { desk in
            let (banker, other) = (desk.person(.banker), desk.person(.banker))
            let job = try await desk.imported("codeName,type,clientName\nFalcon,ecm_ipo,Aurora\n", as: banker)
            let calls: [(String) async throws -> Data] = [
                { try await desk.bytes(DealMethods.getImport, Nothing(), as: other, on: [$0]) },
                {
                    let mapping = ImportMapping(columns: [ImportColumn("codeName", as: "codeName")])
                    return try await desk.bytes(DealMethods.mapImport, mapping, as: other, on: [$0])
                },
                { try await desk.bytes(DealMethods.validateImport, Nothing(), as: other, on: [$0]) },
                { try await desk.bytes(DealMethods.commitImport, ImportCommit(), as: other, on: [$0]) },
                { try await desk.bytes(DealMethods.revertImport, Nothing(), as: other, on: [$0]) },
                { try await desk.bytes(DealMethods.importRows, ImportRowQuery(), as: other, on: [$0]) },
                { try await desk.bytes(DealMethods.removeImport, Nothing(), as: other, on: [$0]) },
            ]
            for call in calls {
                for id in [job.id.text, UUIDv7.make().text, "../imports"] {
                    let refused = try await fault("not_found") { try await call(id) }
                    #expect(refused == .notFound("import"))
                }
            }
            try await fault("not_found") { try await desk.errorsFile(job, as: other) }
            try await fault("not_found") { try await desk.put([1], at: 0, of: job, as: other) }
            #expect(try await desk.call(DealMethods.imports, Nothing(), as: other).items.isEmpty)
            for role in [Role.admin, .management, .observer, .compliance] {
                let person = desk.person(role)
                try await fault("forbidden") { try await desk.importJob(job, as: person) }
                try await fault("forbidden") { try await desk.call(DealMethods.imports, Nothing(), as: person) }
            }
        }
    }

    @Test func aRowOfAHiddenDealSaysWhatOneOfNoneSays() async throws {
        try await Desk.with { desk in
            let (banker, other) = (desk.person(.banker), desk.person(.banker))
            let hidden = try await desk.deal("Falcon", by: banker, confidentiality: .secret)
            let job = try await desk.validated(
                "deal,sector\n\(hidden.number),x\n\(hidden.id.text),x\n\(UUIDv7.make().text),x\nD-2031-0001,x\nfoo,x\n",
                as: other)
            #expect(job.counts.invalid == 5)
            #expect(try await desk.rows(job, as: other).details == Array(repeating: [" not_found"], count: 5))
        }
    }

    /// The name that a deal has elsewhere does not tell that there is such a deal.
    @Test func anExternalIDOfAHiddenDealIsFree() async throws {
        try await Desk.with { desk in
            let (banker, other) = (desk.person(.banker), desk.person(.banker))
            let external: (inout ImportMapping) -> Void = { $0.columns[0].field = ImportFields.externalId }
            let file = "id,codeName,type,clientName\nA-1,Falcon,ecm_ipo,Aurora\n"
            _ = try await desk.imported(file, as: banker, source: "crm", external)
            let his = try await desk.imported(
                file.replacing("Falcon", with: "Hawk"), as: other, source: "crm", external)
            #expect(his.counts.created == 1)
            // Who sees both has to say which.
            let falcon = try #require(try await desk.list(as: banker).items.first)
            _ = try await desk.add(other, to: falcon, by: banker, access: .edit)
            let both = try await desk.validated(file, as: other, source: "crm", external)
            #expect(try await desk.rows(both, as: other).details == [["externalId ambiguous"]])
        }
    }

    /// A validation leaves no deal behind, so it must not tell whether a code name is taken, not even by what else it
    /// finds wrong with the row.
    @Test func aTrialDoesNotTellWhichNamesAreTaken() async throws {
        try await Desk.with { desk in
            let (banker, other) = (desk.person(.banker), desk.person(.banker))
            _ = try await desk.deal("Falcon", by: banker, confidentiality: .secret)
            let own = try await desk.deal("Own", by: other)
            let text = """
                deal,codeName,type,clientName,stage
                ,Falcon,ecm_ipo,Aurora,
                ,Hawk,ecm_ipo,Aurora,
                ,Falcon two,ecm_ipo,Aurora,nowhere
                \(own.number),Falcon three,,,

                """
            let job = try await desk.validated(text, as: other)
            #expect(try await desk.rows(job, as: other).details == [[], [], ["toStage unknown_stage"], []])
            let taken = try await desk.validated(
                "codeName,type,clientName,stage\nFalcon,ecm_ipo,A,nowhere\n", as: other)
            let free = try await desk.validated(
                "codeName,type,clientName,stage\nKestrel,ecm_ipo,A,nowhere\n", as: other)
            #expect(try await desk.rows(taken, as: other).details == desk.rows(free, as: other).details)
            let rename = try await desk.validated("deal,codeName\n\(own.number),Falcon\n", as: other)
            #expect(rename.counts.valid == 1)
            let done = try await desk.commit(rename, as: other)
            #expect(done.counts.refused == 1)
            #expect(try await desk.rows(done, as: other).details == [["codeName not_available"]])
        }
    }

    @Test func theLogHoldsNoNameOfASecretDeal() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let job = try await desk.imported(
                "codeName,type,clientName,confidentiality\nFalcon,ecm_ipo,Aurora,secret\n", as: banker)
            _ = try await desk.revert(job, as: banker)
            for event in try await desk.events() {
                let text = "\(event)".lowercased()
                #expect(!text.contains("falcon") && !text.contains("aurora"), "\(event.type)")
            }
        }
    }
}
