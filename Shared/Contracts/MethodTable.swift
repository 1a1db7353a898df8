package import RPC

/// The numbers of all calls between services. Append only: a number is never changed or used again, and a golden test
/// pins the table. Ranges: 0x0001 built into the RPC, 0x0010 events, 0x01xx auth, 0x02xx deals, 0x03xx audit, 0x04xx health.
package enum MethodTable {
    package static let all: [RPCMethodEntry] = [
        EventMethods.pull.entry,
        AuthMethods.login.entry, AuthMethods.refresh.entry, AuthMethods.logout.entry, AuthMethods.me.entry,
        AuthMethods.listUsers.entry, AuthMethods.createUser.entry, AuthMethods.setUserStatus.entry,
        AuthMethods.watchAccess.entry, AuthMethods.claimSetup.entry, AuthMethods.findUser.entry,
        DealMethods.create.entry, DealMethods.get.entry, DealMethods.list.entry, DealMethods.update.entry,
        DealMethods.transitions.entry, DealMethods.move.entry, DealMethods.history.entry, DealMethods.team.entry,
        DealMethods.addMember.entry, DealMethods.removeMember.entry, DealMethods.decideConflict.entry,
        DealMethods.counterparties.entry, DealMethods.addCounterparty.entry,
        AuditMethods.list.entry, AuditMethods.verify.entry,
        HealthMethods.current.entry, HealthMethods.history.entry,
    ]
}

/// The names that services prove in the RPC handshake.
package enum Peer {
    package static let gateway = "gateway"
    package static let auth = "auth"
    package static let deals = "deals"
    package static let audit = "audit"
    package static let health = "health"
}
