import RPC
import Testing

@testable import ServiceKit

private let all = [
    "IBP_RPC_TLS_CERT_FILE": "/tls/tls.pem", "IBP_RPC_TLS_KEY_FILE": "/tls/tls.key",
    "IBP_RPC_TLS_AUTHORITY_FILE": "/tls/authority.pem",
]

@Test func tlsFilesComeAllOrNone() throws {
    var reader = SettingsReader(environment: all)
    let files = TLSIdentity.Files(certificate: "/tls/tls.pem", key: "/tls/tls.key", authority: "/tls/authority.pem")
    #expect(try CommonSettings(&reader, adminPort: 0).tls == files)
    try reader.refuseUnknown(process: "deals")
    var none = SettingsReader(environment: [:])
    #expect(try CommonSettings(&none, adminPort: 0).tls == nil)
}

@Test(arguments: all.keys.sorted())
func oneMissingTLSFileStopsTheStart(missing: String) {
    for environment in [all.filter { $0.key != missing }, all.filter { $0.key == missing }] {
        var reader = SettingsReader(environment: environment)
        let error = #expect(throws: SettingsError.self) { try CommonSettings(&reader, adminPort: 0) }
        #expect(error?.description.contains(missing) == true)
    }
}
