extension DealsSchema {
    /// What decides which words this installation never suggests: see `CodeNames.isWithheld`. It is no use to anybody who
    /// can read the file, for there the names stand.
    static let codeNames = """
        CREATE TABLE code_name_salt (
            id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
            salt BLOB NOT NULL CHECK (length(salt) = 16)
        ) STRICT;
        INSERT INTO code_name_salt (id, salt) VALUES (1, randomblob(16));
        CREATE TRIGGER code_name_salt_stays BEFORE UPDATE ON code_name_salt BEGIN
            SELECT RAISE(ABORT, 'which words are withheld never changes');
        END;
        """
}
