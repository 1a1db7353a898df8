import Contracts
import NIOHTTP1
import RPC

/// What an operation takes beside its body: ids in the path, the query, and header fields.
struct OpenAPIParameters {
    let route: Route

    var json: [[String: Any]] { ids + query + headers }

    private var ids: [[String: Any]] {
        zip(route.pattern, [""] + route.pattern).filter { $0.0.first == "{" }.map { part, parent in
            id(RouteCapture(part).name, of: parent)
        }
    }

    private static let abouts = [
        "deals": "Id or number of the deal", "invitations": "Id of the invitation", "tokens": "Id of the token",
        "sessions": "Id of the session", "passkeys": "Id of the passkey", "activities": "Id of the activity",
        "tasks": "Id of the task", "documents": "Id of the document's version",
        "wall-crossings": "Id of the wall-crossing", "custom-fields": "Key of the custom field",
        "organizations": "Id of the organization", "persons": "Id of the person", "parties": "Id of the party",
        "fees": "Id of the fee", "approvals": "Id of the approval", "pipelines": "Id or deal type of the pipeline",
        "counterparties": "Id of the counterparty", "steps": "Id of the step", "ndas": "Id of the NDA",
        "rounds": "Id of the round", "bids": "Id of the bid",
        "views": "Id of the view",
        "imports": "Id of the import", "webhooks": "Id of the webhook", "deliveries": "Id of the delivery",
        "searches": "Id of the saved search", "lists": "Name of the list", "entries": "Id of the entry",
        "checks": "Id of the conflict check",
        "merges": "Id of the merge",
        "reports": "Name of the report",
    ]

    /// Those that the deals service makes.
    static let reports = ReportName.allCases

    /// A deal has a number, too, which is taken wherever its id is, and a pipeline a deal type.
    private func id(_ name: String, of parent: String) -> [String: Any] {
        let id = ["type": "string", "format": "uuid"]
        var out: [String: Any] = ["name": name, "in": "path", "required": true]
        out["description"] = Self.abouts[parent] ?? "Id of the user"
        let types: [String: Any] = ["type": "string", "enum": DealType.allCases.map(\.rawValue)]
        switch parent {
        case _ where name == "seq":
            out["description"] = "Number of the entry, from 0"
            out["schema"] = ["type": "integer", "minimum": 0]
            out["example"] = 41
        case _ where name == "path":
            out["description"] =
                "Level and index of the tile, or index of the bundle, slashes and all (C2SP tlog-tiles)"
            out["schema"] = ["type": "string", "pattern": "^([0-9]+/)?(x[0-9]{3}/)*[0-9]{3}(\\.p/[0-9]+)?$"]
            out["example"] = parent == "tile" ? "0/x001/234" : "x001/234"
        case "reports":
            out["schema"] = ["type": "string", "enum": Self.reports.map(\.rawValue)]
            out["example"] = ReportName.pipeline.rawValue
        case "deals":
            out["schema"] = ["anyOf": [id, ["type": "string", "pattern": SchemaLimits.dealNumber]]]
            out["example"] = "D-2026-0001"
        case "lists":
            out["schema"] = ["type": "string", "enum": ControlList.allCases.map(\.rawValue)]
            out["example"] = ControlList.restricted.rawValue
        case "pipelines":
            out["schema"] = ["anyOf": [id, types]]
            out["example"] = DealType.sellSideMA.rawValue
        case "custom-fields":
            out["schema"] = ["type": "string", "pattern": SchemaLimits.customFieldKey]
            out["example"] = ExampleTexts.texts["key"]
        default:
            out["schema"] = id
            out["example"] = ExampleTexts.personID
        }
        return out
    }

    private var query: [[String: Any]] {
        var shape = ""
        var required: Set<String> = []
        if case .object(let asked) = route.querySchema {
            shape = asked.name
            required = Set(asked.filter(\.isRequired).map(\.name))
        }
        return route.query.map { parameter in
            [
                "name": parameter.name, "in": "query", "required": required.contains(parameter.name),
                "description": parameter.about,
                "schema": route.schema(of: parameter).json(SchemaLimits.of(parameter.name, in: shape)),
            ]
        }
    }

    private var headers: [[String: Any]] {
        var out: [[String: Any]] = []
        if route.takesIfMatch {
            let isRequired = RouteProblems(route).codes[.preconditionRequired] != nil
            out.append(
                header(
                    "If-Match", "The ETag of the resource as you read it", isRequired: isRequired,
                    ["type": "string", "pattern": Self.tag], example: #""7""#))
        }
        if route.method == .GET, route.isResource {
            out.append(
                header(
                    "If-None-Match", "The ETag of the resource as you have it", ["type": "string"],
                    example: #""7""#))
        }
        if case .download = route.target {
            out.append(
                header(
                    "If-None-Match", "The ETag of the file as you have it", ["type": "string"],
                    example: "\"\(ExampleTexts.texts["sha256"] ?? "")\""))
        }
        if case .events = route.target {
            out.append(
                header(
                    "Last-Event-ID", "The id of the last event that you read",
                    ["type": "string", "pattern": "^[0-9]{1,18}$"], example: "42"))
        }
        if route.isIdempotent {
            out.append(
                header(
                    "Idempotency-Key",
                    "With the same key, the same request within 24 hours has one effect and the same answer",
                    ["type": "string", "minLength": 1, "maxLength": 128, "pattern": "^[!-~]+$"],
                    example: "0199a1c1-7777-7abc-8def-0123456789ab"))
        }
        return out
    }

    private static let tag = #"^"[0-9]{1,18}"$"#

    private func header(
        _ name: String, _ about: String, isRequired: Bool = false, _ schema: [String: Any], example: String
    ) -> [String: Any] {
        [
            "name": name, "in": "header", "required": isRequired, "description": about, "schema": schema,
            "example": example,
        ]
    }
}
