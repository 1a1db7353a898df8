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
        ("deal.party.", ["personName"]), ("deal.counterparty.", ["contact", "contactPersonName", "note", "notes"]),
        ("deal.activity.", ["participants", "subject", "text"]),
        // Officers look for people.
        ("audit.", ["q", "address"]),
    ]

    static func contain(_ field: String, of type: String) -> Bool {
        table.contains { type.hasPrefix($0.types) && $0.fields.contains(field) }
    }

    /// As SQLite's JSON functions name it, without `$.`.
    static func path(_ change: Int, _ end: End) -> String { "changes[\(change)].\(end.rawValue)" }
}

/// Where in an entry a personal value stands.
enum PersonalPath: Hashable {
    case address
    case change(Int, PersonalFields.End)

    /// Of the spelling that `PersonalFields` has, and no other.
    init?(_ text: UnsafeRawBufferPointer) {
        var rest = text[...]
        guard rest.takePrefix("changes[") else {
            guard text.elementsEqual(PersonalFields.address.utf8) else { return nil }
            self = .address
            return
        }
        let digits = rest.prefix { (0x30...0x39).contains($0) }
        guard (1...9).contains(digits.count), digits.count == 1 || digits.first != 0x30 else { return nil }
        let index = digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
        rest = rest[digits.endIndex...]
        if rest.elementsEqual("].before".utf8) {
            self = .change(index, .before)
        } else if rest.elementsEqual("].after".utf8) {
            self = .change(index, .after)
        } else {
            return nil
        }
    }
}

extension UnsafeRawBufferPointer.SubSequence {
    fileprivate mutating func takePrefix(_ text: StaticString) -> Bool {
        text.withUTF8Buffer { prefix in
            guard starts(with: prefix) else { return false }
            self = dropFirst(prefix.count)
            return true
        }
    }
}
