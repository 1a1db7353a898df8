extension DealsSchema {
    /// A rate is `digits / 10^scale`. The pairs stand apart, so that the newest rate of each is one step in the index.
    static let rates = """
        CREATE TABLE exchange_pair (
            base TEXT NOT NULL CHECK (length(base) = 3),
            quote TEXT NOT NULL CHECK (length(quote) = 3),
            PRIMARY KEY (base, quote),
            CHECK (base <> quote)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE exchange_rate (
            base TEXT NOT NULL,
            quote TEXT NOT NULL,
            as_of TEXT NOT NULL CHECK (length(as_of) = 10),
            digits INTEGER NOT NULL CHECK (digits > 0),
            scale INTEGER NOT NULL CHECK (scale BETWEEN 0 AND 12),
            source TEXT CHECK (length(source) BETWEEN 1 AND 80),
            set_by BLOB NOT NULL CHECK (length(set_by) = 16),
            set_ms INTEGER NOT NULL,
            PRIMARY KEY (base, quote, as_of),
            FOREIGN KEY (base, quote) REFERENCES exchange_pair (base, quote)
        ) STRICT, WITHOUT ROWID;
        """
}
