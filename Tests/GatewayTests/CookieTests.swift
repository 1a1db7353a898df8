import NIOHTTP1
import Testing
import Tokens

@testable import gateway

private let secret = Base64URL.encode([UInt8](repeating: 5, count: 32))

@Test func deviceIsFoundBesideTheSession() {
    for fields in [
        [("Cookie", "__Host-ibp-device=\(secret)")], [("Cookie", "__Host-ibp=x; a=b;  __Host-ibp-device=\(secret)")],
        [("Cookie", "__Host-ibp=x"), ("cookie", "__Host-ibp-device=\(secret)")],
    ] {
        #expect(Cookie.device.secret(in: HTTPHeaders(fields)) == secret[...], "\(fields)")
    }
}

@Test func whatIsNoDeviceIsNone() {
    for field in [
        "", "__Host-ibp-device=", "__Host-ibp-device=short", "ibp-device=\(secret)", "__Host-ibp=\(secret)",
        "__Host-ibp-device=\(secret); __Host-ibp-device=\(secret)",
    ] {
        #expect(Cookie.device.secret(in: ["Cookie": field]) == nil, "\(field)")
    }
}

@Test func deviceCookieIsNoSession() throws {
    #expect(try Credential(["Cookie": "__Host-ibp-device=\(secret)"]) == nil)
}

@Test func secretIsThatOfTheOneCookie() {
    func secret(_ fields: String...) -> Substring? {
        Cookie.openID.value(in: HTTPHeaders(fields.map { ("Cookie", $0) }))
    }
    #expect(secret("a=b; __Host-ibp-oidc=s-1; __Host-ibp=x") == "s-1")
    #expect(secret("a=b", "__Host-ibp-oidc=s-1") == "s-1")
    #expect(secret("__Host-ibp=x") == nil)
    #expect(secret("__Host-ibp-oidc=s-1; __Host-ibp-oidc=s-2") == nil)
    #expect(secret() == nil)
}
