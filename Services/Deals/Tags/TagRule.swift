import Contracts
import RPC

/// The firm's labels on a deal: lower case, each once, in order.
enum TagRule {
    static let tagsMax = 20
    static let scalarsMax = 40

    /// Nil, with a fault added for each that does not fit.
    static func check(_ tags: [String], _ faults: inout [FieldFault]) -> [String]? {
        guard tags.count <= tagsMax else {
            faults.append(FieldFault("tags", "too_many", "A deal has at most \(tagsMax) tags."))
            return nil
        }
        let known = faults.count
        let checked = tags.enumerated().compactMap { index, tag in
            TextRule("tags[\(index)]", 1...scalarsMax).check(folded(tag), &faults)
        }
        return faults.count == known ? Set(checked).sorted() : nil
    }

    /// As a tag is kept, and looked for.
    static func folded(_ text: String) -> String { FoldedText.of(text) }
}
