import ArgumentParser

/// A command that prints to the console it is given, so that a test can read what it said.
protocol ConsoleCommand: AsyncParsableCommand {
    func run(on console: Console) async throws
}

extension ConsoleCommand {
    func run() async throws { try await run(on: Console()) }
}
