import GRDB
import Storage

/// `relay.sqlite`: how far each outbox was sent on, and nothing else. Without it the relay begins with the oldest events that
/// there are.
enum RelaySchema {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        Inbox.addMigration(to: &migrator)
        DeadLetters.addMigration(to: &migrator)
        return migrator
    }
}
