package import Foundation
package import GRDB

/// Events that a group of consumers could not take in, and those of the same aggregate that came after them: kept in the
/// consumer's own file, beside its cursor, until somebody has them taken in after all or passes them over.
///
/// An aggregate is parked as long as there is a letter of it; so its events take effect in order or not at all.
package enum DeadLetters {
    /// Of one group and source. When there are more, something is wrong with the consumer, not with the events.
    package static let lettersMax = 10_000
    package static let errorCharactersMax = 1000
    package static let reasonCharactersMax = 500

    package struct Full: Error, CustomStringConvertible {
        package var description: String {
            "\(lettersMax) events wait to be taken in again or passed over; nothing more is read until then"
        }
    }

    package struct Letter: Sendable, Hashable {
        package var sequence: Int64
        package var aggregate: String
        /// 0 when it only waits behind another one.
        package var attempts: Int
        package var error: String
        /// Unix time.
        package var firstMilliseconds: Int64
        package var payload: Data

        package init(
            sequence: Int64, aggregate: String, attempts: Int, error: String, firstMilliseconds: Int64, payload: Data
        ) {
            self.sequence = sequence
            self.aggregate = aggregate
            self.attempts = attempts
            self.error = error
            self.firstMilliseconds = firstMilliseconds
            self.payload = payload
        }
    }

    package enum Outcome: String, Sendable { case redriven, skipped }

    package static func addMigration(to migrator: inout DatabaseMigrator) {
        migrator.registerMigration("dead letters 1") { try $0.execute(sql: tables) }
    }

    private static let tables = """
        CREATE TABLE dead_letter (
            grp TEXT NOT NULL CHECK (length(grp) BETWEEN 1 AND 64),
            source TEXT NOT NULL CHECK (length(source) BETWEEN 1 AND 100),
            seq INTEGER NOT NULL CHECK (seq >= 1),
            aggregate TEXT NOT NULL CHECK (length(aggregate) <= 400),
            attempts INTEGER NOT NULL CHECK (attempts >= 0),
            error TEXT NOT NULL CHECK (length(error) BETWEEN 1 AND 1000),
            first_ms INTEGER NOT NULL,
            payload BLOB NOT NULL CHECK (length(payload) <= 262144),
            PRIMARY KEY (grp, source, seq)
        ) STRICT;
        CREATE INDEX dead_letter_by_aggregate ON dead_letter (grp, source, aggregate, seq);
        CREATE TRIGGER dead_letter_keeps_its_event
        BEFORE UPDATE OF grp, source, seq, aggregate, first_ms, payload ON dead_letter BEGIN
            SELECT RAISE(ABORT, 'the event of a dead letter is never changed');
        END;

        CREATE TABLE settled_letter (
            grp TEXT NOT NULL,
            source TEXT NOT NULL,
            seq INTEGER NOT NULL,
            outcome TEXT NOT NULL CHECK (outcome IN ('redriven', 'skipped')),
            reason TEXT NOT NULL CHECK (length(reason) <= 500),
            settled_ms INTEGER NOT NULL,
            PRIMARY KEY (grp, source, seq)
        ) STRICT, WITHOUT ROWID;
        CREATE TRIGGER settled_letter_stays BEFORE UPDATE ON settled_letter BEGIN
            SELECT RAISE(ABORT, 'what became of a dead letter is never changed');
        END;
        CREATE TRIGGER settled_letter_remains BEFORE DELETE ON settled_letter BEGIN
            SELECT RAISE(ABORT, 'what became of a dead letter is never deleted');
        END;
        """
}
