import Contracts
import RPC

/// Who sets the service up, and when. He need not see any deal.
struct SettingsCaller: Sendable {
    let caller: Caller

    var now: Instant { caller.now }
    var context: RPCContext { caller.context }

    /// - Throws: `unauthenticated` or `forbidden` when the caller's role may not do this.
    init(_ context: RPCContext, now: Instant) throws {
        caller = try Caller(context, may: .manageSettings, now: now)
    }

    /// - Throws: `version_required`, or `version_mismatch` with the field as it stands.
    func requireVersion(of field: CustomField) throws {
        guard let expected = context.ifMatch else {
            throw RPCFault(.failedPrecondition, "version_required", "Send If-Match with the version you read.")
        }
        guard expected != field.version else { return }
        throw RPCFault(
            .aborted, "version_mismatch", "The field has changed since you read it.",
            current: String(decoding: try StrictJSON.encode(field), as: UTF8.self))
    }
}

/// The definitions of custom fields: read by everybody who is signed in, made by administrators.
struct CustomFieldHandlers: Sendable {
    let fields: CustomFieldStore
    let now: WallClock

    func register(on router: inout RPCRouter) {
        router.on(DealMethods.customFields, list)
        router.on(DealMethods.addCustomField, add)
        router.on(DealMethods.updateCustomField, update)
    }

    func list(_: Nothing, _ context: RPCContext) async throws -> CustomFieldList {
        guard context.identity != nil else { throw RPCFault(.unauthenticated, "unauthenticated", "Sign in first.") }
        return try await fields.list()
    }

    func add(_ input: NewCustomField, _ context: RPCContext) async throws -> CustomField {
        let caller = try SettingsCaller(context, now: now())
        return try await fields.add(CustomFieldForm(input, at: caller.now), by: caller)
    }

    func update(_ input: CustomFieldPatch, _ context: RPCContext) async throws -> CustomField {
        let caller = try SettingsCaller(context, now: now())
        guard let key = context.resource.first else { throw RPCFault.notFound("custom field") }
        return try await fields.update(key, input, by: caller)
    }
}
