import NIOCore

/// Fields that many answers have in common, checked and written down once.
package final class PresetFields: Sendable {
    package let fields: [(name: String, value: String)]
    /// As lines of HTTP/1.1.
    let lines: ByteBuffer

    /// - Parameter fields: names in lower case, as HTTP/2 has them. Not one that the server adds itself.
    package init(_ fields: [(name: String, value: String)]) {
        for (name, value) in fields {
            precondition(
                !name.isEmpty && name.utf8.allSatisfy(ASCII.isToken) && value.utf8.allSatisfy(ASCII.isText)
                    && name == name.lowercased(), "\(name) is no field")
        }
        self.fields = fields
        lines = ByteBuffer(string: fields.map { "\($0.name): \($0.value)\r\n" }.joined())
    }
}
