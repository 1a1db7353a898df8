import NIOHTTP1

/// How a body is packed (RFC 9110 §8.4.1).
enum ContentCoding: Sendable {
    case identity, gzip
}

/// What a client says about packed bodies (RFC 9110 §12.5.3), as far as it concerns plain and gzip.
struct AcceptEncoding: Sendable {
    /// Thousandths; nil where neither the coding nor `*` is named.
    private let gzip: Int?
    private let identity: Int?
    /// Whether the weight of `identity` stands there by name.
    private let namesIdentity: Bool

    /// Members that do not follow the grammar count as not written.
    init(_ headers: HTTPHeaders) {
        var weights: [String: Int] = [:]
        for member in headers[canonicalForm: "accept-encoding"] {
            guard let (coding, weight) = Weight.parsed(member) else { continue }
            // RFC 9110 §8.4.1.3: x-gzip is another name of gzip.
            let name = coding == "x-gzip" ? "gzip" : coding
            weights[name] = weights[name] ?? weight
        }
        gzip = weights["gzip"] ?? weights["*"]
        identity = weights["identity"] ?? weights["*"]
        namesIdentity = weights["identity"] != nil
    }

    /// What may be answered, the best first; gzip where both are equally welcome. Never empty: who accepts neither gets the
    /// plain one, for RFC 9110 §12.1 lets a server disregard a wish that it cannot meet.
    var choice: [ContentCoding] {
        let acceptsGzip = gzip.map { $0 > 0 } ?? false
        let acceptsIdentity = identity.map { $0 > 0 } ?? true
        switch (acceptsGzip, acceptsIdentity) {
        case (false, _): return [.identity]
        case (true, false): return [.gzip]
        case (true, true):
            // A plain body is always the last resort, unless its weight says otherwise.
            let prefersIdentity = namesIdentity && identity ?? 0 > gzip ?? 0
            return prefersIdentity ? [.identity, .gzip] : [.gzip, .identity]
        }
    }
}

extension HTTPHead {
    /// Whether the client likes a body better when it is packed by gzip.
    package var prefersGzip: Bool { AcceptEncoding(headers).choice.first == .gzip }
}
