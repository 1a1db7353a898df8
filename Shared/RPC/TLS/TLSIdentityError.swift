package import Foundation

/// What is wrong with a set of TLS files, in one line that names the file.
package enum TLSIdentityError: Error, Equatable, CustomStringConvertible {
    case missing(String)
    case unreadable(String)
    case tooLarge(String)
    case notPEM(String)
    case tooMany(String, Int)
    case notAKey(String)
    case keyDoesNotMatch(key: String, certificate: String)
    case expired(String, Date)
    case notYetValid(String, Date)
    case notAnAuthority(String)
    case names(String, TLSPeerError)
    case unusable(String, String)

    package var description: String {
        switch self {
        case .missing(let path): "\(path) does not exist"
        case .unreadable(let path): "\(path) cannot be read by this process"
        case .tooLarge(let path): "\(path) is larger than \(TLSMaterial.fileBytesMax / 1024) KiB"
        case .notPEM(let path): "\(path) holds no certificate in PEM form"
        case .tooMany(let path, let max): "\(path) holds more than \(max) certificates"
        case .notAKey(let path): "\(path) holds no private key in PEM form without a passphrase"
        case .keyDoesNotMatch(let key, let certificate):
            "the key in \(key) does not match the certificate in \(certificate)"
        case .expired(let path, let date): "the certificate in \(path) expired on \(date.formatted(.iso8601))"
        case .notYetValid(let path, let date):
            "the certificate in \(path) is not valid before \(date.formatted(.iso8601)); check the clock"
        case .notAnAuthority(let path): "\(path) holds a certificate that is no authority (CA:TRUE is missing)"
        case .names(let path, let error): "the certificate in \(path) cannot be used: \(error)"
        case .unusable(let path, let reason): "the certificate in \(path) cannot be used: \(reason)"
        }
    }
}
