import Crypto
import CryptoExtras
import Foundation
import Storage

/// A password as it is stored: `$scrypt$ln=17,r=8,p=1$salt$hash`, the PHC string format, base64 without padding.
/// The cost stands beside each hash, so that it can be raised without touching old ones.
struct PasswordHash: Sendable {
    static let saltBytes = 16
    static let keyBytes = 32

    let cost: ScryptCost
    let salt: Data
    private let key: SymmetricKey

    /// Hashes; takes a third of a second and 128 MiB at the standard cost, so never call it on an event loop.
    init(of password: String, cost: ScryptCost, salt: Data = .random(count: saltBytes)) throws {
        self.init(cost: cost, salt: salt, key: try Self.derive(password, cost: cost, salt: salt))
    }

    private init(cost: ScryptCost, salt: Data, key: SymmetricKey) {
        self.cost = cost
        self.salt = salt
        self.key = key
    }

    /// The hash of no password: to be compared with where there is no user, so that the answer takes as long.
    static func dummy(cost: ScryptCost) -> PasswordHash {
        PasswordHash(cost: cost, salt: .random(count: saltBytes), key: SymmetricKey(size: .bits256))
    }

    /// Hashes and compares in constant time.
    func matches(_ password: String) throws -> Bool {
        try Self.derive(password, cost: cost, salt: salt) == key
    }

    private static func derive(_ password: String, cost: ScryptCost, salt: Data) throws -> SymmetricKey {
        try KDF.Scrypt.deriveKey(
            from: Data(PasswordText(password).normalized.utf8), salt: salt, outputByteCount: keyBytes,
            rounds: 1 << cost.logRounds, blockSize: cost.blockSize, parallelism: cost.parallelism)
    }
}

extension PasswordHash {
    var phc: String {
        let costs = "ln=\(cost.logRounds),r=\(cost.blockSize),p=\(cost.parallelism)"
        return "$scrypt$\(costs)$\(Self.base64(salt))$\(Self.base64(key.withUnsafeBytes { Data($0) }))"
    }

    /// Nil for anything but a text that `phc` gives.
    init?(phc: String) {
        let parts = phc.split(separator: "$", omittingEmptySubsequences: false)
        guard parts.count == 5, parts[0].isEmpty, parts[1] == "scrypt", let cost = Self.cost(parts[2]),
            let salt = Self.data(parts[3]), salt.count == Self.saltBytes,
            let key = Self.data(parts[4]), key.count == Self.keyBytes
        else { return nil }
        self.init(cost: cost, salt: salt, key: SymmetricKey(data: key))
        guard self.phc == phc else { return nil }
    }

    private static func cost(_ text: Substring) -> ScryptCost? {
        let values = text.split(separator: ",").map { $0.split(separator: "=", maxSplits: 1) }
        guard values.map(\.first) == ["ln", "r", "p"] else { return nil }
        let numbers = values.compactMap { $0.last.flatMap { Int($0) } }
        guard numbers.count == 3 else { return nil }
        return ScryptCost(logRounds: numbers[0], blockSize: numbers[1], parallelism: numbers[2])
    }

    private static func base64(_ data: Data) -> String { data.base64EncodedString().replacing("=", with: "") }

    private static func data(_ text: Substring) -> Data? {
        Data(base64Encoded: text + String(repeating: "=", count: (4 - text.utf8.count % 4) % 4))
    }
}
