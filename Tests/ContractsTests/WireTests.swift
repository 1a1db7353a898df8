import Foundation
import RPC
import Testing

@testable import Contracts

/// Long: the whole table.
@Test func methodNumbersNeverChange() {
    let methods = MethodTable.all.sorted { $0.id < $1.id }
    let table = methods.map { "0x\(String($0.id, radix: 16)) \($0.name)" }.joined(separator: "\n")
    #expect(
        table == """
            0x10 events.pull
            0x11 events.subscribe
            0x12 events.acknowledge
            0x13 events.groups
            0x14 events.read
            0x15 events.deadLetters
            0x16 events.redrive
            0x17 events.skip
            0x20 backup.take
            0x101 auth.login
            0x102 auth.refresh
            0x103 auth.logout
            0x104 auth.me
            0x105 auth.users.list
            0x107 auth.users.setStatus
            0x109 auth.setup.claim
            0x10a auth.users.find
            0x10b auth.access.changes
            0x10c auth.access.resolve
            0x10d auth.web.open
            0x10e auth.tokens.create
            0x10f auth.tokens.list
            0x110 auth.tokens.revoke
            0x111 auth.keys.rotate
            0x112 auth.invitations.create
            0x113 auth.invitations.list
            0x114 auth.invitations.revoke
            0x115 auth.invitations.accept
            0x116 auth.users.get
            0x117 auth.users.update
            0x118 auth.me.update
            0x119 auth.invitations.look
            0x120 auth.sessions.list
            0x121 auth.sessions.end
            0x122 auth.sessions.endOthers
            0x123 auth.users.sessions.list
            0x124 auth.users.sessions.end
            0x125 auth.password.change
            0x126 auth.password.reset.request
            0x127 auth.password.reset
            0x128 auth.factors.list
            0x129 auth.factors.totp.begin
            0x12a auth.factors.totp.confirm
            0x12b auth.factors.totp.remove
            0x12c auth.factors.codes.renew
            0x12d auth.factors.reset
            0x130 auth.passkeys.creation
            0x131 auth.passkeys.add
            0x132 auth.passkeys.list
            0x133 auth.passkeys.remove
            0x134 auth.passkeys.request
            0x138 auth.oidc.start
            0x139 auth.oidc.finish
            0x13a auth.methods
            0x141 auth.keys.list
            0x201 deals.create
            0x202 deals.get
            0x203 deals.list
            0x204 deals.update
            0x205 deals.transitions
            0x206 deals.move
            0x207 deals.history
            0x208 deals.team
            0x209 deals.team.add
            0x20a deals.team.remove
            0x20b deals.conflict.decide
            0x20c deals.counterparties
            0x20d deals.counterparties.add
            0x20e deals.notices.watch
            0x210 deals.activities
            0x211 deals.activities.add
            0x212 deals.activities.update
            0x213 deals.activities.remove
            0x214 deals.tasks
            0x215 deals.tasks.add
            0x216 deals.tasks.update
            0x217 deals.tasks.remove
            0x218 deals.tasks.template
            0x219 deals.tasks.open
            0x220 deals.documents
            0x221 deals.documents.add
            0x222 deals.documents.versions.add
            0x223 deals.documents.content.put
            0x224 deals.documents.content
            0x225 deals.documents.remove
            0x230 deals.access
            0x231 deals.breakGlass
            0x232 deals.crossings
            0x233 deals.crossings.request
            0x234 deals.crossings.decide
            0x235 deals.crossings.end
            0x240 deals.pipelines
            0x241 deals.pipelines.get
            0x242 deals.pipelines.edit
            0x243 deals.pipelines.counts
            0x250 deals.approvals
            0x251 deals.approvals.request
            0x252 deals.approvals.decide
            0x260 deals.delete
            0x261 deals.restore
            0x262 deals.retention.decide
            0x263 deals.tags
            0x264 deals.codeNames
            0x265 deals.customFields
            0x266 deals.customFields.add
            0x267 deals.customFields.update
            0x270 deals.search
            0x271 deals.views
            0x272 deals.views.create
            0x273 deals.views.get
            0x274 deals.views.update
            0x275 deals.views.remove
            0x276 deals.views.deals
            0x277 deals.board
            0x278 deals.board.totals
            0x279 deals.find
            0x280 deals.bulk
            0x281 deals.export
            0x282 deals.imports.add
            0x283 deals.imports
            0x284 deals.imports.get
            0x285 deals.imports.content.put
            0x286 deals.imports.map
            0x287 deals.imports.validate
            0x288 deals.imports.commit
            0x289 deals.imports.revert
            0x28a deals.imports.errors
            0x28b deals.imports.rows
            0x28c deals.imports.remove
            0x290 deals.organizations
            0x291 deals.organizations.add
            0x292 deals.organizations.get
            0x293 deals.organizations.update
            0x294 deals.organizations.publish
            0x295 deals.organizations.merge
            0x296 deals.organizations.deals
            0x297 deals.persons
            0x298 deals.persons.add
            0x299 deals.persons.update
            0x29a deals.persons.remove
            0x29b deals.parties
            0x29c deals.parties.add
            0x29d deals.parties.update
            0x29e deals.parties.remove
            0x2a0 deals.changes
            0x2a1 deals.timeline
            0x2a2 deals.reports.get
            0x2a3 deals.reports.deals
            0x2a4 deals.reports.file
            0x2a9 deals.reports.monday
            0x2b0 deals.rates
            0x2b1 deals.rates.series
            0x2b2 deals.rates.set
            0x2b3 deals.rates.import
            0x2b4 deals.persons.find
            0x2b5 deals.organizations.merges
            0x2b6 deals.organizations.merges.undo
            0x2c0 deals.fees
            0x2c1 deals.fees.add
            0x2c2 deals.fees.update
            0x2c3 deals.fees.remove
            0x2c4 deals.fees.preview
            0x2d0 deals.counterparties.update
            0x2d1 deals.counterparties.remove
            0x2d2 deals.counterparties.bulk
            0x2d3 deals.counterparties.funnel
            0x2d4 deals.counterparties.export
            0x2d5 deals.counterparties.steps
            0x2d6 deals.counterparties.steps.add
            0x2d7 deals.counterparties.steps.void
            0x2d8 deals.counterparties.steps.bulk
            0x2d9 deals.ndas
            0x2da deals.ndas.add
            0x2db deals.ndas.update
            0x2dc deals.ndas.expiring
            0x2e0 deals.rounds
            0x2e1 deals.rounds.add
            0x2e2 deals.rounds.update
            0x2e3 deals.bids
            0x2e4 deals.bids.add
            0x2e5 deals.bids.update
            0x2e6 deals.bids.withdraw
            0x2e7 deals.bids.grid
            0x2e8 deals.bids.grid.csv
            0x2e9 deals.credits
            0x2ea deals.credits.set
            0x2eb deals.tail
            0x2ec deals.tail.set
            0x2ed deals.tail.remove
            0x2ee deals.tails
            0x2f0 deals.lists
            0x2f1 deals.lists.add
            0x2f2 deals.lists.update
            0x2f3 deals.lists.lift
            0x2f4 deals.conflicts.check
            0x2f5 deals.controlRoom.queue
            0x2f6 deals.controlRoom.get
            0x2f7 deals.controlRoom.claim
            0x2f8 deals.controlRoom.decide
            0x2f9 deals.conflict.request
            0x2fa deals.approvals.open
            0x301 audit.list
            0x302 audit.verify
            0x310 audit.log.checkpoint
            0x311 audit.log.vkey
            0x312 audit.log.tile
            0x313 audit.log.entries
            0x314 audit.entries.proof
            0x320 audit.searches
            0x321 audit.searches.create
            0x322 audit.searches.get
            0x323 audit.searches.update
            0x324 audit.searches.remove
            0x325 audit.export.ndjson
            0x326 audit.export.csv
            0x327 audit.entries.redact
            0x328 audit.users.erase
            0x329 audit.hold
            0x32a audit.hold.place
            0x32b audit.hold.lift
            0x32c audit.deals.timeline
            0x32d audit.users.timeline
            0x401 health.current
            0x402 health.history
            0x410 health.webhooks.list
            0x411 health.webhooks.create
            0x412 health.webhooks.get
            0x413 health.webhooks.update
            0x414 health.webhooks.remove
            0x415 health.webhooks.rotateSecret
            0x416 health.webhooks.test
            0x417 health.webhooks.deliveries
            0x418 health.webhooks.replay
            0x419 health.webhooks.replayFailed
            """)
}

