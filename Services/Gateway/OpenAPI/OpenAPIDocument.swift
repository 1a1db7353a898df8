import Foundation
import NIOCore
import NIOHTTP1
import RPC
import ServiceKit

/// The OpenAPI 3.1 description of the public API, built from the route table that serves it.
enum OpenAPIDocument {
    static func make(_ routes: [Route]) throws -> ByteBuffer {
        var paths: [String: [String: Any]] = [:]
        for route in routes {
            paths[route.path, default: [:]][route.method.rawValue.lowercased()] = OpenAPIOperation(route: route).json
        }
        let document: [String: Any] = [
            "openapi": "3.1.0",
            "info": [
                "title": "IBPipeline", "version": ProcessKit.version,
                "license": ["name": "Apache-2.0", "identifier": "Apache-2.0"],
                "description": about,
            ],
            "servers": [["url": "/"]],
            "tags": OpenAPITag.allCases.map { ["name": $0.rawValue, "description": $0.about] },
            "paths": paths,
            "components": [
                "securitySchemes": securitySchemes,
                "schemas": SchemaCollection(routes).json,
                "responses": responses,
                "headers": Dictionary(uniqueKeysWithValues: DocumentedHeader.allCases.map { ($0.rawValue, $0.json) }),
            ] as [String: [String: Any]],
        ]
        let options: JSONSerialization.WritingOptions = [.sortedKeys, .withoutEscapingSlashes]
        return ByteBuffer(bytes: try JSONSerialization.data(withJSONObject: document, options: options))
    }

    private static let about = """
        Deal pipeline with need-to-know, stage rules and a verifiable audit log.

        Errors are application/problem+json (RFC 9457) with a stable code. What you may not know of is answered 404. \
        Lists are read page by page: send nextCursor as cursor. What is not in this document is answered 404 or 405, \
        and what is not HTTP as RFC 9112 has it 400, 417, 501 or 505.
        """

    private static var responses: [String: Any] {
        var out: [String: Any] = [:]
        for problem in ProblemResponse.allCases { out[problem.name] = problem.json }
        out[OpenAPIOperation.notModified] = [
            "description": "The resource is as you have it.",
            "headers": DocumentedHeader.references(DocumentedHeader.common + [.etag]),
        ]
        return out
    }

    private static let securitySchemes: [String: [String: String]] = [
        "bearer": [
            "type": "http", "scheme": "bearer", "bearerFormat": "JWT",
            "description": "The access token that signing in or refreshing answers.",
        ],
        "personalAccessToken": [
            "type": "http", "scheme": "bearer", "bearerFormat": "ibp_…",
            "description": "A token that a person made for a program; it begins with ibp_.",
        ],
        "session": [
            "type": "apiKey", "in": "cookie", "name": Cookie.session.name,
            "description": "The session of the web app. Not together with Authorization.",
        ],
    ]
}

/// The chapters of the document.
enum OpenAPITag: String, CaseIterable {
    case auth, people, deals, events, webhooks, audit, health, documents

    /// The chapters of paths that do not name theirs.
    private static let others: [(words: Set<String>, tag: OpenAPITag)] = [
        (["users", "invitations"], .people), (["session"], .auth),
        (
            [
                "tasks", "organizations", "imports", "deals.csv", "views", "board", "search", "pipelines",
                "custom-fields", "exchange-rates", "reports",
            ], .deals
        ),
    ]

    init(_ route: Route) {
        let words = route.pattern.prefix(3)
        self =
            words.lazy.compactMap(OpenAPITag.init(rawValue:)).first
            ?? Self.others.first { !$0.words.isDisjoint(with: words) }?.tag ?? .documents
    }

    var about: String {
        switch self {
        case .auth: "Signing in and out"
        case .people: "Who works here, and in which role"
        case .deals: "Deals, their stages, teams, parties, counterparties and work"
        case .events: "What happens, as it happens"
        case .webhooks: "Telling programs of others what happens, after the Standard Webhooks specification"
        case .audit: "The log of all that happened, and its proof"
        case .health: "The state of the services"
        case .documents: "What the gateway tells of itself"
        }
    }
}
