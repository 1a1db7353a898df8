/// How long backups and the archived log are kept, and what that means for a folder: a pure rule.
package struct Retention: Sendable, Hashable {
    package static let keepDefault = Duration.seconds(30 * 86_400)
    package static let logKeepDefault = Duration.seconds(7 * 86_400)

    package var keep: Duration
    /// nil leaves the archived log alone, and the backups that it goes on from: for those who do not know what the
    /// service that writes it was told.
    package var logKeep: Duration?

    package init(keep: Duration = keepDefault, logKeep: Duration? = logKeepDefault) {
        self.keep = keep
        self.logKeep = logKeep
    }

    /// What a folder holds.
    struct Stock {
        struct Held {
            var moment: BackupMoment
            var log: BackupManifest.LogPosition?
        }
        struct Run {
            var name: String
            /// The last instant that it knows of.
            var end: BackupMoment
            var isCurrent: Bool
            /// The oldest segment that is left; nil when there is none.
            var firstSequence: Int64?
        }
        var backups: [Held]
        /// The newest backup that was found intact; it is kept however old it is.
        var newestGood: BackupMoment?
        var generations: [Run]
    }

    /// What may go.
    struct Cut: Hashable {
        var backups: [BackupMoment] = []
        var generations: [String] = []
        /// By generation: all segments up to this one.
        var segments: [String: Int64] = [:]
    }

    /// A generation stays as long as it reaches into the time that the log is kept for, and with it the backups it
    /// stands on from then on. One that stands on none may only seem so, for its backup cannot be read just now.
    func cut(_ stock: Stock, now: BackupMoment) -> Cut {
        var (cut, needed) = logKeep.map { cutLog(stock, before: now.adding(.zero - $0)) } ?? (Cut(), bases(of: stock))
        let cutoff = now.adding(.zero - keep)
        cut.backups = stock.backups.map(\.moment).filter {
            $0 < cutoff && $0 != stock.newestGood && !needed.contains($0)
        }
        return cut
    }

    /// What of the log may go, and the backups that the rest goes on from.
    private func cutLog(_ stock: Stock, before logCutoff: BackupMoment) -> (Cut, needed: Set<BackupMoment>) {
        var cut = Cut()
        var needed: Set<BackupMoment> = []
        for generation in stock.generations {
            let bases = stock.backups.filter { $0.log?.generation == generation.name }.sorted { $0.moment < $1.moment }
            guard generation.isCurrent || generation.end >= logCutoff else {
                cut.generations.append(generation.name)
                continue
            }
            guard let oldest = bases.first else { continue }
            let floor = bases.last { $0.moment <= logCutoff } ?? oldest
            needed.formUnion(bases.map(\.moment).filter { $0 >= floor.moment })
            if let sequence = floor.log?.sequence, sequence > 0 { cut.segments[generation.name] = sequence }
        }
        return (cut, needed)
    }

    /// The backups whose continuation is still there.
    private func bases(of stock: Stock) -> Set<BackupMoment> {
        let first = Dictionary(
            stock.generations.map { ($0.name, $0.firstSequence ?? 0) }, uniquingKeysWith: { one, _ in one })
        return Set(
            stock.backups.filter { backup in
                guard let log = backup.log, let first = first[log.generation] else { return false }
                return log.sequence >= first - 1
            }.map(\.moment))
    }
}
