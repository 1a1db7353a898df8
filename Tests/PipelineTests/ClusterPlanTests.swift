import Testing

@testable import ibpipeline

struct ClusterPlanTests {
    private func plan(_ caller: [String: String] = [:]) throws -> [String: [String: String]] {
        let plan = try ClusterPlan.sample(caller: caller)
        return Dictionary(uniqueKeysWithValues: plan.children.map { ($0.name, $0.environment) })
    }

    @Test func everybodyKnowsWhereHisPeersListen() throws {
        let children = try plan()
        let address = { children[$0]?["IBP_LISTEN"] }
        #expect(children["gateway"]?["IBP_PEER_AUTH"] == address("auth"))
        #expect(children["gateway"]?["IBP_PEER_HEALTH"] == address("health"))
        #expect(children["audit"]?["IBP_PEER_DEALS"] == address("deals"))
        #expect(children["audit"]?["IBP_PEER_HEALTH"] == address("health"))
        #expect(children["health"]?["IBP_PEER_AUDIT"] == address("audit"))
        #expect(children["deals"]?["IBP_PEER_AUTH"] == address("auth"))
        #expect(children["deals"]?["IBP_PEER_AUDIT"] == nil)
        #expect(children["auth"]?.keys.contains { $0.hasPrefix("IBP_PEER_") } == false)
    }

    @Test func onlyTheGatewayIsPublicAndOnlyServicesHaveData() throws {
        let children = try plan()
        #expect(children["gateway"]?["IBP_HTTP_LISTEN"] == "127.0.0.1:8080")
        #expect(children["gateway"]?["IBP_LISTEN"] == nil)
        #expect(children["gateway"]?["IBP_DATA_DIR"] == nil)
        #expect(children["audit"]?["IBP_DATA_DIR"] == "/var/ib/audit")
        #expect(children["audit"]?["IBP_RPC_SECRET_FILE"] == "/var/ib/rpc.secret")
    }

    @Test func onlyServicesThatSealGetTheKeyOfSecretsAndTheCallersOwnGoesFirst() throws {
        let children = try plan()
        #expect(children["auth"]?["IBP_SECRETS_KEY_FILE"] == "/var/ib/secrets.key")
        #expect(children["health"]?["IBP_SECRETS_KEY_FILE"] == "/var/ib/secrets.key")
        for (name, child) in children where !["auth", "health"].contains(name) {
            #expect(!child.keys.contains { $0.hasPrefix("IBP_SECRETS_") })
        }
        let changing = try plan(["IBP_SECRETS_KEY_PREVIOUS_FILE": "/old"])["auth"]
        #expect(changing?["IBP_SECRETS_KEY_FILE"] == "/var/ib/secrets.key")
        #expect(changing?["IBP_SECRETS_KEY_PREVIOUS_FILE"] == "/old")
        let own = try plan(["IBP_SECRETS_KEY": "00"])["auth"]
        #expect(own?["IBP_SECRETS_KEY"] == "00")
        #expect(own?["IBP_SECRETS_KEY_FILE"] == nil)
    }

    @Test func onlyAuditGetsTheKeyThatSignsTheLog() throws {
        let children = try plan(["IBP_AUDIT_ORIGIN": "bank.example/audit"])
        #expect(children["audit"]?["IBP_AUDIT_SIGNING_KEY_FILE"] == "/var/ib/audit-signing.key")
        #expect(children["audit"]?["IBP_AUDIT_ORIGIN"] == "bank.example/audit")
        for (name, child) in children where name != "audit" {
            #expect(!child.keys.contains { $0.hasPrefix("IBP_AUDIT_") })
        }
        let own = try plan(["IBP_AUDIT_SIGNING_KEY_FILE": "/own"])["audit"]
        #expect(own?["IBP_AUDIT_SIGNING_KEY_FILE"] == "/own")
    }

    @Test func noPortIsGivenTwice() throws {
        let addresses = try plan().values.flatMap { [$0["IBP_LISTEN"], $0["IBP_ADMIN_LISTEN"]].compactMap(\.self) }
        #expect(addresses.count == ClusterPlan.portCount)
        #expect(Set(addresses).count == addresses.count)
    }

    @Test func settingsReachTheServiceTheyBelongTo() throws {
        let children = try plan([
            "IBP_BOOTSTRAP_EMAIL": "a@b.example", "IBP_TOKEN_ISSUER": "https://x", "IBP_TOKEN_LIFETIME": "5m",
            "IBP_RATE_USER": "9/s:9", "IBP_PROBE_INTERVAL": "1s", "IBP_BACKUP_DIR": "/backups",
            "IBP_SECOND_FACTOR_ROLES": "none", "PATH": "/bin", "SECRET_OF_OTHERS": "x",
        ])
        for name in ["auth", "deals", "audit", "health"] { #expect(children[name]?["IBP_BACKUP_DIR"] == "/backups") }
        #expect(children["gateway"]?["IBP_BACKUP_DIR"] == nil)
        #expect(children["auth"]?["IBP_BOOTSTRAP_EMAIL"] == "a@b.example")
        #expect(children["deals"]?["IBP_BOOTSTRAP_EMAIL"] == nil)
        #expect(children["auth"]?["IBP_SECOND_FACTOR_ROLES"] == "none")
        #expect(children["gateway"]?["IBP_TOKEN_ISSUER"] == "https://x")
        #expect(children["auth"]?["IBP_TOKEN_ISSUER"] == "https://x")
        #expect(children["gateway"]?["IBP_TOKEN_LIFETIME"] == nil)
        #expect(children["gateway"]?["IBP_RATE_USER"] == "9/s:9")
        #expect(children["health"]?["IBP_PROBE_INTERVAL"] == "1s")
        for child in children.values {
            #expect(child["PATH"] == "/bin")
            #expect(child["SECRET_OF_OTHERS"] == nil)
        }
    }

    /// Browsers have them without TLS under this name alone.
    @Test func passkeysAreOnForLocalhostUnlessOriginsAreSet() throws {
        #expect(try plan()["auth"]?["IBP_PASSKEY_ORIGINS"] == "http://localhost:8080")
        #expect(try plan()["gateway"]?["IBP_PASSKEY_ORIGINS"] == nil)
        let own = ["IBP_PASSKEY_ORIGINS": "https://deals.bank.example", "IBP_PASSKEY_RP_ID": "bank.example"]
        for (name, value) in own { #expect(try plan(own)["auth"]?[name] == value) }
    }

    @Test(arguments: ["IBP_PRBE_INTERVAL", "IBP_HTTP_LISTEN", "IBP_LOG_LEVEL"])
    func aSettingWithoutAnOwnerIsAUsageErrorThatNamesIt(name: String) throws {
        let failure = try #require(throws: CommandFailure.self) { try CallerEnvironment([name: "x"]) }
        #expect(failure.code == 64)
        #expect(failure.line.contains(name))
    }

    @Test func theBuildsOwnSettingIsNobodysBusiness() throws {
        let children = try plan(["IBP_WARNINGS_AS_ERRORS": "1"])
        #expect(children.values.allSatisfy { $0["IBP_WARNINGS_AS_ERRORS"] == nil })
    }

    @Test func missingExecutablesAreNamedWithTheWayToBuildThem() throws {
        let failure = try #require(throws: CommandFailure.self) { try Executables.beside("/nonexistent") }
        #expect(failure.line.contains("swift build --product gateway"))
    }
}
