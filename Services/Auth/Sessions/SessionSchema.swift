extension AuthSchema {
    static let userAgents = """
        ALTER TABLE session ADD COLUMN user_agent TEXT CHECK (length(user_agent) BETWEEN 1 AND 200);
        """

    /// `is_restricted`: it reaches no further than its user's own account; see `SecondFactorPolicy`.
    static let restrictedSessions = """
        ALTER TABLE session ADD COLUMN is_restricted INTEGER NOT NULL DEFAULT 0 CHECK (is_restricted IN (0, 1));
        """
}
