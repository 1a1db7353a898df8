extension CommandFailure {
    /// What was to be verified could not be read, so that nothing is known of it.
    static let unreadable: Int32 = 2

    static func unreadable(_ line: String) -> CommandFailure { CommandFailure(line: line, code: unreadable) }
}
