import Foundation
import X509

/// One run of `certs`: makes what is missing, renews what ends soon, keeps the rest.
struct CertificateRun {
    enum Action: String, Encodable { case made, renewed, kept }

    struct Outcome: Encodable {
        var name: String
        var action: Action
        var file: String
        var certificate: CertificateFacts
    }

    var directory: CertificateDirectory
    var services: [String]
    /// Further DNS names for each certificate.
    var hosts: [String]
    var days: Int
    var authorityDays: Int
    var isForced: Bool
    var now: Date

    /// The authority first, then the services in the order in which they were named.
    func run() throws -> [Outcome] {
        let (authority, action) = try prepareAuthority()
        var outcomes = [outcome("authority", action, directory.authorityFile, authority.certificate)]
        for service in services {
            let (certificate, action) = try prepare(service, authority)
            outcomes.append(outcome(service, action, directory.certificateFile(of: service), certificate))
        }
        return outcomes
    }

    private func prepareAuthority() throws -> (DevelopmentAuthority, Action) {
        guard let authority = try directory.authority() else {
            let authority = try DevelopmentAuthority(now: now, days: authorityDays)
            try directory.write(authority)
            return (authority, .made)
        }
        guard authority.certificate.notValidAfter > now else {
            throw CommandFailure(
                line: "The authority in \(directory.authorityFile.path) has expired; move it and its key away to make "
                    + "a new one.")
        }
        return (authority, .kept)
    }

    private func prepare(_ service: String, _ authority: DevelopmentAuthority) throws -> (Certificate, Action) {
        let names = [service] + hosts
        var action = Action.renewed
        switch directory.find(service, of: authority) {
        case .nothing: action = .made
        case .certificate(let found) where found.isGood(for: names, now: now) && !isForced:
            return (found.certificate, .kept)
        case .foreign where !isForced:
            throw CommandFailure(
                line: "\(directory.certificateFile(of: service).path) was not issued by the authority in "
                    + "\(directory.authorityFile.path); --force replaces it and its key.")
        case .certificate, .withoutKey, .foreign: break
        }
        let issued = try authority.issue(names, now: now, days: days)
        try directory.write(issued, for: service)
        return (issued.certificate, action)
    }

    private func outcome(_ name: String, _ action: Action, _ file: PrivateFile, _ certificate: Certificate) -> Outcome {
        Outcome(name: name, action: action, file: file.path, certificate: CertificateFacts(certificate, now: now))
    }
}
