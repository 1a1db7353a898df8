import Contracts
import NIOCore
import NIOHTTP1
import RPC

/// One public entrance: what it takes, who may use it, how often, and which call of which service answers it.
struct Route: Sendable {
    enum Access: Sendable, Equatable {
        /// A route that never says who may use it stops the gateway's start.
        case nobody
        /// Anybody; a credential is looked at when there is one.
        case anyone
        /// Whoever is signed in, a personal access token's bearer too.
        case signedIn
        /// Whoever is signed in himself: no personal access token.
        case session
        /// Roles that have it, and tokens that have it among their scopes.
        case permission(Permission)
    }

    enum Target: Sendable {
        case call(peer: String, RPCMethodEntry)
        /// Answered by the gateway itself.
        case keySet, openAPI
        /// A stream that the gateway keeps going.
        case events
        /// The file of a document, piece by piece.
        case download
        /// A table, row by row.
        case csv(CSVFile)
        /// The page of Monday's meeting.
        case mondayPage
        /// A file of the audit log, as it is published.
        case logFile(LogFile)
        /// Signs a browser in: the answer sets the cookie.
        case openWebSession
        /// Send a browser to the company's provider, and take it back.
        case startOpenID, finishOpenID
    }

    /// Of an id in a path.
    static let idBytesMax = 128
    /// Segments behind a route that takes the rest of a path.
    static let restMax = 8

    let method: HTTPMethod
    /// Segments, where `{id}` takes one that goes to the service as a resource id, and `{+path}` at the end takes all that
    /// follow, up to `restMax`, as one.
    let pattern: [String]
    let summary: String
    let target: Target
    let input: JSONSchema?
    let output: JSONSchema?
    /// The object whose members the query parameters become.
    var querySchema: JSONSchema?
    /// The body is bytes as they are, which the service gets beside what the query says.
    var takesBytes = false
    /// The answer is one resource with a version, so it has an `ETag`.
    var isResource = false

    var access = Access.nobody
    var limit = LimitClass.standard
    var query: [QueryParameter] = []
    /// Parameters that we do not know are passed over: others write this query, and may say more (RFC 6749 section 4.1.2).
    var ignoresOtherParameters = false
    var success = HTTPResponseStatus.ok
    /// Of the answer.
    var mediaType = "application/json"
    /// Where a resource that was made can be read: the id is appended.
    var location: String?
    /// `If-Match` is passed on when it is there; the service says when it must be.
    var takesIfMatch = false
    /// Where two routes make the same call, what tells them apart in the API's description.
    var name: String?
    /// The answer takes the session's cookie away.
    var endsWebSession = false
    /// Done by pages by themselves, so that it keeps no session from falling idle.
    var isPassive = false
    /// The service honours `Idempotency-Key`.
    var isIdempotent = false
    var bodyBytesMax: Int
    var deadline = TimeAmount.seconds(5)

    var setsCookie: Bool {
        switch target {
        case .openWebSession, .startOpenID, .finishOpenID: true
        case .call, .keySet, .openAPI, .events, .download, .csv, .mondayPage, .logFile: endsWebSession
        }
    }

    /// Browsers sign in by it.
    var knowsDevices: Bool {
        if case .openWebSession = target { true } else { false }
    }

    var path: String { "/" + pattern.joined(separator: "/").replacing("{+", with: "{") }
    var takesBody: Bool { input != nil }
}

extension Route.Access {
    /// The names of the roles that may; empty when no role is asked for.
    var roles: Set<String> {
        switch self {
        case .nobody, .anyone: []
        case .signedIn, .session: Set(Role.allCases.map(\.rawValue))
        case .permission(let permission): Set(permission.roles.map(\.rawValue))
        }
    }
}
