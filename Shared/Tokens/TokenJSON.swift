/// A JSON value in a token or in a document about tokens (RFC 8259). A token is judged by what it says literally, so
/// unlike a decoder this keeps integers apart from other numbers and refuses an object that names a member twice: two
/// readers of such an object may take different values.
package enum TokenJSON: Sendable, Equatable {
    case string(String)
    case integer(Int64)
    /// A number with a fraction or an exponent, or too big: nothing in a token may be one, so its value is not kept.
    case otherNumber
    case bool(Bool)
    case null
    case array([TokenJSON])
    case object([String: TokenJSON])

    package enum Problem: Error { case malformed, duplicateMember }

    /// In a token of ours, objects and arrays may lie this deep in one another.
    package static let depthMax = 4

    /// - Parameter depthMax: how deep objects and arrays may lie in one another.
    package static func object(
        in bytes: [UInt8], depthMax: Int = depthMax
    ) throws(Problem) -> [String: TokenJSON] {
        var scanner = TokenJSONScanner(bytes, depthMax: depthMax)
        guard case .object(let members) = try scanner.document() else { throw .malformed }
        return members
    }

    /// The members of one part of a token.
    /// - Parameter malformed: why the token is refused when the part is no such object.
    static func object(in part: [UInt8], malformed: TokenRefusal) throws(TokenRefusal) -> [String: TokenJSON] {
        do { return try object(in: part) } catch {
            switch error {
            case .malformed: throw malformed
            case .duplicateMember: throw .duplicateMember
            }
        }
    }

    package var string: String? {
        guard case .string(let value) = self else { return nil }
        return value
    }

    package var integer: Int64? {
        guard case .integer(let value) = self else { return nil }
        return value
    }
}
