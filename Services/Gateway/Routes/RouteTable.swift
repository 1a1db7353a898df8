import Contracts
import NIOCore
import RPC

/// Every public route of the suite. What is not in this table does not exist.
///
/// A new route is an entry here: the call that answers it, who may use it, and what differs from the usual. Its schemas come
/// from the call's types. Problems that only its service knows of stand in `RouteProblems.ofServices`, bounds of values in
/// `SchemaLimits.table`, and the words of examples in `ExampleTexts`.
enum RouteTable {
    /// Passwords are hashed two at a time, so that a few sign-ins at once wait for each other.
    private static let hashing = TimeAmount.seconds(15)

    static let all: [Route] = signingIn + people + deals + organizations + audit + operation

    private static let signingIn: [Route] = [
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

    private static let people: [Route] = [
        .get("/api/users/me", "Who is signed in", AuthMethods.me)
            .everyone(),
        .put("/api/users/me/password", "Change the own password", AuthMethods.changePassword)
            .sessionOnly().body(4096).deadline(hashing).heavy().noContent(),
        .get("/api/users/me/sessions", "One's own living sessions", AuthMethods.listSessions)
            .sessionOnly(),
        .delete("/api/users/me/sessions", "End all other sessions", AuthMethods.endOtherSessions)
            .sessionOnly(),
        .delete("/api/users/me/sessions/{id}", "End one of the own sessions", AuthMethods.endSession)
            .sessionOnly().noContent(),
        .patch("/api/users/me", "Change one's own name", AuthMethods.updateMe)
            .sessionOnly().body(4096).ifMatch(),
        .get("/api/users/me/tokens", "One's own personal access tokens", AuthMethods.listTokens)
            .sessionOnly(),
        .post(
            "/api/users/me/tokens", "Make a personal access token; its secret is shown this once",
            AuthMethods.createToken
        )
        .sessionOnly().body(4096).created(),
        .delete("/api/users/me/tokens/{id}", "Revoke a personal access token", AuthMethods.revokeToken)
            .sessionOnly().noContent(),
        .get("/api/users/me/factors", "One's own second factors", AuthMethods.listFactors)
            .sessionOnly(),
        .post(
            "/api/users/me/factors/totp", "Begin to set an authenticator app up; its secret is shown this once",
            AuthMethods.beginTOTP
        )
        .sessionOnly().created(),
        .post(
            "/api/users/me/factors/totp/confirm",
            "Turn the app on by a code of it; answers the recovery codes, which are shown this once",
            AuthMethods.confirmTOTP
        )
        .sessionOnly().body(4096),
        .delete(
            "/api/users/me/factors/totp", "Turn the authenticator app off, and drop the recovery codes",
            AuthMethods.removeTOTP
        )
        .sessionOnly().noContent(),
        .post(
            "/api/users/me/factors/recovery-codes", "Make new recovery codes; the old ones are good no more",
            AuthMethods.renewRecoveryCodes
        )
        .sessionOnly().created(),
        .delete(
            "/api/admin/users/{id}/factors",
            "Take the second factors from somebody who lost them, and end the sessions", AuthMethods.resetFactors
        )
        .allow(.manageUsers).noContent(),
        .post("/api/users/me/passkeys/options", "What a browser needs to make a passkey", AuthMethods.passkeyCreation)
            .sessionOnly(),
        .post("/api/users/me/passkeys", "Add a passkey that a browser has made", AuthMethods.addPasskey)
            .sessionOnly().body(8192).created(),
        .get("/api/users/me/passkeys", "One's own passkeys", AuthMethods.listPasskeys)
            .sessionOnly(),
        .delete("/api/users/me/passkeys/{id}", "Remove a passkey; ends all other sessions", AuthMethods.removePasskey)
            .sessionOnly().noContent(),
        .get("/api/admin/users", "List people", AuthMethods.listUsers)
            .allow(.manageUsers).query(.people),
        .get("/api/admin/users/{id}", "One person", AuthMethods.getUser)
            .allow(.manageUsers),
        .patch(
            "/api/admin/users/{id}", "Change a person's name or role; another role ends all sessions and tokens",
            AuthMethods.updateUser
        )
        .allow(.manageUsers).body(4096).ifMatch(),
        .put("/api/admin/users/{id}/status", "Disable or enable a person", AuthMethods.setUserStatus)
            .allow(.manageUsers).ifMatch(),
        .get("/api/admin/users/{id}/sessions", "A person's sessions", AuthMethods.listUserSessions)
            .allow(.manageUsers),
        .delete("/api/admin/users/{id}/sessions", "End all sessions of a person", AuthMethods.endUserSessions)
            .allow(.manageUsers),
        .post(
            "/api/admin/users/{id}/password-reset", "Let a person choose a new password; the token is shown this once",
            AuthMethods.requestPasswordReset
        )
        .allow(.manageUsers).created(),
        .get("/api/admin/invitations", "List open invitations", AuthMethods.listInvitations)
            .allow(.manageUsers).query(.invitations),
        .post("/api/admin/invitations", "Invite a person; the token is shown this once", AuthMethods.createInvitation)
            .allow(.manageUsers).body(4096).created(),
        .delete("/api/admin/invitations/{id}", "Revoke an invitation", AuthMethods.revokeInvitation)
            .allow(.manageUsers).noContent(),
    ]

    private static let deals: [Route] = [
        .get("/api/deals", "List the deals you may see", DealMethods.list)
            .allow(.readDeals).query(.deals),
        .post("/api/deals", "Open a deal; you become its lead", DealMethods.create)
            .allow(.createDeals).created(at: "/api/deals/"),
        .get("/api/deals/{id}", "One deal, by id or number, as it is or as it stood", DealMethods.getAsOf)
            .allow(.readDeals).query(.moment),
        .patch("/api/deals/{id}", "Change a deal (JSON merge patch)", DealMethods.update)
            .allow(.workOnDeals).ifMatch(),
        .delete("/api/deals/{id}", "Delete a deal so that it can be restored", DealMethods.delete)
            .allow(.workOnDeals).body(4096).ifMatch(),
        .post("/api/deals/{id}/restore", "Restore a deleted deal", DealMethods.restore)
            .allow(.workOnDeals).body(4096).ifMatch(),
        .put("/api/deals/{id}/retention", "Compliance: how long the deal must be kept", DealMethods.decideRetention)
            .allow(.clearConflicts).body(4096).ifMatch(),
        .get("/api/deals/tags", "Tags of the deals you may see", DealMethods.tags)
            .allow(.readDeals).query(.tags),
        .post("/api/deals/code-names", "Suggest code names that do not hint at the client", DealMethods.codeNames)
            .allow(.createDeals).body(8192).heavy(),
        .get("/api/custom-fields", "The fields that the firm has added to its deals", DealMethods.customFields)
            .everyone(),
        .post("/api/custom-fields", "Add a field to all deals", DealMethods.addCustomField)
            .allow(.manageSettings).body(64 * 1024).created(),
        .patch("/api/custom-fields/{key}", "Change or archive a field", DealMethods.updateCustomField)
            .allow(.manageSettings).body(64 * 1024).ifMatch(),

        .get(
            "/api/deals/{id}/transitions", "Where the deal may go, and what is missing for each",
            DealMethods.transitions
        )
        .allow(.readDeals),
        .post("/api/deals/{id}/transitions", "Move the deal", DealMethods.move)
            .allow(.workOnDeals).ifMatch(),
        .get(
            "/api/deals/{id}/history", "The deal's moves through the stages, and its time in each", DealMethods.history
        )
        .allow(.readDeals),
        .get("/api/deals/{id}/team", "Who is on the deal", DealMethods.team)
            .allow(.readDeals),
        .post("/api/deals/{id}/team", "Add somebody to the deal", DealMethods.addMember)
            .allow(.workOnDeals).created(),
        .delete("/api/deals/{id}/team/{userId}", "Take somebody off the deal", DealMethods.removeMember)
            .allow(.workOnDeals).noContent(),
        .post("/api/deals/{id}/conflict", "Decide the conflict check", DealMethods.decideConflict)
            .allow(.clearConflicts).ifMatch(),
        .get("/api/deals/{id}/counterparties", "Buyers, investors or lenders on the deal", DealMethods.counterparties)
            .allow(.readDeals),
        .post("/api/deals/{id}/counterparties", "Add a counterparty", DealMethods.addCounterparty)
            .allow(.workOnDeals).created(),
        .get("/api/deals/{id}/activities", "What was done on the deal, the latest first", DealMethods.activities)
            .allow(.readDeals).query(.activities),
        .post("/api/deals/{id}/activities", "Write down what was done", DealMethods.addActivity)
            .allow(.workOnDeals).created(),
        .patch(
            "/api/deals/{id}/activities/{childId}", "Change an activity (JSON merge patch)", DealMethods.updateActivity
        )
        .allow(.workOnDeals).ifMatch(),
        .delete("/api/deals/{id}/activities/{childId}", "Remove an activity", DealMethods.removeActivity)
            .allow(.workOnDeals).ifMatch().noContent(),
        .get("/api/deals/{id}/tasks", "Tasks and milestones of the deal, the next due first", DealMethods.tasks)
            .allow(.readDeals),
        .post("/api/deals/{id}/tasks", "Add a task or milestone", DealMethods.addTask)
            .allow(.workOnDeals).created(),
        .patch("/api/deals/{id}/tasks/{childId}", "Change a task (JSON merge patch)", DealMethods.updateTask)
            .allow(.workOnDeals).ifMatch(),
        .delete("/api/deals/{id}/tasks/{childId}", "Remove a task", DealMethods.removeTask)
            .allow(.workOnDeals).ifMatch().noContent(),
        .post(
            "/api/deals/{id}/tasks/template", "Add the standard milestones of the deal's type that it does not have",
            DealMethods.addTemplateTasks
        )
        .allow(.workOnDeals),
        .get("/api/tasks", "Open tasks of all deals you may see, the next due first", DealMethods.openTasks)
            .allow(.readDeals).query(.openTasks),

        .get(
            "/api/deals/{id}/documents", "The document register, newest first, and your own uploads",
            DealMethods.documents
        )
        .allow(.readDeals),
        .post(
            "/api/deals/{id}/documents", "Register a document: a link, or a file that is uploaded next",
            DealMethods.addDocument
        )
        .allow(.workOnDeals).body(16 * 1024).created(),
        .post(
            "/api/deals/{id}/documents/{childId}/versions", "Register a new version, which supersedes the one before",
            DealMethods.addDocumentVersion
        )
        .allow(.workOnDeals).body(16 * 1024).created(),
        .upload(
            "/api/deals/{id}/documents/{childId}/content", "Upload a chunk; the last one makes it a document",
            DealMethods.putDocumentContent, bytesMax: DocumentContent.chunkBytesMax
        )
        .allow(.workOnDeals).query(.chunk).deadline(.seconds(15)),
        .own(
            "/api/deals/{id}/documents/{childId}/content", "The file of a document, to be kept", .download,
            Nothing.self
        )
        .allow(.readDeals).file().heavy(),
        .delete(
            "/api/deals/{id}/documents/{childId}", "Take a version out of the register, or give an upload up",
            DealMethods.removeDocument
        )
        .allow(.workOnDeals).body(4096).noContent(),

        .get("/api/deals/{id}/access", "Who can see the deal, or could at an instant, and why", DealMethods.access)
            .allow(.readDeals).query(.access),
        .post(
            "/api/deals/{id}/break-glass", "Compliance: read a secret deal for an hour, in an emergency",
            DealMethods.breakGlass
        )
        .allow(.clearConflicts).body(4096).created(),
        .get("/api/deals/{id}/wall-crossings", "Who was or is to be let in for a time", DealMethods.crossings)
            .allow(.readDeals).query(.wallCrossings),
        .post(
            "/api/deals/{id}/wall-crossings", "Ask to let somebody read the deal for a time",
            DealMethods.requestCrossing
        )
        .allow(.workOnDeals).body(4096).created(),
        .post(
            "/api/deals/{id}/wall-crossings/{childId}/decision", "Approve or refuse what somebody else asked for",
            DealMethods.decideCrossing
        )
        .allow(.workOnDeals).body(16 * 1024).ifMatch(),
        .delete(
            "/api/deals/{id}/wall-crossings/{childId}", "End a wall-crossing, or take its request back",
            DealMethods.endCrossing
        )
        .allow(.workOnDeals).ifMatch(),

        .get("/api/exchange-rates", "The newest rate of every pair of currencies on a day", DealMethods.rates)
            .allow(.readSettings).query(.rates),
        .get("/api/exchange-rates/series", "The rates of one pair, the newest first", DealMethods.rateSeries)
            .allow(.readSettings).query(.rateSeries),
        .put("/api/exchange-rates", "Set rates of pairs and days, all or none", DealMethods.setRates)
            .allow(.manageSettings),
        .get("/api/deals/{id}/parties", "Who takes part in the deal, and as what", DealMethods.parties)
            .allow(.readDeals),
        .post(
            "/api/deals/{id}/parties",
            "Add an organization, somebody of one, or a new one that the deal's people alone know of",
            DealMethods.addParty
        )
        .allow(.workOnDeals).body(16 * 1024).created(),
        .patch("/api/deals/{id}/parties/{childId}", "Change a party (JSON merge patch)", DealMethods.updateParty)
            .allow(.workOnDeals).body(16 * 1024).ifMatch(),
        .delete("/api/deals/{id}/parties/{childId}", "Take a party off the deal", DealMethods.removeParty)
            .allow(.workOnDeals).ifMatch().noContent(),
        .get(
            "/api/deals/{id}/changes", "What was changed in the deal's record, by version, the newest first",
            DealMethods.changes
        )
        .allow(.readDeals).query(.changes),
        .get("/api/deals/{id}/timeline", "All that happened on the deal, the newest first", DealMethods.timeline)
            .allow(.readDeals).query(.timeline),
        .get("/api/deals/{id}/approvals", "What a second person was asked to approve", DealMethods.approvals)
            .allow(.readDeals).query(.approvals),
        .post("/api/deals/{id}/approvals", "Ask a second person to approve", DealMethods.requestApproval)
            .allow(.workOnDeals).body(4096).created(),
        .post(
            "/api/deals/{id}/approvals/{childId}/decision", "Approve or reject what somebody else asked for",
            DealMethods.decideApproval
        )
        .allow(.workOnDeals).body(16 * 1024).ifMatch(),

        .get("/api/pipelines", "The pipelines, one for each type of deal", DealMethods.pipelines)
            .allow(.readSettings),
        .get("/api/pipelines/{id}", "One pipeline, by id or deal type", DealMethods.pipeline)
            .allow(.readSettings),
        // Long: a stage that is removed takes its deals elsewhere.
        .put(
            "/api/pipelines/{id}", "Change a pipeline: its stages, their order, chances and rules",
            DealMethods.editPipeline
        )
        .allow(.manageSettings).body(128 * 1024).deadline(.seconds(25)).ifMatch(),
        .get(
            "/api/pipelines/{id}/counts", "How many live deals stand in each stage, as far as you may know it",
            DealMethods.pipelineCounts
        )
        .allow(.readTotals).heavy(),

        .post("/api/deals/search", "Search the deals you may see, with and, or and not", DealMethods.search)
            .allow(.readDeals).body(64 * 1024),
        .get("/api/search", "Deals that fit what is being typed, the best first", DealMethods.find)
            .allow(.readDeals).query(.find),
        .get(
            "/api/board", "One pipeline as a board: each stage with its count, sums and first cards", DealMethods.board
        )
        .allow(.readDeals).query(.board),
        .get(
            "/api/board/totals", "Management: counts and amounts of all pipelines, none of fewer than three deals",
            DealMethods.boardTotals
        )
        .allow(.readTotals).heavy(),
        .get("/api/views", "Your saved views and the firm's", DealMethods.views)
            .allow(.readDeals).query(.views),
        .post("/api/views", "Save a view, for yourself or for the firm", DealMethods.createView)
            .sessionOnly().body(32 * 1024).created(at: "/api/views/"),
        .get("/api/views/{id}", "One saved view", DealMethods.view)
            .allow(.readDeals),
        .patch("/api/views/{id}", "Change a view of your own (JSON merge patch)", DealMethods.updateView)
            .sessionOnly().body(32 * 1024).ifMatch(),
        .delete("/api/views/{id}", "Remove a view of your own", DealMethods.removeView)
            .sessionOnly().noContent().ifMatch(),
        .get("/api/views/{id}/deals", "The view's deals, of those that you may see", DealMethods.viewDeals)
            .allow(.readDeals).query(.viewDeals),
        .csv("/api/deals.csv", "The list as a file; written down in the audit log", .deals, DealExportQuery.self)
            .allow(.readDeals).query(.dealsFile),
        .post("/api/deals/bulk", "One change of up to 1000 deals, each answered by itself", DealMethods.bulk)
            .allow(.workOnDeals).body(256 * 1024).heavy().deadline(.seconds(25)),
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

        .own("/api/events", "What happens to the deals you may see, as server-sent events", .events, Nothing.self)
            .allow(.readDeals).streams().passive().heavy(),
    ]

    private static let audit: [Route] = [
        .get("/api/audit", "Search the audit log", AuditMethods.list)
            .allow(.readAudit).query(.audit),
        .get("/api/audit/verify", "Recompute the whole log and compare", AuditMethods.verify)
            .allow(.readAudit).deadline(.seconds(25)).heavy(),
    ]

    private static let operation: [Route] = [
        .get("/api/health", "The state of the services; details when signed in", HealthMethods.current)
            .open(.standard),
        .get("/api/health/history", "The last 24 hours of each service", HealthMethods.history)
            .allow(.readHealthDetails),
        .own("/.well-known/jwks.json", "The public keys of access tokens (RFC 7517)", .keySet, JSONWebKeySet.self),
        .own("/api/openapi.json", "This document", .openAPI, Nothing.self),
    ]
}
