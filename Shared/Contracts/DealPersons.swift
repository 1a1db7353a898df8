package import Foundation
package import RPC

extension DealMethods {
    package static let persons = RPCMethod<ContactPersonQuery, ContactPersonPage>(
        0x0297, "deals.persons", callers: [Peer.gateway], isIdempotent: true)
    package static let addPerson = RPCMethod<NewContactPerson, ContactPerson>(
        0x0298, "deals.persons.add", callers: [Peer.gateway], deduplicates: true)
    package static let updatePerson = RPCMethod<ContactPersonPatch, ContactPerson>(
        0x0299, "deals.persons.update", callers: [Peer.gateway])
    package static let removePerson = RPCMethod<Nothing, Nothing>(
        0x029A, "deals.persons.remove", callers: [Peer.gateway])
    package static let findPersons = RPCMethod<PersonFindQuery, FoundPersons>(
        0x02B4, "deals.persons.find", callers: [Peer.gateway], isIdempotent: true)
}

/// Somebody at an organization; whoever may know of that knows of him.
package struct ContactPerson: Codable, Sendable, Hashable, RPCResource {
    package var id: UUID
    package var organizationId: UUID
    package var name: String
    package var title: String?
    package var email: String?
    package var phone: String?
    package var updatedAt: Instant
    package var version: Int64

    package var resourceID: String { id.text }

    package init(
        id: UUID, organizationId: UUID, name: String, title: String? = nil, email: String? = nil, phone: String? = nil,
        updatedAt: Instant, version: Int64
    ) {
        self.id = id
        self.organizationId = organizationId
        self.name = name
        self.title = title
        self.email = email
        self.phone = phone
        self.updatedAt = updatedAt
        self.version = version
    }
}

package struct NewContactPerson: Codable, Sendable, Hashable {
    package var name: String
    package var title: String?
    package var email: String?
    package var phone: String?

    package init(name: String, title: String? = nil, email: String? = nil, phone: String? = nil) {
        self.name = name
        self.title = title
        self.email = email
        self.phone = phone
    }
}

/// A JSON merge patch (RFC 7396) of a person.
package struct ContactPersonPatch: Codable, Sendable, Hashable {
    package var name: Patch<String>?
    package var title: Patch<String>?
    package var email: Patch<String>?
    package var phone: Patch<String>?

    package init() {}
}

/// Asks for a page of the people of an organization, by name.
package struct ContactPersonQuery: Codable, Sendable {
    /// 1 ... 200, 50 when left out.
    package var limit: Int?
    /// The `nextCursor` of the page before.
    package var cursor: String?

    package init(limit: Int? = nil, cursor: String? = nil) {
        self.limit = limit
        self.cursor = cursor
    }
}

package struct ContactPersonPage: Codable, Sendable {
    package var items: [ContactPerson]
    package var nextCursor: String?

    package init(items: [ContactPerson], nextCursor: String?) {
        self.items = items
        self.nextCursor = nextCursor
    }
}

/// Asks for the first people who fit what somebody has typed so far, at all organizations that he may know of.
package struct PersonFindQuery: Codable, Sendable {
    /// Words of which each begins a word of the name, an e-mail address or its domain; or the last four digits or more of
    /// a telephone number.
    package var q: String
    /// 1 ... 20, 10 when left out.
    package var limit: Int?

    package init(q: String, limit: Int? = nil) {
        self.q = q
        self.limit = limit
    }
}

/// Somebody, and where.
package struct FoundPerson: Codable, Sendable, Hashable {
    package var person: ContactPerson
    package var organizationName: String

    package init(person: ContactPerson, organizationName: String) {
        self.person = person
        self.organizationName = organizationName
    }
}

/// By name.
package struct FoundPersons: Codable, Sendable {
    package var items: [FoundPerson]

    package init(items: [FoundPerson]) { self.items = items }
}
