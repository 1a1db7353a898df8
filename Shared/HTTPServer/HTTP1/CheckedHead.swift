import NIOHTTP1

/// A decoded head that keeps the rules on Host, body framing and expectations, with what follows from them.
struct CheckedHead {
    var head: HTTPHead
    var framing: MessageFraming
    var expectsContinue: Bool

    init(_ request: HTTPRequestHead, _ acceptance: Acceptance, limits: HTTPLimits) throws(HTTPRefusal) {
        var fields = FramingFields()
        var hasBlankEdges = false
        for (name, value) in request.headers {
            fields.note(name, value)
            if value.utf8.last == ASCII.space || value.utf8.last == ASCII.tab { hasBlankEdges = true }
        }
        let method = request.method.rawValue
        let target = try RequestTarget(request.uri, method: method)
        let host = try fields.host(isRequired: request.version.minor >= 1)
        if let authority = target.authority, authority != host {
            throw .badRequest("The host of the request target is not the one in the Host field.")
        }
        framing = try fields.framing(version: request.version, limits: limits)
        expectsContinue =
            try Self.expectsContinue(fields.expectations) && !framing.isEmpty && request.version.minor >= 1
        head = HTTPHead(
            method: method, target: request.uri, path: target.path, pathSegments: target.segments, query: target.query,
            headers: hasBlankEdges ? Self.trimmed(request.headers) : request.headers, host: host,
            remoteAddress: acceptance.address.text, hasBody: !framing.isEmpty,
            // The decoder takes what follows an Upgrade for another protocol and stops; we only speak this one.
            keepAlive: request.isKeepAlive && !fields.hasUpgrade, isSecure: acceptance.isSecure,
            version: request.version.minor == 0 ? "1.0" : "1.1")
    }

    /// RFC 9110 §10.1.1.
    /// - Parameter expectations: the values of all Expect fields.
    static func expectsContinue(_ expectations: [String]) throws(HTTPRefusal) -> Bool {
        guard let first = expectations.first else { return false }
        guard expectations.count == 1, ASCII.equal(ASCII.trimmed(first), lowercase: "100-continue") else {
            throw .expectationFailed
        }
        return true
    }

    private static func trimmed(_ headers: HTTPHeaders) -> HTTPHeaders {
        HTTPHeaders(headers.map { ($0.name, String(ASCII.trimmed($0.value))) })
    }
}

/// The fields that decide how a message is read, collected in one pass over the head.
private struct FramingFields {
    var hosts: [String] = []
    var lengths: [String] = []
    var codings: [String] = []
    var expectations: [String] = []
    var hasUpgrade = false

    mutating func note(_ name: String, _ value: String) {
        switch name.utf8.count {
        case 4 where ASCII.equal(name, lowercase: "host"): hosts.append(value)
        case 14 where ASCII.equal(name, lowercase: "content-length"): lengths.append(value)
        case 17 where ASCII.equal(name, lowercase: "transfer-encoding"): codings.append(value)
        case 6 where ASCII.equal(name, lowercase: "expect"): expectations.append(value)
        case 7 where ASCII.equal(name, lowercase: "upgrade"): hasUpgrade = true
        default: break
        }
    }

    /// RFC 9112 §3.2: exactly one, and valid. HTTP/1.0 may have none.
    func host(isRequired: Bool) throws(HTTPRefusal) -> String {
        guard let first = hosts.first else {
            if isRequired { throw .badRequest("The Host field is missing.") }
            return ""
        }
        guard hosts.count == 1 else { throw .badRequest("There is more than one Host field.") }
        let host = ASCII.trimmed(first)
        guard RequestTarget.isHost(host) else { throw .badRequest("The Host field is not a host.") }
        return host.lowercased()
    }

    /// RFC 9112 §6 lets a server repair several of these; a request that two readers may cut differently is refused.
    func framing(version: HTTPVersion, limits: HTTPLimits) throws(HTTPRefusal) -> MessageFraming {
        if let coding = codings.first {
            guard lengths.isEmpty else { throw .badRequest("Content-Length and Transfer-Encoding exclude each other.") }
            guard codings.count == 1, ASCII.equal(ASCII.trimmed(coding), lowercase: "chunked") else {
                throw .badRequest("The only transfer coding this server knows is chunked.")
            }
            guard version.minor >= 1 else { throw .badRequest("HTTP/1.0 has no transfer codings.") }
            return .chunked(ChunkScanner(limits))
        }
        guard let text = lengths.first else { return .length(0) }
        let digits = ASCII.trimmed(text)
        guard lengths.count == 1, !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let length = Int(digits)
        else { throw .badRequest("Content-Length is not one whole number.") }
        return .length(length)
    }
}
