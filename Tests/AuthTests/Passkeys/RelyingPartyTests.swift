import ServiceKit
import Testing

@testable import auth

struct RelyingPartyTests {
    private func words(_ origins: [String], _ id: String? = nil) -> String? {
        do {
            _ = try RelyingParty(origins: origins, id: id)
            return nil
        } catch {
            return error.description
        }
    }

    @Test func domainIsTheFirstOriginsHostUnlessItIsSet() throws {
        let party = try RelyingParty(origins: ["https://deals.bank.example", "https://x.deals.bank.example:8443"])
        #expect(party.id == "deals.bank.example")
        #expect(party.origins == ["https://deals.bank.example", "https://x.deals.bank.example:8443"])
        #expect(try RelyingParty(origins: ["https://deals.bank.example"], id: "bank.example").id == "bank.example")
        #expect(try RelyingParty(origins: ["https://Bank.Example:443"]).origins == ["https://bank.example"])
        #expect(try RelyingParty(origins: ["http://localhost:80"]).origins == ["http://localhost"])
    }

    @Test(arguments: [
        "", "deals.bank.example", "http://bank.example", "https://bank.example/", "https://10.0.0.1", "https://[::1]",
        "http://127.0.0.1:8080", "https://bank.example:", "https://bank.example:0", "https://bank.example:65536",
        "https://bank.example:08", "https://a@bank.example", "https://bank..example", "https://-bank.example",
        "https://*",
        "https://b\u{E4}nk.example", "https://", "https://bank.example:1:2", "null",
    ]) func whatIsNoOriginStopsTheStart(_ origin: String) {
        #expect(words([origin])?.contains("IBP_PASSKEY_ORIGINS") == true)
    }

    @Test func originsMustLieOnTheDomain() {
        #expect(words(["https://bank.example", "https://evil.example"])?.contains("evil.example") == true)
        #expect(words(["https://notbank.example"], "bank.example") != nil)
        #expect(words(["https://bank.example"], "deals.bank.example") != nil)
        #expect(words(["https://bank.example"], "Bank.example")?.contains("IBP_PASSKEY_RP_ID") == true)
        #expect(words([]) != nil)
        #expect(words((0...RelyingParty.originsMax).map { "https://a\($0).bank.example" }, "bank.example") != nil)
    }
}
