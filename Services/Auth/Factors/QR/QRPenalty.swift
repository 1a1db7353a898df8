/// How hard a code would be to read: of all masks the one with the fewest points is used (ISO/IEC 18004 section 7.8.3).
enum QRPenalty {
    static func of(_ modules: QRModules) -> Int {
        let places = 0..<modules.side
        let rows = places.map { y in places.map { x in modules.isDark(x: x, y: y) } }
        let columns = places.map { x in places.map { y in modules.isDark(x: x, y: y) } }
        return (rows + columns).reduce(0) { $0 + runs($1) + likenesses($1) } + squares(rows) + imbalance(rows)
    }

    /// Five or more of one colour in a line.
    static func runs(_ line: [Bool]) -> Int {
        var points = 0
        var length = 0
        for (index, isDark) in line.enumerated() {
            length = index > 0 && line[index - 1] == isDark ? length + 1 : 1
            points += length == 5 ? 3 : length > 5 ? 1 : 0
        }
        return points
    }

    private static let finder = [true, false, true, true, true, false, true]
    private static let light = [Bool](repeating: false, count: 4)
    private static let finderLike = [finder + light, light + finder]

    /// What a scanner could take for a finder.
    static func likenesses(_ line: [Bool]) -> Int {
        let width = finder.count + light.count
        guard line.count >= width else { return 0 }
        return 40
            * (0...(line.count - width)).reduce(0) { count, start in
                count + finderLike.count { $0[...] == line[start..<(start + width)] }
            }
    }

    /// Two by two of one colour.
    static func squares(_ rows: [[Bool]]) -> Int {
        var points = 0
        for (upper, lower) in zip(rows, rows.dropFirst()) {
            for x in upper.indices.dropLast()
            where upper[x] == upper[x + 1] && upper[x] == lower[x] && upper[x] == lower[x + 1] {
                points += 3
            }
        }
        return points
    }

    /// Ten for each whole twentieth by which the dark ones are more or less than half.
    static func imbalance(_ rows: [[Bool]]) -> Int {
        let all = rows.reduce(0) { $0 + $1.count }
        let dark = rows.reduce(0) { $0 + $1.count { $0 } }
        return 10 * (abs(20 * dark - 10 * all) / all)
    }
}
