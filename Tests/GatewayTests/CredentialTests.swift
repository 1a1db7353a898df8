import NIOHTTP1
import Testing
import Tokens

@testable import gateway

private let secret = Base64URL.encode([UInt8](0..<32))

private func status(_ headers: [(String, String)]) -> UInt? {
    do {
        return try Credential(HTTPHeaders(headers)) == nil ? 0 : 200
    } catch {
        return error.status.code
    }
}

@Test func cookieIsFoundAmongOthers() throws {
    for fields in [
        ["__Host-ibp=\(secret)"], ["a=b; __Host-ibp=\(secret); c=d"], ["a=b", "__Host-ibp=\(secret)"],
        ["__Host-ibp=\(secret);x"],
    ] {
        #expect(
            try Credential(HTTPHeaders(fields.map { ("Cookie", $0) })) == .webSession(Substring(secret)), "\(fields)")
    }
}

@Test func whatIsNotOurCookieIsNone() {
    for field in [
        "ibp=\(secret)", "__host-ibp=\(secret)", "x__Host-ibp=\(secret)", "__Host-ibp=", "__Host-ibp",
        "__Host-ibp=\(secret)A", "__Host-ibp=\"\(secret)\"", "__Host-ibp=\(secret.dropLast())!",
    ] {
        #expect(status([("Cookie", field)]) == 0, "\(field)")
    }
}

@Test func twoCredentialsAtOnceAreRefused() {
    #expect(status([("Cookie", "__Host-ibp=\(secret)"), ("Authorization", "Bearer x.y.z")]) == 400)
    #expect(status([("Cookie", "__Host-ibp=\(secret)"), ("Authorization", "Basic dTpw")]) == 400)
    #expect(status([("Cookie", "__Host-ibp=\(secret); __Host-ibp=\(secret)")]) == 400)
    #expect(status([("Cookie", "__Host-ibp=\(secret)"), ("Cookie", "__Host-ibp=\(secret)")]) == 400)
}

@Test func personalTokenIsKnownByItsPrefixAndChecksum() throws {
    let token = PersonalTokenSecret()
    #expect(try Credential(["Authorization": "Bearer \(token.text)"]) == .personalToken(token))
    let other = token.text.hasSuffix("x") ? "y" : "x"
    #expect(status([("Authorization", "Bearer \(token.text.dropLast())\(other)")]) == 401)
    #expect(status([("Authorization", "Bearer ibp_")]) == 401)
}

@Test func refusalsTellClientsWhatToDo() throws {
    func challenge(_ headers: HTTPHeaders) -> [String] {
        do {
            _ = try Credential(headers)
            return []
        } catch {
            return error.headers["WWW-Authenticate"]
        }
    }
    #expect(challenge(["Authorization": "Basic dTpw"]) == ["Bearer realm=\"ibpipeline\""])
    #expect(challenge(["Authorization": "Bearer"]) == ["Bearer realm=\"ibpipeline\", error=\"invalid_request\""])
    #expect(
        challenge(["Authorization": "Bearer ibp_x"]) == ["Bearer realm=\"ibpipeline\", error=\"invalid_token\""])
}
