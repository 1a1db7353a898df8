import Contracts
import ServiceKit
import Testing

@testable import auth

struct SecondFactorPolicyTests {
    private func roles(_ text: String?) throws -> Set<Role> {
        var environment = ["IBP_DATA_DIR": "/data", "IBP_SECRETS_KEY": String(repeating: "0a", count: 32)]
        environment["IBP_SECOND_FACTOR_ROLES"] = text
        var reader = SettingsReader(environment: environment)
        let settings = try AuthSettings(&reader)
        try reader.refuseUnknown(process: "auth")
        return settings.secondFactor.roles
    }

    @Test func listOfRolesIsRead() throws {
        #expect(try roles(nil) == [.admin, .compliance])
        #expect(try roles("none") == [])
        #expect(try roles("banker") == [.banker])
        #expect(try roles("admin, banker,observer") == [.admin, .banker, .observer])
    }

    @Test(arguments: ["", "admin,", "Admin", "none,admin", "trader"]) func otherNamesStopTheStart(_ text: String) {
        let error = #expect(throws: SettingsError.self) { try roles(text) }
        #expect(error?.description.contains("IBP_SECOND_FACTOR_ROLES") == true)
    }
}
