import Testing

@testable import Tokens

@Test func everySecretMadeIsOneThatIsRead() {
    var seen: Set<String> = []
    for _ in 0..<200 {
        let secret = PersonalTokenSecret()
        #expect(secret.text.utf8.count == 53)
        #expect(PersonalTokenSecret(text: secret.text) == secret)
        #expect(seen.insert(secret.text).inserted)
    }
}

@Test func mistypedSecretIsNoneOfOurs() {
    let text = PersonalTokenSecret().text
    for index in text.indices {
        var changed = text
        changed.replaceSubrange(index...index, with: text[index] == "x" ? "y" : "x")
        #expect(PersonalTokenSecret(text: changed) == nil)
    }
    for other in [
        "", "ibp_", String(text.dropLast()), text + "0", " " + text, text.uppercased(), "é" + text.dropFirst(),
    ] {
        #expect(PersonalTokenSecret(text: other) == nil, "\(other)")
    }
}

@Test func checksumIsCRC32() {
    // 0xCBF43926, the check value of CRC-32 for "123456789", in base62.
    #expect(String(decoding: PersonalTokenSecret.check(Array("123456789".utf8)), as: UTF8.self) == "3jZRME")
}
