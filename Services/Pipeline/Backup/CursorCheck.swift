import Storage

/// Whether databases of different services fit together: nobody may have read events that their author, restored to an
/// earlier moment, has yet to write. It would take the new ones with the old numbers for known.
struct CursorCheck: Sendable {
    /// One line per misfit; empty when all is well.
    let problems: [String]

    init(_ reports: [ServiceReport]) {
        let newest = Dictionary(uniqueKeysWithValues: reports.map { ($0.service, $0.contents.events.outboxNewest) })
        problems = reports.flatMap { report in
            let events = report.contents.events
            return events.sourcesBehind(newest).map { source in
                "\(report.service) has read the events of \(source) up to \(events.inboxCursors[source] ?? 0), "
                    + "but \(source) has only \(newest[source] ?? 0)"
            }
        }
    }
}