@Test func methodNumbersAndNamesAreUnique() {
    #expect(Set(MethodTable.all.map(\.id)).count == MethodTable.all.count)
    #expect(Set(MethodTable.all.map(\.name)).count == MethodTable.all.count)
}

@Test func mergePatchTellsNullFromAbsence() throws {
    let patch = try StrictJSON.decode(
        DealPatch.self, from: Data(#"{"sector":null,"nextStep":"call","probability":40}"#.utf8))
    #expect(patch.sector == .clear)
    #expect(patch.nextStep == .set("call"))
    #expect(patch.probability == .set(40))
    #expect(patch.codeName == nil)
}

@Test func mergePatchFaultsNameTheField() {
    let fault = #expect(throws: RPCFault.self) {
        try StrictJSON.decode(DealPatch.self, from: Data(#"{"expectedCloseOn":"soon"}"#.utf8))
    }
    #expect(fault?.errors.map(\.field) == ["expectedCloseOn"])
}

@Test func idsTravelInLowerCase() throws {
    let id = UUID()
    let user = User(
        id: id, email: "a@b", name: "A", role: .banker, status: .active, version: 1, createdAt: .now, updatedAt: .now)
    #expect(String(decoding: try StrictJSON.encode(user), as: UTF8.self).contains("\"id\":\"\(id.text)\""))
}

@Test func whatExtensionsAnswerUnaskedIsBorneAndAllElseIsNot() throws {
    let assertion = { (extensions: String, more: String) in
        """
        {"id":"AA","rawId":"AA","type":"public-key","clientExtensionResults":\(extensions),"authenticatorAttachment":null,
        "response":{"clientDataJSON":"AA","authenticatorData":"AA","signature":"AA","userHandle":null\(more)}}
        """
    }
    let good = assertion(#"{"credProps":{"rk":true},"appid":false}"#, "")
    let read = try StrictJSON.decode(PasskeyAssertion.self, from: Data(good.utf8))
    #expect(String(decoding: try StrictJSON.encode(read), as: UTF8.self).contains(#""clientExtensionResults":{}"#))
    for bad in [assertion("5", ""), assertion("{}", #","x":1"#), good.replacing("public-key", with: "password")] {
        #expect(throws: RPCFault.self) { try StrictJSON.decode(PasskeyAssertion.self, from: Data(bad.utf8)) }
    }
}

@Test func rolesHaveOneBitEach() {
    for role in Role.allCases { #expect(Role(bits: role.bits) == role) }
    #expect(Role(bits: 0) == nil)
    #expect(Role(bits: Role.admin.bits | Role.banker.bits) == nil)
}

@Test func permissionIsTheRolesAndNothingElse() throws {
    let admin = RPCContext(
        peer: "gateway", identity: RPCIdentity(subject: UUID(), session: UUID(), roles: Role.admin.bits))
    #expect(throws: RPCFault.forbidden("Your role does not allow this.")) { try admin.require(.readDeals) }
    #expect(try admin.require(.manageUsers).roles == Role.admin.bits)
    #expect(throws: RPCFault.self) { try RPCContext(peer: "gateway").require(.readDeals) }
}
