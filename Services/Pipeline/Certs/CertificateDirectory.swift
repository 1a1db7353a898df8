import Crypto
import Foundation
import SwiftASN1
import X509

/// The directory that `certs` fills: `authority.pem` and `authority.key`, and a folder with `tls.pem` and `tls.key` for
/// each service.
struct CertificateDirectory: Sendable {
    enum Found {
        case nothing
        /// Not made by the authority of this directory, or no certificate at all.
        case foreign
        /// Ours, but the key beside it is another one, as after a stop between the two renames of `write`.
        case withoutKey
        case certificate(ServiceCertificate)
    }

    let path: String

    init(_ path: String) { self.path = URL(fileURLWithPath: path, isDirectory: true).standardizedFileURL.path }

    var authorityFile: PrivateFile { PrivateFile(path: "\(path)/authority.pem") }
    private var authorityKeyFile: PrivateFile { PrivateFile(path: "\(path)/authority.key") }

    func certificateFile(of service: String) -> PrivateFile { PrivateFile(path: "\(path)/\(service)/tls.pem") }
    func keyFile(of service: String) -> PrivateFile { PrivateFile(path: "\(path)/\(service)/tls.key") }

    /// The authority that is here, or nil when neither of its files is.
    func authority() throws -> DevelopmentAuthority? {
        let files = [authorityFile, authorityKeyFile]
        guard files.contains(where: \.exists) else { return nil }
        for file in files where !file.exists {
            throw CommandFailure(
                line: "\(file.path) is missing, but the other file of the authority is there; bring it back, or move "
                    + "the other one away to make a new authority.")
        }
        guard let certificate = authorityFile.content, let key = authorityKeyFile.content,
            let authority = DevelopmentAuthority(certificate: certificate, key: key)
        else {
            throw CommandFailure(
                line: "\(authorityFile.path) and \(authorityKeyFile.path) are no authority and its P-256 key.")
        }
        return authority
    }

    /// The key goes first: without its certificate it is worth nothing, and the next run asks for it.
    func write(_ authority: DevelopmentAuthority) throws {
        try authorityKeyFile.draft(authority.key.pemRepresentation)
        try authorityFile.draft(authority.certificate.serializeAsPEM().pemString)
        try authorityKeyFile.publish()
        try authorityFile.publish()
    }

    func find(_ service: String, of authority: DevelopmentAuthority) -> Found {
        guard certificateFile(of: service).exists else { return .nothing }
        guard let text = certificateFile(of: service).content, let certificate = try? Certificate(pemEncoded: text),
            authority.hasIssued(certificate)
        else { return .foreign }
        guard let text = keyFile(of: service).content, let key = try? P256.Signing.PrivateKey(pemRepresentation: text),
            certificate.publicKey == Certificate.PublicKey(key.publicKey)
        else { return .withoutKey }
        return .certificate(ServiceCertificate(certificate: certificate, key: key))
    }

    /// Two files cannot be renamed in one step, so both are written and synced first, and two renames follow at once.
    /// The certificate comes last, because it is what a reader and the next run look at; a service that reads between
    /// the two finds a key that does not fit, keeps its old pair and reads again.
    func write(_ issued: ServiceCertificate, for service: String) throws {
        let folder = "\(path)/\(service)"
        guard mkdir(folder, 0o700) == 0 || errno == EEXIST else {
            throw CommandFailure(line: "Cannot make \(folder): \(PrivateFile.reason(errno)).")
        }
        let key = keyFile(of: service)
        let certificate = certificateFile(of: service)
        try key.draft(issued.key.pemRepresentation)
        try certificate.draft(issued.certificate.serializeAsPEM().pemString)
        try key.publish()
        try certificate.publish()
    }
}

extension PrivateFile {
    fileprivate var exists: Bool { access(path, F_OK) == 0 }
}
