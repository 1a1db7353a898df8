import Crypto
import Foundation
import Storage
import TransparencyLog

/// What a witness must never forget, one file each: its key, and of each log the checkpoint that it cosigned last.
///
/// Whoever lets it forget the latter, by putting back an old copy, makes it sign a second history: there are no backups.
struct WitnessStore: Sendable {
    let directory: String

    private var keyFile: PrivateFile { PrivateFile(path: "\(directory)/witness.key") }

    /// The key, made at the first start; after that the name of it counts.
    func key(name: String) throws -> SignerKey {
        let made: SignerKey
        do {
            made = try SignerKey(name: name, .cosignature, Curve25519.Signing.PrivateKey())
        } catch {
            throw CommandFailure(line: "\(name) cannot be the name of a key.", code: CommandFailure.usage)
        }
        try Disk.makeDirectory(directory)
        let text = try keyFile.readOrCreate(bytesMin: 1) { made.secretText }
        guard let key = try? SignerKey(text), key.verifier.algorithm == .cosignature else {
            throw CommandFailure(line: "\(keyFile.path) holds no key of a witness.")
        }
        return key
    }

    /// The checkpoint of a log as it was cosigned, nil before the first. One that this key has not cosigned stops the start:
    /// to take it for none would be to forget.
    func note(of origin: String, cosignedBy key: VerifierKey) throws -> SignedNote? {
        let path = file(of: origin)
        guard let bytes = try ForeignFile(path: path).read(bytesMax: SignedNote.bytesMax) else { return nil }
        guard let note = try? SignedNote(bytes), (try? note.opened(by: [key])) != nil,
            Checkpoint(unverified: note)?.origin.utf8.elementsEqual(origin.utf8) == true
        else { throw CommandFailure(line: "\(path) is not what this witness has cosigned; it does not go on without.") }
        return note
    }

    /// Durable when it returns: the file, and its name. It lies beside the key, so that no power cut takes one without the other.
    func keep(_ note: SignedNote, of origin: String) throws {
        try Disk.write(note.bytes, to: file(of: origin))
    }

    private func file(of origin: String) -> String { "\(directory)/\(Self.id(of: origin)).checkpoint" }

    /// SHA-256 of the origin in hexadecimal: origins hold slashes.
    static func id(of origin: String) -> String {
        SHA256.hash(data: Data(origin.utf8)).map { byte in
            String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
        }.joined()
    }
}
