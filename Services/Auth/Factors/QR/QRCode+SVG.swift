extension QRCode {
    /// Light modules around the code, without which scanners do not find it (ISO/IEC 18004 section 6.3.8).
    static let quietZone = 4

    /// A picture of its own: no script, no style, no reference to anything outside. One module is one unit; runs of dark
    /// ones in a row are drawn as one rectangle.
    var svg: String {
        let side = modules.side + 2 * Self.quietZone
        var path = ""
        for y in 0..<modules.side {
            for run in darkRuns(y) {
                path += "M\(run.lowerBound + Self.quietZone) \(y + Self.quietZone)h\(run.count)v1h-\(run.count)z"
            }
        }
        return """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(side) \(side)" shape-rendering="crispEdges">\
            <rect width="100%" height="100%" fill="#fff"/><path d="\(path)"/></svg>
            """
    }

    private func darkRuns(_ y: Int) -> [Range<Int>] {
        var runs: [Range<Int>] = []
        for x in 0..<modules.side where modules.isDark(x: x, y: y) {
            if let last = runs.last, last.upperBound == x {
                runs[runs.count - 1] = last.lowerBound..<(x + 1)
            } else {
                runs.append(x..<(x + 1))
            }
        }
        return runs
    }
}
