import Contracts
import Foundation
import RPC

/// Saved searches of officers: kept by their owners, read by all of compliance where they are shared.
struct SavedSearchHandlers: Sendable {
    let searches: SavedSearchStore
    var now: @Sendable () -> Instant = { .now }

    func register(on router: inout RPCRouter) {
        router.on(AuditMethods.searches, page)
        router.on(AuditMethods.createSearch, create)
        router.on(AuditMethods.search, get)
        router.on(AuditMethods.updateSearch, update)
        router.on(AuditMethods.removeSearch, remove)
    }

    func page(_ input: AuditSearchQuery, _ context: RPCContext) async throws -> AuditSearchPage {
        let user = try context.require(.readAudit).subject
        let limits = SavedSearchStore.pageLimits
        let limit = input.limit ?? limits.upperBound
        guard limits.contains(limit) else {
            throw LogSearch.fault("limit", "out_of_range", "must be 1 to \(limits.upperBound)")
        }
        return try await searches.page(limit: limit, after: Self.position(input.cursor), by: user)
    }

    func create(_ input: NewAuditSearch, _ context: RPCContext) async throws -> AuditSearch {
        let user = try context.require(.readAudit).subject
        return try await searches.create(SavedSearchForm(input, by: user, at: now()).checked())
    }

    func get(_: Nothing, _ context: RPCContext) async throws -> AuditSearch {
        let user = try context.require(.readAudit).subject
        return try await searches.search(Self.id(context), by: user)
    }

    func update(_ input: AuditSearchPatch, _ context: RPCContext) async throws -> AuditSearch {
        let user = try context.require(.readAudit).subject
        return try await searches.update(
            Self.id(context), input, by: user, expecting: context.ifMatch, at: now())
    }

    func remove(_: Nothing, _ context: RPCContext) async throws -> Nothing {
        let user = try context.require(.readAudit).subject
        try await searches.remove(Self.id(context), by: user, expecting: context.ifMatch)
        return Nothing()
    }

    private static func position(_ cursor: String?) throws(RPCFault) -> Data {
        guard let cursor else { return Data() }
        guard let id = UUID(uuidString: cursor) else {
            throw RPCFault(.invalidArgument, "cursor_invalid", "The cursor is not one that this list gave.")
        }
        return withUnsafeBytes(of: id.uuid) { Data($0) }
    }

    private static func id(_ context: RPCContext) throws(RPCFault) -> UUID {
        guard let id = context.resource.first.flatMap(UUID.init(uuidString:)) else { throw .notFound("search") }
        return id
    }
}

extension RPCFault {
    /// - Throws: `version_required`, or `version_mismatch` with the thing as it stands.
    static func requireVersion(_ expected: Int64?, of thing: some RPCResource & Encodable) throws {
        guard let expected else {
            throw RPCFault(.failedPrecondition, "version_required", "Send If-Match with the version you read.")
        }
        guard expected == thing.version else {
            throw RPCFault(
                .aborted, "version_mismatch", "It has changed since you read it.",
                current: String(decoding: try StrictJSON.encode(thing), as: UTF8.self))
        }
    }
}
