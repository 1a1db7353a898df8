import Foundation
import NIOCore
import NIOSSL

/// One set of TLS files as it was read: everything a handshake needs.
struct TLSMaterial: Sendable {
    /// Files of certificates are a few KiB.
    static let fileBytesMax = 256 * 1024
    static let authoritiesMax = 16
    static let chainMax = 8
    /// A set that changes while it is read is read again, this many times at most.
    static let readsMax = 5
    /// How long a close waits for the peer's close_notify.
    static let shutdownTimeout = TimeAmount.seconds(1)

    let server: NIOSSLContext
    let client: NIOSSLContext
    /// When the own certificate ends.
    let expiry: Date

    /// A reader may come between the renames of a writer, and would find a key that does not fit; so it reads until
    /// the files are the same after as before.
    static func readStable(_ files: TLSIdentity.Files) -> (Result<TLSMaterial, TLSIdentityError>, TLSFileStamps) {
        var stamps = TLSFileStamps(files)
        for _ in 1..<readsMax {
            let material = read(files)
            let after = TLSFileStamps(files)
            if after == stamps { return (material, stamps) }
            stamps = after
        }
        return (read(files), stamps)
    }

    private static func read(_ files: TLSIdentity.Files) -> Result<TLSMaterial, TLSIdentityError> {
        do throws(TLSIdentityError) {
            return .success(try TLSMaterial(files, now: .now))
        } catch {
            return .failure(error)
        }
    }

    init(_ files: TLSIdentity.Files, now: Date) throws(TLSIdentityError) {
        let authorities = try Self.certificates(files.authority, max: Self.authoritiesMax)
        for authority in authorities where !authority.isAuthority { throw .notAnAuthority(files.authority) }
        let lastEnd = authorities.map(\.notAfter).max() ?? now
        guard lastEnd > now else { throw .expired(files.authority, lastEnd) }

        let chain = try Self.certificates(files.certificate, max: Self.chainMax)
        guard let own = chain.first else { throw .notPEM(files.certificate) }
        guard own.notAfter > now else { throw .expired(files.certificate, own.notAfter) }
        guard own.notBefore <= now else { throw .notYetValid(files.certificate, own.notBefore) }
        do throws(TLSPeerError) {
            _ = try TLSPeer(own)
        } catch {
            throw .names(files.certificate, error)
        }
        let key = try Self.key(files.key)

        var server = TLSConfiguration.makeServerConfigurationWithMTLS(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key),
            trustRoots: .certificates(authorities))
        var client = TLSConfiguration.makeClientConfiguration()
        client.certificateChain = server.certificateChain
        client.privateKey = server.privateKey
        client.trustRoots = server.trustRoots
        Self.restrict(&server)
        Self.restrict(&client)
        do {
            self.server = try NIOSSLContext(configuration: server)
            self.client = try NIOSSLContext(configuration: client)
        } catch NIOSSLError.failedToLoadPrivateKey {
            // The key itself was read above, so what failed is the comparison with the certificate.
            throw .keyDoesNotMatch(key: files.key, certificate: files.certificate)
        } catch {
            throw .unusable(files.certificate, "\(error)")
        }
        expiry = own.notAfter
    }

    private static func restrict(_ configuration: inout TLSConfiguration) {
        configuration.minimumTLSVersion = .tlsv13
        configuration.applicationProtocols = [TLSIdentity.applicationProtocol]
        configuration.shutdownTimeout = shutdownTimeout
    }

    private static func certificates(_ path: String, max: Int) throws(TLSIdentityError) -> [NIOSSLCertificate] {
        let bytes = try bytes(path)
        guard let certificates = try? NIOSSLCertificate.fromPEMBytes(bytes) else { throw .notPEM(path) }
        guard certificates.count <= max else { throw .tooMany(path, max) }
        return certificates
    }

    private static func key(_ path: String) throws(TLSIdentityError) -> NIOSSLPrivateKey {
        let bytes = try bytes(path)
        // Without the callback, BoringSSL would ask the terminal for the passphrase of an encrypted key.
        let key = try? NIOSSLPrivateKey(bytes: bytes, format: .pem) { (_: NIOSSLPassphraseSetter<[UInt8]>) in
            throw TLSIdentityError.notAKey(path)
        }
        guard let key else { throw .notAKey(path) }
        return key
    }

    private static func bytes(_ path: String) throws(TLSIdentityError) -> [UInt8] {
        guard access(path, F_OK) == 0 else { throw .missing(path) }
        guard let handle = FileHandle(forReadingAtPath: path), let data = try? handle.upTo(fileBytesMax + 1) else {
            throw .unreadable(path)
        }
        guard data.count <= fileBytesMax else { throw .tooLarge(path) }
        guard !data.isEmpty else { throw .notPEM(path) }
        return Array(data)
    }
}

extension FileHandle {
    /// Empty at the end of the file, where `read` answers nil.
    fileprivate func upTo(_ bytes: Int) throws -> Data { try read(upToCount: bytes) ?? Data() }
}

extension NIOSSLCertificate {
    fileprivate var notAfter: Date { Date(timeIntervalSince1970: TimeInterval(notValidAfter)) }
    fileprivate var notBefore: Date { Date(timeIntervalSince1970: TimeInterval(notValidBefore)) }

    /// `BasicConstraints ::= SEQUENCE { cA BOOLEAN DEFAULT FALSE, … }`, RFC 5280 §4.2.1.9: in DER, TRUE is written as
    /// 01 01 FF right after the sequence's two bytes, and FALSE is left out.
    fileprivate var isAuthority: Bool {
        let basicConstraints = NIOSSLObjectIdentifier("2.5.29.19")
        return _extensions.contains { candidate in
            candidate.objectIdentifier == basicConstraints && candidate.data.dropFirst(2).starts(with: [1, 1, 0xff])
        }
    }
}
