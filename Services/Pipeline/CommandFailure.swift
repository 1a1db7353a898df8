/// Why a command ended early: one line that the operator can act on, and the exit code.
struct CommandFailure: Error, Equatable {
    /// EX_USAGE of sysexits.h
    static let usage: Int32 = 64
    /// EX_TEMPFAIL of sysexits.h: the data directory is in use.
    static let inUse: Int32 = 75
    /// Everything else that went wrong.
    static let other: Int32 = 1

    var line: String
    var code: Int32 = Self.other
}
