import RPC

/// The methods of one service, as it tells them itself, so that a tool of another build can call them, too.
struct MethodList: Sendable {
    static let builtIn = [
        BuiltInMethods.health.entry, BuiltInMethods.describe.entry, BuiltInMethods.stats.entry,
        BuiltInMethods.watch.entry,
    ]

    let service: String
    let entries: [RPCMethodEntry]

    init(_ description: RPCDescription) {
        service = description.service
        entries =
            description.methods.map {
                RPCMethodEntry(
                    id: $0.id, name: $0.name, callers: Set($0.callers), isIdempotent: $0.idempotent,
                    isStream: $0.stream)
            } + Self.builtIn
    }

    /// - Throws: `CommandFailure` that lists names which are close.
    func method(_ name: String) throws -> RPCMethodEntry {
        if let entry = entries.first(where: { $0.name == name }) { return entry }
        let close = CloseNames.of(name, in: entries.map(\.name))
        let hint =
            close.isEmpty
            ? "`ibpipeline rpc describe \(service)` lists its methods."
            : "did you mean \(close.joined(separator: ", "))?"
        throw CommandFailure(line: "\(service) has no method \(name); \(hint)", code: CommandFailure.usage)
    }

    /// `0x0201`
    static func idText(_ id: UInt16) -> String {
        let digits = String(id, radix: 16, uppercase: true)
        return "0x" + String(repeating: "0", count: 4 - digits.count) + digits
    }
}

/// Which of the names somebody may have meant.
enum CloseNames {
    static let shownMax = 3

    /// The closest first; those that hold what was typed, or differ from it in at most a third of its letters.
    static func of(_ name: String, in names: [String]) -> [String] {
        let limit = max(1, name.count / 3)
        let ranked = names.compactMap { candidate -> (String, Int)? in
            let distance = edits(Array(name), Array(candidate))
            let isPart = !name.isEmpty && candidate.contains(name)
            return distance <= limit || isPart ? (candidate, distance) : nil
        }
        return ranked.sorted { ($0.1, $0.0) < ($1.1, $1.0) }.prefix(shownMax).map(\.0)
    }

    /// Letters to insert, remove or replace (Levenshtein).
    private static func edits(_ a: [Character], _ b: [Character]) -> Int {
        var row = Array(0...b.count)
        for (i, letter) in a.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, other) in b.enumerated() {
                let replaced = diagonal + (letter == other ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = min(replaced, row[j] + 1, row[j + 1] + 1)
            }
        }
        return row[b.count]
    }
}
