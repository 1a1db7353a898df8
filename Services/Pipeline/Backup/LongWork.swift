import Foundation
import Storage

/// Tells a person how far long work has come: a line on standard error every two seconds, none for what is faster.
struct LongWork: Sendable {
    private static let patience = Duration.seconds(2)

    let console: Console

    func report(_ service: String) -> BackupProgress.Report {
        let pace = ProgressPace(every: Self.patience)
        return { [console] progress in
            try Task.checkCancellation()
            guard pace.isDue() else { return }
            let share = progress.total > 0 ? " \(progress.done * 100 / progress.total) %" : ""
            console.note("\(service): \(progress.step.rawValue)\(share)")
        }
    }
}
