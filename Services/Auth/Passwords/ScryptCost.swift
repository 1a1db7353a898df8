/// What one hash costs: N = 2^logRounds, r, p of RFC 7914 section 2. Memory is 128 · N · r bytes.
struct ScryptCost: Sendable, Hashable {
    let logRounds: Int
    let blockSize: Int
    let parallelism: Int

    /// N = 2^17, r = 8, p = 1: 128 MiB a hash, the least that OWASP ASVS 5 (appendix C) approves.
    static let standard = ScryptCost(checkedLogRounds: 17, blockSize: 8, parallelism: 1)

    /// Nil for what would not fit the machine: a stored text must not decide how much memory a sign-in takes.
    init?(logRounds: Int, blockSize: Int, parallelism: Int) {
        guard (1...20).contains(logRounds), (1...16).contains(blockSize), (1...8).contains(parallelism) else {
            return nil
        }
        self.init(checkedLogRounds: logRounds, blockSize: blockSize, parallelism: parallelism)
    }

    /// What a guess costs whoever has the hash, in blocks of 128 bytes.
    var work: Int { (blockSize * parallelism) << logRounds }

    private init(checkedLogRounds: Int, blockSize: Int, parallelism: Int) {
        logRounds = checkedLogRounds
        self.blockSize = blockSize
        self.parallelism = parallelism
    }
}
