import Contracts
import Foundation
import Testing

@testable import auth

struct LinkRuleTests {
    func user(_ role: Role = .banker, _ status: UserStatus = .active) -> User {
        let now = Instant(milliseconds: 1)
        return User(
            id: UUID(), email: "bea@bank.test", name: "Bea", role: role, status: status, version: 1, createdAt: now,
            updatedAt: now)
    }

    @Test func emailThatIsVouchedForLinksOnce() throws {
        let email = try #require(EmailAddress("bea@bank.test"))
        let bea = user()
        #expect(LinkRule.decide(email: email, user: bea, hasIdentity: false, provisions: false) == .link(bea))
        #expect(LinkRule.decide(email: email, user: bea, hasIdentity: true, provisions: true) == .refuse)
        #expect(LinkRule.decide(email: nil, user: bea, hasIdentity: false, provisions: true) == .refuse)
        #expect(LinkRule.decide(email: nil, user: nil, hasIdentity: false, provisions: true) == .refuse)
    }

    @Test func administratorsAndDisabledUsersAreNotTakenOver() throws {
        let email = try #require(EmailAddress("bea@bank.test"))
        for other in [user(.admin), user(.banker, .disabled)] {
            #expect(LinkRule.decide(email: email, user: other, hasIdentity: false, provisions: true) == .refuse)
        }
    }

    @Test func usersAreMadeWhereThatIsOn() throws {
        let email = try #require(EmailAddress("bea@bank.test"))
        #expect(
            LinkRule.decide(email: email, user: nil, hasIdentity: false, provisions: true)
                == .create(email))
        #expect(LinkRule.decide(email: email, user: nil, hasIdentity: false, provisions: false) == .refuse)
    }

    @Test func lastAdministratorStaysOne() {
        #expect(LinkRule.role(.banker, of: user(.admin), otherActiveAdministrators: 0) == .admin)
        #expect(LinkRule.role(.banker, of: user(.admin), otherActiveAdministrators: 1) == .banker)
        #expect(LinkRule.role(.admin, of: user(.banker), otherActiveAdministrators: 0) == .admin)
        #expect(LinkRule.role(.observer, of: user(.banker), otherActiveAdministrators: 0) == .observer)
    }
}
