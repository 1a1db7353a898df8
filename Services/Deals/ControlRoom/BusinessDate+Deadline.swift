import Contracts

extension BusinessDate {
    /// The control room answers within so many working days.
    static let checkDays = 2

    /// Saturdays and Sundays do not count; holidays, which differ by office, do.
    func adding(workingDays: Int) -> BusinessDate {
        var day = self
        for _ in 0..<max(0, workingDays) {
            repeat { day = day.adding(days: 1) } while day.isWeekend
        }
        return day
    }

    /// The first of January 1970 was a Thursday.
    private var isWeekend: Bool {
        let weekday = ((daysSince1970 + 3) % 7 + 7) % 7
        return weekday >= 5
    }
}
