package import RPC

extension SettingsReader {
    /// The files with which the calls between services are encrypted and both sides prove who they are; nil when none of
    /// the three variables is set.
    package mutating func tlsFiles() throws -> TLSIdentity.Files? {
        let certificate = try optionalString(
            "rpc.tls.cert.file", "path of the PEM file with this service's certificate")
        let key = try optionalString("rpc.tls.key.file", "path of the PEM file with the key of that certificate")
        let authority = try optionalString(
            "rpc.tls.authority.file", "path of the PEM file with the authority of all services' certificates")
        switch (certificate, key, authority) {
        case (nil, nil, nil): return nil
        case (let certificate?, let key?, let authority?):
            return TLSIdentity.Files(certificate: certificate, key: key, authority: authority)
        default:
            throw SettingsError(
                "IBP_RPC_TLS_CERT_FILE, IBP_RPC_TLS_KEY_FILE and IBP_RPC_TLS_AUTHORITY_FILE go together: set all or none"
            )
        }
    }
}
