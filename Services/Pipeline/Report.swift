/// What a command found out: lines for people, one line of JSON for scripts.
protocol Report: Encodable {
    var lines: [String] { get }
}

extension Console {
    func say(_ report: some Report, json: Bool) throws {
        let lines = try json ? [JSONText.encode(report)] : report.lines
        for line in lines { say(line) }
    }
}
