import Contracts
import Foundation
import TransparencyLog

/// Makes each entry fit into a bundle (C2SP tlog-tiles, Log entries), which tells an entry's length by two bytes. Events tell
/// what changed and not all of it, so that hardly any is longer: of one that is, the values are cut, and at last left out.
enum EntryRoom {
    private static let scalarsMax = [200, 50, 10]

    static func bytes(of event: Event, source: String, sequence: Int64) -> Data {
        func bytes(_ changes: [FieldChange]) -> Data {
            var event = event
            event.changes = changes
            return EntryBytes.make(event, source: source, sequence: sequence)
        }
        let whole = bytes(event.changes)
        guard whole.count > EntryBundle.entryBytesMax else { return whole }
        for count in scalarsMax {
            let shorter = bytes(
                event.changes.map { change in
                    FieldChange(change.field, before: cut(change.before, count), after: cut(change.after, count))
                })
            if shorter.count <= EntryBundle.entryBytesMax { return shorter }
        }
        return bytes([
            FieldChange("changes", before: nil, after: "\(event.changes.count) fields, too long for an entry")
        ])
    }

    private static func cut(_ text: String?, _ scalarsMax: Int) -> String? {
        guard let text, text.unicodeScalars.count > scalarsMax else { return text }
        return String(String.UnicodeScalarView(text.unicodeScalars.prefix(scalarsMax))) + "…"
    }
}
