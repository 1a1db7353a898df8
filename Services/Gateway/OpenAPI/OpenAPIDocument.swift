import Contracts
import Foundation
import NIOCore
import NIOHTTP1
import RPC
import ServiceKit

/// The OpenAPI 3.1 description of the public API, built from the route table that serves it.
enum OpenAPIDocument {
    static func make(_ routes: [Route]) throws -> ByteBuffer {
        var paths: [String: [String: Any]] = [:]
        for route in routes { paths[route.path, default: [:]][route.method.rawValue.lowercased()] = operation(route) }
        let document: [String: Any] = [
            "openapi": "3.1.0",
            "info": [
                "title": "IBPipeline", "version": ProcessKit.version,
                "license": ["name": "Apache-2.0", "identifier": "Apache-2.0"],
                "description": "Deal pipeline with need-to-know, stage rules and a verifiable audit log.",
            ],
            "servers": [["url": "/"]],
            "paths": paths,
            "components": [
                "securitySchemes": ["bearer": ["type": "http", "scheme": "bearer", "bearerFormat": "JWT"]],
                "schemas": ["Problem": problem()],
                "responses": [
                    "Problem": [
                        "description": "What went wrong (RFC 9457)",
                        "content": ["application/problem+json": ["schema": ["$ref": "#/components/schemas/Problem"]]],
                    ]
                ],
            ],
        ]
        let options: JSONSerialization.WritingOptions = [.sortedKeys, .withoutEscapingSlashes]
        return ByteBuffer(bytes: try JSONSerialization.data(withJSONObject: document, options: options))
    }

    private static func operation(_ route: Route) -> [String: Any] {
        var operation: [String: Any] = [
            "summary": route.summary, "operationId": operationID(route), "parameters": parameters(route),
            "responses": responses(route), "tags": [tag(route)],
        ]
        if let input = route.input {
            operation["requestBody"] = ["required": true, "content": ["application/json": ["schema": input.json]]]
        }
        if route.access == .anyone {
            operation["security"] = [[:] as [String: Any], ["bearer": [String]()]]
        } else {
            operation["security"] = [["bearer": [String]()]]
            operation["description"] = "Roles: \(route.access.roles.sorted().joined(separator: ", "))."
        }
        return operation
    }

    private static func operationID(_ route: Route) -> String {
        switch route.target {
        case .call(_, let method): method.name
        case .keySet: "keySet"
        case .openAPI: "openAPI"
        case .events: "events"
        case .openWebSession: AuthMethods.openWebSession.entry.name
        }
    }

    private static func tag(_ route: Route) -> String {
        route.pattern.dropFirst(route.pattern.count > 1 ? 1 : 0).first ?? "api"
    }

    private static func parameters(_ route: Route) -> [[String: Any]] {
        let ids = route.pattern.filter { $0.first == "{" }.map { part -> [String: Any] in
            ["name": String(part.dropFirst().dropLast()), "in": "path", "required": true, "schema": ["type": "string"]]
        }
        let query = route.query.map { parameter -> [String: Any] in
            ["name": parameter.name, "in": "query", "description": parameter.about, "schema": parameter.schema.json]
        }
        var headers: [[String: Any]] = []
        if route.takesIfMatch {
            headers.append([
                "name": "If-Match", "in": "header", "description": "ETag of the resource as it was read",
                "schema": ["type": "string"],
            ])
        }
        if case .events = route.target {
            headers.append([
                "name": "Last-Event-ID", "in": "header", "description": "The id of the last event that was read",
                "schema": ["type": "string"],
            ])
        }
        if route.isIdempotent {
            headers.append([
                "name": "Idempotency-Key", "in": "header",
                "description": "The same key with the same body makes one resource",
                "schema": ["type": "string", "maxLength": 128] as [String: Any],
            ])
        }
        return ids + query + headers
    }

    private static func responses(_ route: Route) -> [String: Any] {
        var success: [String: Any] = ["description": route.success.reasonPhrase]
        if let output = route.output, route.success != .noContent {
            success["content"] = [route.mediaType: ["schema": output.json]]
        }
        return ["\(route.success.code)": success, "default": ["$ref": "#/components/responses/Problem"]]
    }

    private static func problem() -> [String: Any] {
        var schema = JSONSchema.object([
            .init(name: "type", schema: .string(format: "uri"), isRequired: true),
            .init(name: "title", schema: .string(), isRequired: true),
            .init(name: "status", schema: .integer, isRequired: true),
            .init(name: "detail", schema: .string(), isRequired: true),
            .init(name: "instance", schema: .string(), isRequired: true),
            .init(name: "code", schema: .string(), isRequired: true),
            .init(name: "requestId", schema: .string(), isRequired: true),
            .init(name: "errors", schema: .array(.of(FieldFault.self)), isRequired: false),
            .init(name: "current", schema: .map(.string()), isRequired: false),
        ]).json
        // Clients must ignore members they do not know (RFC 9457 section 3.2).
        schema["additionalProperties"] = true
        return schema
    }
}

extension QueryParameter {
    fileprivate var schema: JSONSchema {
        switch kind {
        case .integer: .integer
        case .boolean: .boolean
        case .string(let values): .string(values: values)
        }
    }
}
