package import Foundation
import NIOCore
import NIOSSL
import Synchronization

/// The certificate and key that a server shows. New handshakes use what was loaded last; connections that stand keep
/// what they began with, so a renewed certificate drops nobody.
///
/// TLS 1.2 and 1.3, forward secret AEAD suites only (RFC 9325 §4.2), `h2` before `http/1.1` (RFC 7301).
package final class ServerCertificate: Sendable {
    package struct Files: Sendable, Hashable {
        /// PEM: the server's certificate first, then those that lead to its authority.
        package var certificate: String
        /// PEM: the private key of the first certificate.
        package var key: String

        package init(certificate: String, key: String) {
            self.certificate = certificate
            self.key = key
        }
    }

    private struct Loaded {
        var context: NIOSSLContext
        var expiry: Date
        var stamps: FileStamps
    }

    private let files: Files
    private let loaded: Mutex<Loaded>

    /// - Throws: `ServerCertificateError`.
    package init(_ files: Files) throws {
        self.files = files
        loaded = Mutex(try Self.load(files))
    }

    /// When the certificate ends.
    package var expiry: Date { loaded.withLock { $0.expiry } }

    var context: NIOSSLContext { loaded.withLock { $0.context } }

    /// Looks whether the files are others than those in use and takes them over when they are good.
    /// - Returns: whether a new certificate is in use.
    /// - Throws: `ServerCertificateError`; then the old one stays.
    package func reloadIfChanged() throws -> Bool {
        guard FileStamps(files) != loaded.withLock(\.stamps) else { return false }
        let new = try Self.load(files)
        loaded.withLock { $0 = new }
        return true
    }

    private static func load(_ files: Files) throws -> Loaded {
        // Before reading: what changes meanwhile is read again at the next look.
        let stamps = FileStamps(files)
        let chain: [NIOSSLCertificate]
        do { chain = try NIOSSLCertificate.fromPEMFile(files.certificate) } catch {
            throw ServerCertificateError("\(files.certificate) is not a readable PEM file of certificates")
        }
        guard let first = chain.first else { throw ServerCertificateError("\(files.certificate) holds no certificate") }
        let key: NIOSSLPrivateKey
        do { key = try NIOSSLPrivateKey(file: files.key, format: .pem) } catch {
            throw ServerCertificateError("\(files.key) is not a readable PEM file of a private key without a password")
        }
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
        configuration.minimumTLSVersion = .tlsv12
        configuration.applicationProtocols = ["h2", "http/1.1"]
        configuration.cipherSuiteValues = suites
        configuration.shutdownTimeout = closeConfirmationMax
        do {
            return Loaded(
                context: try NIOSSLContext(configuration: configuration),
                expiry: Date(timeIntervalSince1970: TimeInterval(first.notValidAfter)), stamps: stamps)
        } catch {
            throw ServerCertificateError("the key in \(files.key) is not that of \(files.certificate)")
        }
    }

    /// How long a connection that we close waits for the client to confirm it (RFC 8446 §6.1). Clients whose time is up
    /// are closed that way too, so it is short: it comes on top of every limit and of the time to drain.
    private static let closeConfirmationMax = TimeAmount.seconds(1)

    /// For TLS 1.2; those of 1.3 are all good and not for us to choose.
    private static let suites: [NIOTLSCipher] = [
        .TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, .TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
        .TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, .TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
        .TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, .TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
    ]
}

/// Why a certificate and its key cannot be used.
package struct ServerCertificateError: Error, CustomStringConvertible {
    package let description: String

    init(_ description: String) { self.description = description }
}

/// What tells whether one of the files changed since it was read; follows links, as Kubernetes places secrets.
private struct FileStamps: Equatable {
    private let stamps: [[Int]?]

    init(_ files: ServerCertificate.Files) {
        stamps = [files.certificate, files.key].map { path in
            var status = stat()
            guard stat(path, &status) == 0 else { return nil }
            return [
                Int(status.st_ino), Int(status.st_size), status.st_mtim.tv_sec, status.st_mtim.tv_nsec,
                status.st_ctim.tv_sec, status.st_ctim.tv_nsec,
            ]
        }
    }
}
