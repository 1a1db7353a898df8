import Contracts
import Foundation

extension EventSubject {
    /// - Parameter id: nil for somebody who is no user; then nothing tells who was meant.
    static func user(_ id: UUID?) -> EventSubject { EventSubject(kind: "user", id: id?.text ?? "") }

    static func session(_ id: UUID) -> EventSubject { EventSubject(kind: "session", id: id.text) }
}

extension User {
    var eventSubject: EventSubject { .user(id) }
}
