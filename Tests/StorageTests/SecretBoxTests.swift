import Crypto
import Foundation
import Testing

@testable import Storage

private let digits = String(repeating: "0123456789abcdef", count: 4)

struct FileKeyTests {
    @Test func keyIsSixtyFourHexadecimalDigits() throws {
        let key = try #require(FileKey(text: digits))
        let bytes = key.key.withUnsafeBytes { Array($0) }
        #expect(bytes.count == 32)
        #expect(FileKey(text: digits.uppercased())?.id == key.id)
        #expect(bytes.prefix(3) == [0x01, 0x23, 0x45])
    }

    private static let others: [String] = {
        var texts = ["", "0", "0x" + digits.dropFirst(2), " " + digits, digits + "\n", digits + "0", digits + "00"]
        // Digits to Unicode, but not of ours: full-width, Arabic.
        for end in ["", "g", "é", "-", "\u{FF11}", "\u{0661}"] { texts.append(digits.dropLast() + end) }
        texts.append(String(repeating: "\u{FF41}", count: 64))
        // Base64 of 48 bytes is 64 characters, too.
        texts.append(String(repeating: "Zm9v", count: 16))
        return texts
    }()

    @Test(arguments: others)
    func everythingElseIsRefused(text: String) { #expect(FileKey(text: text) == nil) }

    @Test func idTellsKeysApartAndIsNoPartOfThem() throws {
        let keys = (0..<100).map { _ in FileKey() }
        #expect(Set(keys.map(\.id)).count == 100)
        let key = try #require(FileKey(text: digits))
        #expect(key.id.count == 8)
        #expect(key.name.count == 16)
        #expect(!digits.contains(key.name))
    }
}

struct SecretBoxTests {
    private let secret = Data("a private key of thirty-two byte".utf8)
    private let box = SecretBox(FileKey())

    private func failure(_ box: SecretBox, _ sealed: Data, _ purpose: String = "a/1") -> SecretBox.Failure? {
        #expect(throws: SecretBox.Failure.self) { try box.open(sealed, for: purpose) }
    }

    @Test(arguments: [0, 1, 32, 4096])
    func whatWasSealedOpens(count: Int) throws {
        let secret = Data.random(count: count)
        let sealed = try box.seal(secret, for: "a/1")
        #expect(sealed.count == count + 37)
        #expect(try box.open(sealed, for: "a/1") == secret)
        #expect(count < 32 || sealed.range(of: secret) == nil)
    }

    /// A value that was moved into another row, or another table, is none.
    @Test(arguments: ["", "a", "a/", "a/2", "a/11", "b/1", "A/1"])
    func forAnotherPurposeNothingOpens(purpose: String) throws {
        #expect(failure(box, try box.seal(secret, for: "a/1"), purpose) == .damaged)
    }

    @Test func underAnotherKeyNothingOpensAndItsIdIsTold() throws {
        let sealed = try box.seal(secret, for: "a/1")
        let other = SecretBox(FileKey(), previous: FileKey())
        #expect(failure(other, sealed) == .otherKey(id: box.current.name))
    }

    @Test func previousKeyOpensAndIsOld() throws {
        let sealed = try box.seal(secret, for: "a/1")
        let next = SecretBox(FileKey(), previous: box.current)
        #expect(try next.open(sealed, for: "a/1") == secret)
        #expect(next.isOld(sealed))
        #expect(!box.isOld(sealed))
        #expect(try !next.isOld(next.seal(secret, for: "a/1")))
    }

    /// Two services are given the same key, and neither opens what the other one sealed.
    @Test func whatWasSealedForOneServiceNoOtherOpens() throws {
        let (health, other) = (box.derived(for: "health"), box.derived(for: "other"))
        let sealed = try health.seal(secret, for: "a/1")
        #expect(try health.open(sealed, for: "a/1") == secret)
        #expect(try box.derived(for: "health").open(sealed, for: "a/1") == secret)
        #expect(failure(box, sealed) == .damaged)
        #expect(failure(other, sealed) == .damaged)
        #expect(failure(health, try box.seal(secret, for: "a/1")) == .damaged)
        #expect(health.current.name == box.current.name)
    }

    @Test func everyFlippedByteIsNoticed() throws {
        let sealed = try box.seal(secret, for: "a/1")
        for index in sealed.indices {
            for mask in [0x01, 0x80, 0xff] as [UInt8] {
                var changed = sealed
                changed[index] ^= mask
                let failure = failure(box, changed)
                // The key's id stands in bytes 1 to 8.
                if (1...8).contains(index) { continue }
                #expect(failure == .damaged, "byte \(index)")
            }
        }
    }

    @Test func everyTruncationIsNoticed() throws {
        let sealed = try box.seal(secret, for: "a/1")
        for count in 0..<sealed.count {
            #expect(failure(box, sealed.prefix(count)) == .damaged, "\(count) bytes")
            _ = failure(box, sealed.suffix(count))
        }
        #expect(failure(box, sealed + [0]) == .damaged)
    }

    @Test func aPartOfALargerBufferOpens() throws {
        let buffer = try Data([1, 2, 3]) + box.seal(secret, for: "a/1") + Data([4])
        #expect(try box.open(buffer.dropFirst(3).dropLast(), for: "a/1") == secret)
    }

    @Test func nonceNeverRepeats() throws {
        let nonces = try (0..<10_000).map { _ in try box.seal(secret, for: "a/1")[9..<21] }
        #expect(Set(nonces).count == nonces.count)
    }
}
