import Contracts
import Foundation
import RPC
import Testing

@testable import deals

/// Each custom field is a field of its own, also for those who change a deal from an older version.
struct CustomFieldConflictTests {
    /// A deal with two custom fields to fill, as it was read first.
    private static func with(_ body: (_ desk: Desk, _ banker: Person, _ read: Deal) async throws -> Void) async throws {
        try await Desk.with { desk in
            let (admin, banker) = (desk.person(.admin), desk.person(.banker))
            for key in ["fund", "tier"] {
                let new = NewCustomField(key: key, label: "Label", type: .text)
                _ = try await desk.call(DealMethods.addCustomField, new, as: admin)
            }
            try await body(desk, banker, try await desk.deal("Falcon", by: banker))
        }
    }

    private static func fill(
        _ deal: Deal, _ values: [String: Patch<CustomValue>], _ desk: Desk, _ person: Person
    ) async throws -> Deal {
        try await desk.update(deal, as: person) { $0.customFields = .set(values) }
    }

    @Test func differentFieldsAreFilledFromTheSameVersion() async throws {
        try await Self.with { desk, banker, read in
            _ = try await Self.fill(read, ["fund": .set(.text("IV, \"the\" fourth {x}"))], desk, banker)
            let both = try await Self.fill(read, ["tier": .set(.text("A"))], desk, banker)
            #expect(both.version == 3)
            #expect(both.customFields == ["fund": .text("IV, \"the\" fourth {x}"), "tier": .text("A")])
        }
    }

    @Test func theSameFieldIsInTheWayAndIsNamed() async throws {
        try await Self.with { desk, banker, read in
            let theirs = try await Self.fill(
                read, ["fund": .set(.text("IV")), "tier": .set(.text("A"))], desk, banker)
            let refused = try await fault("version_mismatch") {
                try await Self.fill(read, ["fund": .set(.text("V"))], desk, banker)
            }
            #expect(refused.conflictingFields == ["customFields.fund"])
            #expect(try await desk.get(read, as: banker) == theirs)
        }
    }

    /// There and back is a change all the same.
    @Test func whoEmptiesAllIsHeldUpByEachThatOthersChanged() async throws {
        try await Self.with { desk, banker, read in
            let filled = try await Self.fill(read, ["fund": .set(.text("IV"))], desk, banker)
            let empty = try await Self.fill(filled, ["fund": .clear], desk, banker)
            let tier = try await Self.fill(empty, ["tier": .set(.text("A"))], desk, banker)
            func clear(_ deal: Deal) async throws -> Deal {
                try await desk.update(deal, as: banker) { $0.customFields = .clear }
            }
            let refused = try await fault("version_mismatch") { try await clear(read) }
            #expect(refused.conflictingFields == ["customFields.fund", "customFields.tier"])
            let sector = try await desk.update(tier, as: banker) { $0.sector = .set("Food") }
            #expect(try await clear(tier).version == sector.version + 1)
        }
    }
}
