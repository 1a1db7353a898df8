import NIOHPACK
import NIOHTTP1

/// The head of an HTTP/2 request after the same checks as those of HTTP/1.1.
struct CheckedFields {
    let head: HTTPHead
    let contentLength: Int?
    let expectsContinue: Bool

    init(
        _ fields: HPACKHeaders, _ acceptance: Acceptance, hasBody: Bool, limits: HTTPLimits
    ) throws(HTTPRefusal) {
        var method = ""
        var target = ""
        var hosts: [String] = []
        var authority: String?
        var cookies: [String] = []
        var headers = HTTPHeaders()
        headers.reserveCapacity(fields.count)
        guard fields.count <= limits.headerFieldsMax else { throw .headTooLarge }
        for (name, value, _) in fields {
            guard value.utf8.allSatisfy(ASCII.isText) else {
                throw .badRequest("A field value holds a control character.")
            }
            switch name {
            case ":method": method = value
            case ":path": target = value
            case ":authority": authority = value
            case ":scheme": break
            case "host": hosts.append(value)
            // RFC 9113 §8.2.3: one cookie a field, to be joined before anybody reads them.
            case "cookie": cookies.append(value)
            default:
                guard name.utf8.allSatisfy({ ASCII.isToken($0) && $0 != UInt8(ascii: "_") }) else {
                    throw .badRequest("A field name holds a character it may not hold.")
                }
                headers.add(name: name, value: String(ASCII.trimmed(value)))
            }
        }
        if !cookies.isEmpty { headers.add(name: "cookie", value: cookies.joined(separator: "; ")) }
        if let refusal = RequestLine.refusal(ofMethod: method) { throw refusal }
        guard target.utf8.count <= limits.targetBytesMax else { throw .targetTooLong }
        guard target.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw .badRequest("The request target holds characters that no URI may hold.")
        }
        let parsed = try RequestTarget(target, method: method)
        guard parsed.authority == nil else { throw .badRequest("The path does not begin with a slash.") }
        head = HTTPHead(
            method: method, target: target, path: parsed.path, pathSegments: parsed.segments, query: parsed.query,
            headers: headers, host: try Self.host(authority, hosts), remoteAddress: acceptance.address.text,
            hasBody: hasBody, isSecure: acceptance.isSecure, version: "2")
        contentLength = headers.first(name: "content-length").flatMap { Int($0) }
        expectsContinue = try CheckedHead.expectsContinue(headers["expect"])
    }

    /// RFC 9113 §8.3.1: `:authority`, else one Host field; both only when they agree.
    private static func host(_ authority: String?, _ hosts: [String]) throws(HTTPRefusal) -> String {
        guard hosts.count <= 1 else { throw .badRequest("There is more than one Host field.") }
        guard let host = authority ?? hosts.first else { throw .badRequest("The authority is missing.") }
        guard RequestTarget.isHost(host) else { throw .badRequest("The authority is not a host.") }
        if let other = hosts.first, other.lowercased() != host.lowercased() {
            throw .badRequest("The Host field is not the authority.")
        }
        return host.lowercased()
    }
}
