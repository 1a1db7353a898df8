import ArgumentParser
import Foundation
import SwiftASN1
import X509

/// Tells what is in a file of certificates.
struct ShowCertificateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Prints whose certificate a file holds, and how long it is valid.",
        discussion: """
            Examples:
              ibpipeline certs show ./certs/deals/tls.pem
              ibpipeline certs show ./certs/authority.pem --json
            """)

    static let fileBytesMax = 256 * 1024

    @Argument(help: "A PEM file of one or more certificates.")
    var file: String

    @Flag(help: "Print the same as JSON.")
    var json = false

    func run() async throws {
        let facts = try Self.facts(of: file, now: Date())
        let console = Console()
        guard !json else {
            console.say(String(decoding: try JSONEncoder.forOperators.encode(facts), as: UTF8.self))
            return
        }
        for (index, fact) in facts.enumerated() {
            if index > 0 { console.say("") }
            for line in fact.lines { console.say(line) }
        }
    }

    static func facts(of file: String, now: Date) throws -> [CertificateFacts] {
        guard let handle = FileHandle(forReadingAtPath: file),
            let data = try? handle.read(upToCount: fileBytesMax + 1) ?? Data()
        else { throw CommandFailure(line: "Cannot read \(file).") }
        guard data.count <= fileBytesMax else {
            throw CommandFailure(line: "\(file) is larger than \(fileBytesMax / 1024) KiB.")
        }
        let documents = (try? PEMDocument.parseMultiple(pemString: String(decoding: data, as: UTF8.self))) ?? []
        let certificates = documents.compactMap { try? Certificate(pemDocument: $0) }
        guard !certificates.isEmpty, certificates.count == documents.count else {
            throw CommandFailure(line: "\(file) does not hold certificates in PEM form, or not only those.")
        }
        return certificates.map { CertificateFacts($0, now: now) }
    }
}
