import Contracts
import RPC
import Testing

@testable import deals

struct OrganizationCodesTests {
    @Test(arguments: ["5493001KJTIIGC8Y1R12", "529900NORTHWIND0HO72"])
    func leiWithFittingCheckDigits(code: String) { #expect(OrganizationCodes.isLEI(code)) }

    @Test(arguments: [
        "", "5493001KJTIIGC8Y1R13", "5493001KJTIIGC8Y1R21", "5493001KJTIIGC8YR112", "5493001kjtiigc8y1r12",
        "5493001KJTIIGC8Y1R1", "5493001KJTIIGC8Y1R122", "5493001KJTIIGC8Y1RAB", "5493001KJTIIGC8Y1Ä12",
    ])
    func otherLEIsAreRefused(code: String) { #expect(!OrganizationCodes.isLEI(code)) }

    @Test(arguments: ["US0378331005", "DE000NWH0000", "US5949181045", "GB0002634946"])
    func isinWithFittingCheckDigit(code: String) { #expect(OrganizationCodes.isISIN(code)) }

    @Test(arguments: [
        "", "US0378331006", "US0373831005", "us0378331005", "US037833100", "US03783310055", "0S0378331005",
        "US037833100A",
    ])
    func otherISINsAreRefused(code: String) { #expect(!OrganizationCodes.isISIN(code)) }

    /// Every single digit that is mistyped is found out.
    @Test func oneWrongDigitIsFoundOut() {
        for (code, isValid) in [
            ("5493001KJTIIGC8Y1R12", OrganizationCodes.isLEI), ("US0378331005", OrganizationCodes.isISIN),
        ] {
            for (index, byte) in code.utf8.enumerated() where (0x30...0x39).contains(byte) {
                for digit in UInt8(0x30)...0x39 where digit != byte {
                    var bytes = Array(code.utf8)
                    bytes[index] = digit
                    #expect(!isValid(String(decoding: bytes, as: UTF8.self)))
                }
            }
        }
    }

    @Test(arguments: ["F", "NWH", "BRK.B", "VOD LN", "7203"])
    func tickers(code: String) { #expect(OrganizationCodes.isTicker(code)) }

    @Test(arguments: ["", "nwh", " NWH", "NWH\n", "ABCDEFGHIJKLMNOPQRSTU"])
    func otherTickersAreRefused(code: String) { #expect(!OrganizationCodes.isTicker(code)) }

    @Test func everyWrongFieldIsNamed() async throws {
        try await Desk.with { desk in
            let new = NewOrganization(
                name: " ", kind: .other, codeAlias: "", lei: "x", ticker: "x", isin: "x", country: "x", sector: "")
            let refused = try await fault("validation_failed") {
                try await desk.call(DealMethods.addOrganization, new, as: desk.person(.banker))
            }
            #expect(
                refused.details == [
                    "name too_short", "codeAlias too_short", "lei invalid", "ticker invalid", "isin invalid",
                    "country invalid", "sector too_short",
                ])
            let person = try await wrongPerson(desk)
            #expect(person.details == ["name too_short", "title too_short", "email invalid", "phone invalid"])
        }
    }

    private func wrongPerson(_ desk: Desk) async throws -> RPCFault {
        let banker = desk.person(.banker)
        let organization = try await desk.organization("Northwind", by: banker)
        return try await fault("validation_failed") {
            let new = NewContactPerson(name: "", title: "", email: "ada", phone: "call me")
            return try await desk.call(DealMethods.addPerson, new, as: banker, on: [organization.id.text])
        }
    }
}
