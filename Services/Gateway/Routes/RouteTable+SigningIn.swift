import Contracts
import NIOCore

/// Routes by which people sign in and out.
extension RouteTable {
    static let signingIn: [Route] = [
        .post("/api/auth/login", "Sign in with e-mail and password, or a passkey", AuthMethods.login)
            .open(.signIn).body(4096).deadline(hashing),
        .post(
            "/api/auth/passkeys/options", "What a browser needs to sign in with a passkey", AuthMethods.passkeyRequest
        )
        .open(.signIn),
        .post("/api/auth/refresh", "Exchange a refresh token for its successor", AuthMethods.refresh)
            .open(.refresh).body(4096),
        .post("/api/auth/logout", "End this session", AuthMethods.logout)
            .sessionOnly().noContent().endingWebSession(),
        .own(
            post: "/api/session", "Sign a browser in: its session stands behind a cookie", .openWebSession, SignIn.self,
            WebSignedIn.self
        )
        .open(.signIn).deadline(hashing).created(),
        .delete("/api/session", "Sign the browser out", AuthMethods.logout)
            .sessionOnly().noContent().named("auth.web.close").endingWebSession(),
        .get("/api/auth/methods", "How one may sign in here", AuthMethods.signInMethods)
            .open(.standard),
        .lead("/api/auth/oidc/start", "Send a browser to the company's OpenID provider", .startOpenID, OpenIDStart.self)
            .open(.signIn).query(.openIDStart).deadline(.seconds(15)).found(),
        .lead("/api/auth/oidc/callback", "Take it back from there, signed in", .finishOpenID, OpenIDCallback.self)
            .open(.signIn).query(.openIDCallback).ignoringOthers().deadline(.seconds(25)).page(),
        .post("/api/auth/setup", "Make the first administrator with the one-time token", AuthMethods.claimSetup)
            .open(.signIn).body(4096).deadline(hashing).created(),
        .post("/api/auth/password/reset", "Choose a new password with a one-time token", AuthMethods.resetPassword)
            .open(.signIn).body(4096).deadline(hashing).noContent(),
        .post("/api/auth/invitations/look", "Whom an invitation is for, by its token", AuthMethods.lookAtInvitation)
            .open(.signIn).body(4096),
        .post(
            "/api/auth/invitations/accept", "Become a user with an invitation's token; sign in next",
            AuthMethods.acceptInvitation
        )
        .open(.signIn).body(4096).deadline(hashing).created(),
    ]
}
