import Logging

extension Logger {
    /// For connections of the tool: what an operator must know of them is in the command's own words.
    static var silent: Logger { Logger(label: "rpc") { _ in SwiftLogNoOpLogHandler() } }
}
