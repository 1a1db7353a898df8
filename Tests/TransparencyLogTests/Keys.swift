import Crypto
import Foundation
import Testing

@testable import TransparencyLog

extension Log {
    func checkpoint(_ size: Int, _ origin: String = "example.com/log") throws -> Checkpoint {
        try #require(Checkpoint(origin: origin, size: Int64(size), root: roots[size]))
    }

    func signed(_ size: Int, by key: SignerKey = logKey) throws -> SignedNote {
        var note = try SignedNote(text: checkpoint(size).text)
        note.add(try key.sign(note))
        return note
    }
}

/// Keys of fixed seeds, so that a failure can be repeated.
func key(_ name: String, _ algorithm: SignatureAlgorithm = .ed25519, seed: UInt8) -> SignerKey {
    do {
        return try SignerKey(
            name: name, algorithm, Curve25519.Signing.PrivateKey(rawRepresentation: Data(repeating: seed, count: 32)))
    } catch { preconditionFailure("\(error)") }
}

let logKey = key("example.com/log", seed: 1)
let witnessKey = key("witness.example/w1", .cosignature, seed: 2)
let otherWitnessKey = key("witness.example/w2", .cosignature, seed: 3)
let trusted = TrustedLog(
    origin: "example.com/log", keys: [logKey.verifier], witnesses: [witnessKey.verifier, otherWitnessKey.verifier])

func logVerifierKey() throws -> Curve25519.Signing.PublicKey {
    try Curve25519.Signing.PrivateKey(rawRepresentation: Data(repeating: 1, count: 32)).publicKey
}
