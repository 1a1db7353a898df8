import Foundation
import RPC

/// Text on one line, as names are written: without white space around it, and without control characters.
enum OneLine {
    /// Nil when nothing is left, or what is left does not fit.
    /// - Parameter lengthMax: Unicode scalars.
    static func text(_ text: String, lengthMax: Int) -> String? {
        let text = text.trimmingCharacters(in: .whitespacesAndNewlines)
        let scalars = text.unicodeScalars
        guard (1...lengthMax).contains(scalars.count),
            scalars.allSatisfy({ $0.properties.generalCategory != .control })
        else { return nil }
        return text
    }

    static func fault(_ field: String, lengthMax: Int) -> FieldFault {
        FieldFault(field, "invalid", "must have 1 to \(lengthMax) characters on one line")
    }
}
