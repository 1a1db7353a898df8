import Contracts
import NIOCore
import NIOHTTP1
import RPC

/// One route as the document tells it.
struct OpenAPIOperation {
    static let notModified = "NotModified"

    let route: Route

    var json: [String: Any] {
        let problems = RouteProblems(route)
        var operation: [String: Any] = [
            "summary": route.summary, "operationId": operationID, "tags": [OpenAPITag(route).rawValue],
            "parameters": OpenAPIParameters(route: route).json, "security": security,
            "responses": responses(problems), "x-ibp-limit": route.limit.rawValue,
            "x-ibp-problems": Dictionary(
                uniqueKeysWithValues: problems.codes.map { (String($0.rawValue), $1.sorted()) }),
        ]
        if let input = route.input { operation["requestBody"] = body(input) }
        if route.takesBytes { operation["requestBody"] = bytes }
        if case .call = route.target { operation["x-ibp-deadline-ms"] = Int(route.deadline.nanoseconds / 1_000_000) }
        if route.access != .anyone {
            operation["x-ibp-roles"] = route.access.roles.sorted()
            operation["description"] = "Roles: \(route.access.roles.sorted().joined(separator: ", "))."
        }
        if case .permission(let permission) = route.access { operation["x-ibp-scope"] = permission.rawValue }
        return operation
    }

    private var operationID: String {
        switch route.target {
        case .call(_, let method): route.name ?? method.name
        case .openWebSession: AuthMethods.openWebSession.entry.name
        case .startOpenID: AuthMethods.startOpenID.entry.name
        case .finishOpenID: AuthMethods.finishOpenID.entry.name
        case .keySet: "keySet"
        case .openAPI: "openAPI"
        case .events: "events"
        case .download: DealMethods.documentContent.entry.name
        case .csv(let file): file.method.name
        case .mondayPage: DealMethods.monday.entry.name
        case .logFile(let file): file.method.name
        }
    }

    /// Any one of them; an empty one means that none is needed.
    private var security: [[String: [String]]] {
        let own: [[String: [String]]] = [["bearer": []], ["session": []]]
        let all = own + [["personalAccessToken": []]]
        return switch (route.access, route.limit) {
        // Where one signs in, credentials are not looked at.
        case (.anyone, .signIn), (.anyone, .refresh): []
        case (.anyone, _): [[:]] + all
        case (.session, _): own
        default: all
        }
    }

    private func body(_ input: JSONSchema) -> [String: Any] {
        let content: [String: Any] = ["schema": input.json(), "example": SchemaExample.value(input)]
        var types = ["application/json": content]
        if route.method == .PATCH { types["application/merge-patch+json"] = content }
        return ["required": true, "description": "At most \(route.bodyBytesMax) bytes.", "content": types]
    }

    /// Not text, and so without a schema that says more (OpenAPI 3.1 section 4.8.14.2).
    private var bytes: [String: Any] {
        let content: [String: Any] = ["schema": [String: Any](), "example": "%PDF-1.7 …"]
        return [
            "required": true, "description": "1 to \(route.bodyBytesMax) bytes.",
            "content": ["application/octet-stream": content],
        ]
    }

    private func responses(_ problems: RouteProblems) -> [String: Any] {
        var out: [String: Any] = [String(route.success.code): success]
        if route.method == .GET, route.isResource || isDownload {
            out["304"] = ["$ref": "#/components/responses/\(Self.notModified)"]
        }
        if let led { out["303"] = led }
        for (problem, codes) in problems.codes {
            let words = codes.sorted().joined(separator: ", ")
            // A description beside a reference stands in for the one it refers to.
            out[String(problem.rawValue)] = ["$ref": problem.reference, "description": "\(problem.about) (\(words))"]
        }
        return out
    }

    /// Where a browser is sent when nobody was signed in.
    private var led: [String: Any]? {
        switch route.target {
        case .startOpenID, .finishOpenID:
            [
                "description": "Nobody was signed in: /?signin=failed, and why as code ("
                    + OpenIDFailure.allCases.map(\.rawValue).joined(separator: ", ") + ").",
                "headers": DocumentedHeader.references(DocumentedHeader.common + [.location]),
            ]
        case .call, .keySet, .openAPI, .events, .download, .csv, .mondayPage, .logFile, .openWebSession: nil
        }
    }

    private var isDownload: Bool {
        if case .download = route.target { true } else { false }
    }

    private var success: [String: Any] {
        var headers = DocumentedHeader.common
        if route.isResource, route.success != .noContent { headers.append(.etag) }
        if isDownload { headers += [.etag, .contentDisposition] }
        switch route.target {
        case .csv, .logFile(.proof): headers.append(.contentDisposition)
        default: break
        }
        if route.location != nil || route.success == .found { headers.append(.location) }
        if route.setsCookie { headers.append(.setCookie) }
        var out: [String: Any] = [
            "description": route.success.reasonPhrase, "headers": DocumentedHeader.references(headers),
        ]
        if let content { out["content"] = [route.mediaType: content] }
        return out
    }

    private var content: [String: Any]? {
        switch route.target {
        case .openAPI: ["schema": ["type": "object", "required": ["openapi", "info", "paths", "components"]]]
        case .events: ["schema": ["type": "string"], "example": Self.event]
        case .download: ["schema": [String: Any]()]
        case .csv(let file): ["schema": ["type": "string"], "example": file.example]
        case .mondayPage: ["schema": ["type": "string"], "example": "<!doctype html> …"]
        case .logFile(let file):
            file.example.map { ["schema": ["type": "string"], "example": $0] } ?? ["schema": [String: Any]()]
        case .finishOpenID: ["schema": ["type": "string"]]
        case .startOpenID: nil
        case .call, .keySet, .openWebSession:
            route.documentedOutput.map { ["schema": $0.json(), "example": SchemaExample.value($0)] }
        }
    }

    private static let event = """
        retry: 3000

        id: 42
        event: deal.stage.changed
        data: {"dealId":"\(ExampleTexts.dealID)","dealVersion":7,"type":"deal.stage.changed"}


        """
}

extension Route {
    /// What the body of a good answer holds, when it is one of our types.
    var documentedOutput: JSONSchema? {
        switch target {
        case .call, .keySet, .openWebSession: success == .noContent ? nil : output
        case .openAPI, .events, .download, .csv, .mondayPage, .logFile, .startOpenID, .finishOpenID: nil
        }
    }

    /// Of a query parameter: the type of the member it becomes, narrowed to the values that the gateway lets through.
    func schema(of parameter: QueryParameter) -> JSONSchema {
        var member: JSONSchema?
        if case .object(let shape) = querySchema { member = shape.first { $0.name == parameter.name }?.schema }
        switch (parameter.kind, member) {
        case (.string(let values), .string?) where !values.isEmpty: return .string(values: values)
        case (_, let member?): return member
        case (.integer, nil): return .integer
        case (.boolean, nil): return .boolean
        case (.string(let values), nil): return .string(values: values)
        case (.list(let values), nil): return .array(.string(values: values))
        }
    }
}
