import Contracts
import Foundation
import TransparencyLog

/// Makes each entry fit into a bundle (C2SP tlog-tiles, Log entries), which tells an entry's length by two bytes. Events tell
/// what changed and not all of it, so that hardly any is longer: of one that is, the values are cut, and at last left out.
/// What is left is what the entry commits to and is found by.
enum EntryRoom {
    private static let scalarsMax = [200, 50, 10]

    static func sealed(_ event: Event, source: String, sequence: Int64) -> SealedEntry {
        func sealed(_ changes: [FieldChange]) -> SealedEntry {
            var event = event
            event.changes = changes
            return EntryBytes.sealed(event, source: source, sequence: sequence)
        }
        let whole = sealed(event.changes)
        guard whole.bytes.count > EntryBundle.entryBytesMax else { return whole }
        for count in scalarsMax {
            let shorter = sealed(
                event.changes.map { change in
                    FieldChange(change.field, before: cut(change.before, count), after: cut(change.after, count))
                })
            if shorter.bytes.count <= EntryBundle.entryBytesMax { return shorter }
        }
        return sealed([
            FieldChange("changes", before: nil, after: "\(event.changes.count) fields, too long for an entry")
        ])
    }

    private static func cut(_ text: String?, _ scalarsMax: Int) -> String? {
        guard let text, text.unicodeScalars.count > scalarsMax else { return text }
        return String(String.UnicodeScalarView(text.unicodeScalars.prefix(scalarsMax))) + "…"
    }
}
