import Foundation
import NIOCore

@testable import gateway

/// Any JSON value, told apart more strictly than Foundation's objects do: `true` is no number here.
enum OpenAPIJSON: Decodable, Hashable {
    case null
    case bool(Bool)
    case integer(Int)
    case number(Double)
    case text(String)
    case list([OpenAPIJSON])
    case object([String: OpenAPIJSON])

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? container.decode(Int.self) {
            self = .integer(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let value = try? container.decode(String.self) {
            self = .text(value)
        } else if let value = try? container.decode([OpenAPIJSON].self) {
            self = .list(value)
        } else {
            self = .object(try container.decode([String: OpenAPIJSON].self))
        }
    }

    init(_ data: Data) throws { self = try JSONDecoder().decode(OpenAPIJSON.self, from: data) }

    /// The document as it is served.
    static func document() throws -> OpenAPIJSON { try made.get() }

    /// Made once: it takes a while without optimisation, and is the same for all.
    private static let made = Result {
        try OpenAPIJSON(Data(try OpenAPIDocument.make(RouteTable.all).readableBytesView))
    }

    subscript(name: String) -> OpenAPIJSON? { members[name] }

    var members: [String: OpenAPIJSON] {
        if case .object(let members) = self { members } else { [:] }
    }

    var items: [OpenAPIJSON] {
        if case .list(let items) = self { items } else { [] }
    }

    var text: String? {
        if case .text(let text) = self { text } else { nil }
    }

    var integer: Int? {
        if case .integer(let integer) = self { integer } else { nil }
    }

    /// What a JSON pointer (RFC 6901) in a `$ref` leads to.
    func resolved(_ reference: String) -> OpenAPIJSON? {
        guard reference.hasPrefix("#/") else { return nil }
        return reference.dropFirst(2).split(separator: "/").reduce(self) { place, name in
            place?[String(name).replacing("~1", with: "/").replacing("~0", with: "~")]
        }
    }

    /// Every `$ref` below.
    var references: [String] {
        switch self {
        case .list(let items): items.flatMap(\.references)
        case .object(let members):
            members.flatMap { name, value in name == "$ref" ? [value.text ?? ""] : value.references }
        default: []
        }
    }
}
