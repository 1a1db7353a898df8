import Contracts
import Foundation
import RPC

/// Fills a person from input field by field and collects all that is wrong.
struct PersonForm: Sendable {
    private(set) var person: ContactPerson
    private(set) var faults: [FieldFault] = []

    /// Its id is random, as that of an organization: see `OrganizationForm`.
    init(_ new: NewContactPerson, at organization: UUID, by caller: Caller) {
        self.init(
            ContactPerson(id: UUID(), organizationId: organization, name: "", updatedAt: caller.now, version: 1))
        var patch = ContactPersonPatch()
        patch.name = .set(new.name)
        patch.title = new.title.map(Patch.set)
        patch.email = new.email.map(Patch.set)
        patch.phone = new.phone.map(Patch.set)
        apply(patch)
    }

    init(_ person: ContactPerson) { self.person = person }

    mutating func apply(_ patch: ContactPersonPatch) {
        switch patch.name {
        case .set(let name):
            if let name = TextRule("name", 1...200).check(name, &faults) { person.name = name }
        case .clear: faults.append(FieldFault("name", "required", "must not be null"))
        case nil: break
        }
        switch patch.title {
        case .set(let title):
            if let title = TextRule("title", 1...200).check(title, &faults) { person.title = title }
        case .clear: person.title = nil
        case nil: break
        }
        optional(patch.email, \.email, Self.isEmail, FieldFault("email", "invalid", "must be an e-mail address"))
        optional(
            patch.phone, \.phone, Self.isPhone,
            FieldFault("phone", "invalid", "must have 3 to 40 of digits, blanks and + ( ) - . /"))
    }

    /// - Throws: `validation_failed` with every field that does not fit.
    func checked() throws(RPCFault) -> ContactPerson {
        guard faults.isEmpty else { throw .invalid(faults) }
        return person
    }

    private mutating func optional(
        _ patch: Patch<String>?, _ path: WritableKeyPath<ContactPerson, String?>, _ isValid: (String) -> Bool,
        _ fault: FieldFault
    ) {
        switch patch {
        case .set(let text) where isValid(text): person[keyPath: path] = text
        case .set: faults.append(fault)
        case .clear: person[keyPath: path] = nil
        case nil: break
        }
    }

    /// One `@` with something before and after it: whether mail arrives there, only mail can tell.
    private static func isEmail(_ text: String) -> Bool {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        return (3...254).contains(text.utf8.count) && parts.count == 2 && !parts.contains("")
            && text.unicodeScalars.allSatisfy { $0.value > 0x20 && !(0x7F...0xA0).contains($0.value) }
            && !text.contains(where: \.isWhitespace)
    }

    private static func isPhone(_ text: String) -> Bool {
        (3...40).contains(text.utf8.count)
            && text.utf8.allSatisfy { (0x30...0x39).contains($0) || " +()-./".utf8.contains($0) }
    }
}
