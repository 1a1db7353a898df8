import Contracts

/// Which parts of an entry are personal data that somebody may have erased: by the type of the event, and for the address
/// of a client always. Ids of people are none: without what is kept elsewhere they name nobody.
enum PersonalFields {
    enum End: String { case before, after }

    static let address = "actor.address"

    /// By the beginning of the type. What is in here is for ever: an entry commits to what was personal when it was written.
    private static let table: [(types: String, fields: Set<String>)] = [
        ("user.", ["email", "name"]), ("invitation.", ["email", "name"]), ("session.", ["email", "name"]),
        // What a provider knows somebody by, and what people call their devices.
        ("identity.", ["subject", "email", "name"]), ("passkey.", ["name"]),
        ("token.", ["name"]), ("person.", ["name", "email", "phone", "title"]),
        // Contacts of a deal, and what was said with them: its words tell of people, too.
        ("deal.party.", ["personName"]), ("deal.activity.", ["participants", "subject", "text"]),
        // Officers look for people.
        ("audit.", ["q", "address"]),
    ]

    static func contain(_ field: String, of type: String) -> Bool {
        table.contains { type.hasPrefix($0.types) && $0.fields.contains(field) }
    }

    /// As SQLite's JSON functions name it, without `$.`.
    static func path(_ change: Int, _ end: End) -> String { "changes[\(change)].\(end.rawValue)" }
}
