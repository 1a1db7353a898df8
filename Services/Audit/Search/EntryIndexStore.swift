import Contracts
import Foundation
import GRDB

/// Writes what an entry is found by, in the transaction of the entry, and takes it out again.
enum EntryIndex {
    /// All but the words that are not personal, see `addWords`.
    static func add(_ event: Event, at seq: Int64, personal: [PersonalValue], in db: Database) throws {
        try addFacets(
            seq, EntryOutcome.of(event), kind: event.subject.kind, person: person(of: event),
            address: event.actor.address, event.requestId, event.traceId, in: db)
        guard !personal.isEmpty else { return }
        let addValue = try db.cachedStatement(
            sql: "INSERT INTO personal (seq, path, salt, value) VALUES (?, ?, ?, ?)")
        let addWord = try db.cachedStatement(
            sql: "INSERT OR IGNORE INTO personal_word (word, seq, path) VALUES (?, ?, ?)")
        for value in personal {
            try addValue.execute(arguments: [seq, value.path, value.salt, value.value])
            // Addresses are looked for as a whole.
            guard value.path != PersonalFields.address else { continue }
            for word in PersonalWords.of(value.value) { try addWord.execute(arguments: [word, seq, value.path]) }
        }
    }

    /// For a file from before there was an index. Its entries have all in plain; names and addresses of e-mail are not
    /// indexed, for they could not be taken out of the file again.
    static func fill(in db: Database) throws {
        let rows = try Row.fetchCursor(db, sql: "SELECT seq, bytes FROM entry ORDER BY seq")
        while let row = try rows.next() {
            // Of bytes that were damaged nothing is indexed; verification finds them, and names what is missing beside them.
            guard let event = try? LoggedEntry(bytes: row[1]).event(with: [:]) else { continue }
            try addFacets(
                row[0], EntryOutcome.of(event), kind: event.subject.kind, person: person(of: event),
                address: event.actor.address, event.requestId, event.traceId, in: db)
            try addWords(EntryWords(event), of: row[0], in: db)
        }
    }

    static func addWords(_ words: EntryWords, of seq: Int64, in db: Database) throws {
        try db.cachedStatement(sql: "INSERT INTO entry_text (rowid, words, fields) VALUES (?, ?, ?)")
            .execute(arguments: [seq, words.words, words.fields])
    }

    static func removeWords(_ words: EntryWords, of seq: Int64, in db: Database) throws {
        try db.cachedStatement(
            sql: "INSERT INTO entry_text (entry_text, rowid, words, fields) VALUES ('delete', ?, ?, ?)"
        ).execute(arguments: [seq, words.words, words.fields])
    }

    private static func addFacets(
        _ seq: Int64, _ outcome: EventOutcome, kind: String, person: String?, address: String?, _ requestID: String?,
        _ traceID: String?, in db: Database
    ) throws {
        try db.cachedStatement(
            sql: """
                INSERT INTO facet (seq, outcome, subject_kind, person_id, address, request_id, trace_id)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """
        ).execute(arguments: [seq, outcome.rawValue, kind, person, address, requestID, traceID])
    }

    /// The user whom it was done to: the subject, or whom a field names.
    static func person(of event: Event) -> String? {
        if event.subject.kind == "user" { return event.subject.id.isEmpty ? nil : event.subject.id }
        let named = event.changes.first { $0.field == "user" || $0.field == "userId" }
        return named?.after ?? named?.before
    }
}
