import ArgumentParser
import TransparencyLog

/// By which keys a log is believed; all of them come from somebody whom the operator trusts, never from the log.
struct TrustOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The log's public key, NAME+ID+BASE64; again for each, if it has had several.", valueName: "vkey"))
    var key: [VerifierKey] = []

    @Option(help: "The log's origin. (default: the name of its key)")
    var origin: String?

    @Option(
        help: ArgumentHelp("A witness's public key: its cosignature is wanted too; repeatable.", valueName: "vkey"))
    var witness: [VerifierKey] = []

    @Option(help: "How many of the witnesses must have cosigned. (default: all)")
    var quorum: Int?

    func validate() throws {
        guard key.allSatisfy({ $0.algorithm == .ed25519 }) else {
            throw ValidationError("--key is a witness's key; give the log's.")
        }
        guard witness.allSatisfy({ $0.algorithm == .cosignature }) else {
            throw ValidationError("--witness is a log's key; give the witness's.")
        }
        guard (0...witness.count).contains(quorum ?? 0) else {
            throw ValidationError("--quorum is 0 to the number of --witness.")
        }
    }

    /// Nil without a key.
    var log: TrustedLog? {
        key.first.map {
            TrustedLog(
                origin: origin ?? $0.name, keys: key, witnesses: witness, witnessesNeeded: quorum ?? witness.count)
        }
    }
}

/// `example.com/log+ID+BASE64`
extension VerifierKey: ExpressibleByArgument {
    package init?(argument: String) {
        guard let key = try? VerifierKey(argument) else { return nil }
        self = key
    }

    package var defaultValueDescription: String { text }
}
