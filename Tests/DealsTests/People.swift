import Contracts
import Foundation
import RPC
import Synchronization
import Testing

@testable import deals

/// Somebody who calls the service.
struct Person: Sendable, Hashable {
    let id: UUID
    let role: Role

    init(_ role: Role) {
        id = UUIDv7.make()
        self.role = role
    }

    var email: String { "\(id.text)@example.com" }

    func user(_ status: UserStatus = .active) -> User {
        let joined = Instant(milliseconds: 0)
        return User(
            id: id, email: email, name: "\(role.rawValue) \(id.text.suffix(4))", role: role, status: status, version: 1,
            createdAt: joined, updatedAt: joined)
    }
}

/// Stands where the auth service stands.
final class People: Sendable {
    private let users = Mutex<[User]>([])
    private let asked = Mutex(0)

    func add(_ user: User) { users.withLock { $0.append(user) } }

    func find(_ lookup: UserLookup) throws -> User {
        asked.withLock { $0 += 1 }
        let user = users.withLock { $0.first { $0.id == lookup.id || $0.email == lookup.email } }
        guard let user else { throw RPCFault.notFound("user") }
        return user
    }

    func disable(_ person: Person) { set(.disabled, person) }

    func enable(_ person: Person) { set(.active, person) }

    private func set(_ status: UserStatus, _ person: Person) {
        users.withLock { users in
            for index in users.indices where users[index].id == person.id { users[index].status = status }
        }
    }

    var questions: Int { asked.withLock { $0 } }
}

/// Stands at 2026-11-02T09:00:00Z until it is moved.
final class TestClock: Sendable {
    private let time = Mutex(Instant(milliseconds: 20_759 * 86_400_000 + 9 * 3_600_000))

    var now: WallClock { { self.time.withLock { $0 } } }

    func advance(days: Int = 0, seconds: Int64 = 0) {
        time.withLock { $0 = $0.advanced(bySeconds: Int64(days) * 86_400 + seconds) }
    }
}

extension BusinessDate {
    /// 2026-11-02, the day on which all tests begin.
    static let today = BusinessDate(daysSince1970: 20_759)
    static let yesterday = today.adding(days: -1)
    static let tomorrow = today.adding(days: 1)
}

/// The fault that a call ends with.
@discardableResult
func fault(
    _ code: String, sourceLocation: SourceLocation = #_sourceLocation, _ body: () async throws -> Any
) async throws -> RPCFault {
    let fault = try #require(
        await #expect(throws: RPCFault.self, sourceLocation: sourceLocation) { _ = try await body() },
        sourceLocation: sourceLocation)
    #expect(fault.code == code, sourceLocation: sourceLocation)
    return fault
}

extension RPCFault {
    /// `codeName too_short`
    var details: [String] { errors.map { "\($0.field) \($0.code)" } }
}

extension [FieldFault] {
    var codes: [String] { map(\.code) }
}

/// A generator whose numbers are the same in every run (SplitMix64).
struct SeededRandom: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
