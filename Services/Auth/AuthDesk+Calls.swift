import Contracts
import Events
import RPC

// Every call that this service answers.
extension AuthDesk {
    func register(on router: inout RPCRouter) {
        router.on(AuthMethods.login, sessions.login)
        router.on(AuthMethods.refresh, sessions.refresh)
        router.on(AuthMethods.logout, sessions.logout)
        router.on(AuthMethods.openWebSession, sessions.openWeb)

        router.on(AuthMethods.listSessions, living.list)
        router.on(AuthMethods.endSession, living.end)
        router.on(AuthMethods.endOtherSessions, living.endOthers)
        router.on(AuthMethods.listUserSessions, living.listOfUser)
        router.on(AuthMethods.endUserSessions, living.endOfUser)

        router.on(AuthMethods.accessChanges) { [access] input, context, writer in
            try await access.watch(input, context) { try await writer.send($0) }
        }
        router.on(AuthMethods.resolveAccess, access.resolve)

        router.on(AuthMethods.rotateKeys, ring.rotate)
        router.on(AuthMethods.listKeys, ring.list)

        router.on(AuthMethods.createToken, tokens.create)
        router.on(AuthMethods.listTokens, tokens.list)
        router.on(AuthMethods.revokeToken, tokens.revoke)

        router.on(AuthMethods.changePassword, passwords.change)
        router.on(AuthMethods.requestPasswordReset, passwords.requestReset)
        router.on(AuthMethods.resetPassword, passwords.reset)

        router.on(AuthMethods.me, users.me)
        router.on(AuthMethods.listUsers, users.list)
        router.on(AuthMethods.getUser, users.get)
        router.on(AuthMethods.setUserStatus, users.setStatus)
        router.on(AuthMethods.updateUser, users.update)
        router.on(AuthMethods.updateMe, users.updateMe)
        router.on(AuthMethods.findUser, users.find)

        router.on(AuthMethods.createInvitation, invitations.create)
        router.on(AuthMethods.listInvitations, invitations.list)
        router.on(AuthMethods.revokeInvitation, invitations.revoke)
        router.on(AuthMethods.lookAtInvitation, invitations.look)
        router.on(AuthMethods.acceptInvitation, invitations.accept)

        router.on(AuthMethods.claimSetup, setup.claim)

        router.on(AuthMethods.listFactors, factors.list)
        router.on(AuthMethods.beginTOTP, factors.beginTOTP)
        router.on(AuthMethods.confirmTOTP, factors.confirmTOTP)
        router.on(AuthMethods.removeTOTP, factors.removeTOTP)
        router.on(AuthMethods.renewRecoveryCodes, factors.renewRecoveryCodes)
        router.on(AuthMethods.resetFactors, factors.reset)

        router.on(AuthMethods.passkeyCreation, passkeys.creation)
        router.on(AuthMethods.addPasskey, passkeys.add)
        router.on(AuthMethods.listPasskeys, passkeys.list)
        router.on(AuthMethods.removePasskey, passkeys.remove)
        router.on(AuthMethods.passkeyRequest, passkeys.request)

        router.on(AuthMethods.startOpenID, openID.start)
        router.on(AuthMethods.finishOpenID, openID.finish)
        router.on(AuthMethods.signInMethods, openID.methods)

        events.register(on: &router)
    }
}
