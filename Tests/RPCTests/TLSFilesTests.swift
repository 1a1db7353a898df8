import Foundation
import SwiftASN1
import Testing
import X509

@testable import RPC

/// What a start with wrong files says.
struct TLSFilesTests {
    private let authority: TestAuthority
    private let folder: TLSFolder
    private var files: TLSIdentity.Files { folder.files }

    init() throws {
        authority = try TestAuthority()
        folder = try TLSFolder("deals", of: authority)
    }

    @Test func aMissingFileIsNamed() throws {
        for path in [files.certificate, files.key, files.authority] {
            try FileManager.default.moveItem(atPath: path, toPath: path + ".away")
            #expect(throws: TLSIdentityError.missing(path)) { try folder.identity() }
            try FileManager.default.moveItem(atPath: path + ".away", toPath: path)
        }
        _ = try folder.identity()
    }

    @Test(arguments: ["", "no certificate", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"])
    func aFileThatIsNotPEMIsNamed(content: String) throws {
        try folder.write(content, to: files.authority)
        #expect(throws: TLSIdentityError.notPEM(files.authority)) { try folder.identity() }
        try folder.issue([.dnsName("deals")], of: authority)
        try folder.write(content, to: files.certificate)
        #expect(throws: TLSIdentityError.notPEM(files.certificate)) { try folder.identity() }
    }

    @Test func anEmptyOrWrongOrEncryptedKeyIsNoKey() throws {
        let certificate = try String(contentsOfFile: files.certificate, encoding: .utf8)
        for content in [" ", certificate, Self.encryptedKey] {
            try folder.write(content, to: files.key)
            #expect(throws: TLSIdentityError.notAKey(files.key)) { try folder.identity() }
        }
    }

    @Test func aKeyOfAnotherCertificateIsRefused() throws {
        try folder.write(try authority.issue([.dnsName("deals")]).key, to: files.key)
        #expect(throws: TLSIdentityError.keyDoesNotMatch(key: files.key, certificate: files.certificate)) {
            try folder.identity()
        }
    }

    @Test func anExpiredOrFutureCertificateIsRefused() throws {
        try folder.issue([.dnsName("deals")], of: authority, from: -120, lasting: -60)
        let expired = try #require(throws: TLSIdentityError.self) { try folder.identity() }
        #expect(expired.description.hasPrefix("the certificate in \(files.certificate) expired on 20"))
        try folder.issue([.dnsName("deals")], of: authority, from: 600)
        let early = try #require(throws: TLSIdentityError.self) { try folder.identity() }
        #expect(early.description.contains("is not valid before"))
    }

    @Test func anAuthorityMustBeOneAndBeValid() throws {
        let pem = try TestAuthority(isAuthority: false).certificate.serializeAsPEM().pemString
        try folder.write(pem, to: files.authority)
        #expect(throws: TLSIdentityError.notAnAuthority(files.authority)) { try folder.identity() }
        let old = try TestAuthority(lasting: -60).certificate.serializeAsPEM().pemString
        try folder.write(old, to: files.authority)
        let expired = try #require(throws: TLSIdentityError.self) { try folder.identity() }
        #expect(expired.description.hasPrefix("the certificate in \(files.authority) expired on 20"))
    }

    @Test func wildcardsAndNamelessCertificatesAreRefused() throws {
        try folder.issue([.dnsName("deals"), .dnsName("*.bank.example")], of: authority)
        #expect(throws: TLSIdentityError.names(files.certificate, .wildcard("*.bank.example"))) {
            try folder.identity()
        }
        try folder.issue([], of: authority)
        #expect(throws: TLSIdentityError.names(files.certificate, .noNames)) { try folder.identity() }
    }

    @Test func hugeFilesAreRefused() throws {
        let size = TLSMaterial.fileBytesMax
        try folder.write(String(repeating: " ", count: size + 1), to: files.authority)
        #expect(throws: TLSIdentityError.tooLarge(files.authority)) { try folder.identity() }
        let pem = try authority.certificate.serializeAsPEM().pemString + "\n"
        try folder.write(
            String(repeating: pem, count: TLSMaterial.authoritiesMax + 1), to: files.authority)
        #expect(throws: TLSIdentityError.tooMany(files.authority, TLSMaterial.authoritiesMax)) {
            try folder.identity()
        }
    }

    @Test func aPeersNamesAreInLowerCase() throws {
        #expect(try peer("Deals", "deals.bank.example").names == ["deals", "deals.bank.example"])
    }

    /// The peer as the other side learns it.
    private func peer(_ names: String...) throws -> TLSPeer {
        try folder.issue(names.map { .dnsName($0) }, of: authority)
        let server = try TLSFolder("audit", of: authority)
        let handshake = try TLSHandshake(folder.identity(), expecting: "audit", server.identity())
        return try #require(try handshake.server.peer?.get())
    }

    /// P-256, passphrase "secret"; made with openssl genpkey.
    private static let encryptedKey = """
        -----BEGIN ENCRYPTED PRIVATE KEY-----
        MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAhBPWmUfjn1aAICCAAw
        DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEMGCw+HJ9ojwGaaGuPOQB4gEgZDu
        pbVjvEInwRBzr2QLO21keDinZtwRDe1YGJb080K9hKRMOn/DGA/fOUYKqi4gpqzj
        S/Y+zW1P7rr5lut/afAOqm8zwmtjR5t6LLYyxbzAJRyhuMnzslNM5SGRUNneCFMT
        +s8I1+LWPuBx+X349pdZqHVC4+8pH22VyA0Fp9B7mNcEQNCe2l8064EeCeMVKnY=
        -----END ENCRYPTED PRIVATE KEY-----
        """
}
