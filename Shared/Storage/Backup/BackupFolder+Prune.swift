extension BackupFolder {
    /// Removes what is older than it need be. Blocks; reads the newest backup to be sure that it is good.
    /// - Parameter current: the name of the generation that is being written.
    /// Returns how many backups were removed. Throws `BackupError.inUse` or `.unusable`.
    @discardableResult
    package func prune(_ retention: Retention, now: BackupMoment, current: String? = nil) throws -> Int {
        let lock = try lock()
        defer { lock.release() }
        let cut = retention.cut(try stock(current: current), now: now)
        for moment in cut.backups { try remove(moment) }
        for name in cut.generations { try Disk.remove("\(logPath)/\(name)") }
        for (name, last) in cut.segments {
            let generation = WalGeneration(path: "\(logPath)/\(name)")
            for sequence in try generation.sequences().prefix(while: { $0 <= last }) {
                try Disk.remove(generation.segmentPath(sequence))
            }
        }
        return cut.backups.count
    }

    private func stock(current: String?) throws -> Retention.Stock {
        let moments = try moments()
        let generations = try WalGeneration.all(in: self)
        return Retention.Stock(
            backups: try moments.map { .init(moment: $0, log: try position(of: $0)) },
            newestGood: moments.first { (try? backup(of: $0))?.isIntact() == true },
            generations: generations.compactMap { generation in
                generation.end.map {
                    .init(
                        name: generation.name, end: $0, isCurrent: generation.name == current,
                        firstSequence: try? generation.sequences().first)
                }
            })
    }

    /// One that is damaged serves nothing and goes when it is old; what cannot be read just now stops the removal, for
    /// what stands on it would seem to stand on nothing.
    private func position(of moment: BackupMoment) throws -> BackupManifest.LogPosition? {
        do {
            return try backup(of: moment).manifest.log
        } catch let error as BackupError {
            if case .unusable = error { throw error }
            return nil
        }
    }
}
