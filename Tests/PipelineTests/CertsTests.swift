import ArgumentParser
import Crypto
import Foundation
import Logging
import RPC
import SwiftASN1
import Testing
import X509

@testable import ibpipeline

struct CertsTests {
    private let now = Date(timeIntervalSince1970: Date().timeIntervalSince1970.rounded(.down))

    @Test func everyServiceGetsFilesThatItsTLSAccepts() throws {
        try withDirectory { directory in
            let outcomes = try run(directory, MakeCertsCommand.services)
            #expect(outcomes.map(\.name) == ["authority"] + MakeCertsCommand.services)
            #expect(outcomes.allSatisfy { $0.action == .made })
            for service in MakeCertsCommand.services {
                let files = TLSIdentity.Files(
                    certificate: directory.certificateFile(of: service).path, key: directory.keyFile(of: service).path,
                    authority: directory.authorityFile.path)
                let identity = try TLSIdentity(files, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
                #expect(identity.expiry == now + Validity.seconds(days: 90))
                #expect(try certificate(of: service, directory).dnsNames == [service])
            }
        }
    }

    @Test func whatTheCertificatesAllow() throws {
        try withDirectory { directory in
            try run(directory, ["deals"], hosts: ["deals.bank.svc"])
            let authority = try #require(try directory.authority()).certificate
            #expect(try authority.extensions.basicConstraints == .isCertificateAuthority(maxPathLength: 0))
            #expect(try authority.extensions.keyUsage == KeyUsage(keyCertSign: true))
            #expect("\(authority.subject)" == "CN=\(DevelopmentAuthority.commonName)")
            let deals = try certificate(of: "deals", directory)
            #expect(deals.dnsNames == ["deals", "deals.bank.svc"])
            #expect(try deals.extensions.basicConstraints == .notCertificateAuthority)
            #expect(try deals.extensions.keyUsage == KeyUsage(digitalSignature: true))
            #expect(try deals.extensions.extendedKeyUsage == ExtendedKeyUsage([.serverAuth, .clientAuth]))
            #expect(deals.notValidBefore == now - 300)
            #expect((15...17).contains(deals.serialNumber.bytes.count))
            let key = try authority.extensions.subjectKeyIdentifier?.keyIdentifier
            #expect(try deals.extensions.authorityKeyIdentifier?.keyIdentifier == key)
        }
    }

    @Test func onlyTheOwnerReadsTheFiles() throws {
        try withDirectory { directory in
            try run(directory, ["auth"])
            let files = ["authority.pem", "authority.key", "auth/tls.pem", "auth/tls.key"]
            for file in files {
                let attributes = try FileManager.default.attributesOfItem(atPath: "\(directory.path)/\(file)")
                #expect(attributes[.posixPermissions] as? Int == 0o600)
            }
            let found = try FileManager.default.subpathsOfDirectory(atPath: directory.path)
            #expect(Set(found) == Set(files + ["auth"]))
        }
    }

    @Test func anotherRunKeepsWhatIsFreshAndRenewsTheRest() throws {
        try withDirectory { directory in
            try run(directory, ["auth", "deals"])
            let authority = directory.authorityFile.content
            let first = try certificate(of: "auth", directory)

            let soon = try run(directory, ["auth", "gateway"], at: now + Validity.seconds(days: 59))
            #expect(soon.map(\.action) == [.kept, .kept, .made])
            #expect(try certificate(of: "auth", directory) == first)

            let later = try run(directory, ["auth"], at: now + Validity.seconds(days: 61))
            #expect(later.map(\.action) == [.kept, .renewed])
            #expect(try certificate(of: "auth", directory).serialNumber != first.serialNumber)
            #expect(try certificate(of: "auth", directory).publicKey != first.publicKey)
            #expect(directory.authorityFile.content == authority)
            #expect(try run(directory, ["deals"], isForced: true).map(\.action) == [.kept, .renewed])
        }
    }

    @Test func otherNamesAreAReasonToRenew() throws {
        try withDirectory { directory in
            try run(directory, ["deals"])
            #expect(try run(directory, ["deals"], hosts: ["d.bank.svc"]).last?.action == .renewed)
            #expect(try run(directory, ["deals"], hosts: ["d.bank.svc"]).last?.action == .kept)
        }
    }

    @Test func aStopBetweenKeyAndCertificateIsRepaired() throws {
        try withDirectory { directory in
            try run(directory, ["deals"])
            try Data(P256.Signing.PrivateKey().pemRepresentation.utf8).write(
                to: URL(fileURLWithPath: directory.keyFile(of: "deals").path))
            #expect(try run(directory, ["deals"]).last?.action == .renewed)
            #expect(try run(directory, ["deals"]).last?.action == .kept)
        }
    }

    @Test func anAuthorityIsNeverReplaced() throws {
        try withDirectory { directory in
            try run(directory, ["deals"])
            let files = [directory.authorityFile.path, directory.path + "/authority.key"]
            for file in files {
                try FileManager.default.moveItem(atPath: file, toPath: file + ".away")
                let failure = try #require(throws: CommandFailure.self) {
                    try run(directory, ["deals"], isForced: true)
                }
                #expect(failure.line.hasPrefix("\(file) is missing"))
                try "broken\n".write(toFile: file, atomically: true, encoding: .utf8)
                #expect(throws: CommandFailure.self) { try run(directory, ["deals"], isForced: true) }
                #expect(PrivateFile(path: file).content == "broken")
                try FileManager.default.removeItem(atPath: file)
                try FileManager.default.moveItem(atPath: file + ".away", toPath: file)
            }
            let end = now + Validity.seconds(days: 3651)
            let failure = try #require(throws: CommandFailure.self) { try run(directory, ["deals"], at: end) }
            #expect(failure.line.contains("has expired"))
        }
    }

