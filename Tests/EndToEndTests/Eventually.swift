/// Asks again every 20 ms until there is an answer; what is awaited happens in another process and tells nobody.
func eventually<T>(
    _ what: String, within limit: Duration = .seconds(20), orSay context: () -> String = { "" },
    _ ask: () async throws -> T?
) async throws -> T {
    let end = ContinuousClock.now + limit
    while ContinuousClock.now < end {
        if let answer = try await ask() { return answer }
        try await Task.sleep(for: .milliseconds(20))
    }
    throw Missing("\(what) did not come within \(limit). \(context())")
}

struct Missing: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
