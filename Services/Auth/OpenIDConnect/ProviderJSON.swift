import Tokens

/// JSON of a provider, read as strictly as tokens are.
enum ProviderJSON {
    static let depthMax = 8

    static func object(_ json: [UInt8]) throws(ProviderFailure) -> [String: TokenJSON] {
        do { return try TokenJSON.object(in: json, depthMax: depthMax) } catch { throw .malformed }
    }
}

extension TokenJSON {
    /// The strings of a list, or the one string that it is.
    var texts: [String] {
        switch self {
        case .string(let one): [one]
        case .array(let many): many.compactMap(\.string)
        default: []
        }
    }
}