    @Test func aCertificateOfAnotherAuthorityIsReplacedByForceOnly() throws {
        try withDirectory { directory in
            try run(directory, ["deals"])
            try FileManager.default.removeItem(atPath: directory.authorityFile.path)
            try FileManager.default.removeItem(atPath: directory.path + "/authority.key")
            let before = directory.certificateFile(of: "deals").content
            #expect(throws: CommandFailure.self) { try run(directory, ["deals"]) }
            #expect(directory.certificateFile(of: "deals").content == before)
            #expect(try run(directory, ["deals"], isForced: true).map(\.action) == [.kept, .renewed])
        }
    }

    @Test func noCertificateOutlivesItsAuthority() throws {
        try withDirectory { directory in
            try run(directory, ["deals"], at: now - Validity.seconds(days: 3600))
            try run(directory, ["deals"])
            let authority = try #require(try directory.authority()).certificate
            #expect(try certificate(of: "deals", directory).notValidAfter == authority.notValidAfter)
        }
    }

    @Test(arguments: [
        ["--services", "deals,printer"], ["--services", "deals,deals"], ["--services", ""], ["--days", "0"],
        ["--authority-days", "7301"], ["--host", "auth"], ["--host", "*.bank.svc"], ["--host", "10.0.0.1"],
        ["--host", "Deals.bank"], ["--host", "-x.bank"], ["--host", "a..b"], ["--host", ""],
    ])
    func wrongOptionsAreUsageErrors(options: [String]) {
        #expect(throws: (any Error).self) { try MakeCertsCommand.parse(["--to", "x"] + options) }
    }

    @Test func certsTakesMakeForGranted() throws {
        #expect(try Pipeline.parseAsRoot(["certs", "--to", "x", "--host", "a.b"]) is MakeCertsCommand)
        #expect(try Pipeline.parseAsRoot(["certs", "show", "x.pem"]) is ShowCertificateCommand)
    }

    @Test func showTellsWhatIsInAFile() throws {
        try withDirectory { directory in
            try run(directory, ["deals"], hosts: ["deals.bank.svc"])
            let file = directory.certificateFile(of: "deals").path
            let facts = try #require(try ShowCertificateCommand.facts(of: file, now: now).first)
            #expect(facts.daysLeft == 90)
            let fingerprint = SHA256.hash(
                data: try PEMDocument(pemString: String(contentsOfFile: file, encoding: .utf8)).derBytes)
            #expect(facts.lines.count == 6)
            #expect(
                facts.lines.prefix(3) == [
                    "subject      CN=deals", "names        deals, deals.bank.svc",
                    "issuer       CN=IBPipeline development authority",
                ])
            #expect(
                facts.fingerprint.lowercased().replacing(":", with: "")
                    == fingerprint.map { String(format: "%02x", $0) }.joined())
            let late = try ShowCertificateCommand.facts(of: file, now: now + Validity.seconds(days: 91))
            #expect(late.first?.lines[4] == "days left    expired")
            for other in ["/nowhere.pem", directory.keyFile(of: "deals").path] {
                #expect(throws: CommandFailure.self) { try ShowCertificateCommand.facts(of: other, now: now) }
            }
        }
    }

    @discardableResult
    private func run(
        _ directory: CertificateDirectory, _ services: [String], hosts: [String] = [], isForced: Bool = false,
        at date: Date? = nil
    ) throws -> [CertificateRun.Outcome] {
        try CertificateRun(
            directory: directory, services: services, hosts: hosts, days: 90, authorityDays: 3650, isForced: isForced,
            now: date ?? now
        ).run()
    }

    private func certificate(of service: String, _ directory: CertificateDirectory) throws -> Certificate {
        try Certificate(pemEncoded: #require(directory.certificateFile(of: service).content))
    }

    private func withDirectory(_ body: (CertificateDirectory) throws -> Void) throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        try body(CertificateDirectory(folder.path))
    }
}
