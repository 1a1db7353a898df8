extension DealsSchema {
    /// The words of each deal: of its own fields where `source` is empty, otherwise of the activity that it names. As it
    /// was before `texts`.
    static let words = """
        CREATE TABLE deal_word (
            deal_id BLOB NOT NULL REFERENCES deal (id),
            word TEXT NOT NULL CHECK (length(word) BETWEEN 1 AND 40),
            source BLOB NOT NULL CHECK (length(source) IN (0, 16)),
            PRIMARY KEY (deal_id, word, source)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX deal_word_of_source ON deal_word (deal_id, source);
        CREATE TRIGGER deal_word_leaves_with_its_activity AFTER UPDATE OF deleted_ms ON deal_activity
        WHEN NEW.deleted_ms IS NOT NULL BEGIN
            DELETE FROM deal_word WHERE deal_id = NEW.deal_id AND source = NEW.id;
        END;
        CREATE TRIGGER deal_word_takes_no_removed_activity BEFORE INSERT ON deal_word
        WHEN length(NEW.source) = 16 AND NOT EXISTS (SELECT 1 FROM deal_activity a
            WHERE a.id = NEW.source AND a.deal_id = NEW.deal_id AND a.deleted_ms IS NULL) BEGIN
            SELECT RAISE(ABORT, 'words are of the deal or of an activity that it has');
        END;
        """

    /// A board's columns, each in the order of changes.
    static let board = """
        CREATE INDEX deal_by_stage ON deal (type, stage, updated_ms, id) WHERE deleted_ms IS NULL;
        """

    /// The words of a deal's own texts stand in its row, those of its activities in `deal_word`: who walks deals tests each
    /// where it stands. Who sees many deals begins with `deal_text`, in which any three characters of words and search
    /// key lead to `number_order`, and with `deal_word_by_word`.
    ///
    /// `deal_facet` leads there from each value that a filter can ask for, see `DealFacets`: values that many deals have lead
    /// to few together.
    ///
    /// No trigger keeps these two, because SQLite lets none touch a virtual table of a schema that it does not trust:
    /// `WordIndex` does. It writes many deals at a time, because every statement in between makes an index write what it
    /// has gathered, which costs more than all the rest of a new deal. `deal_text_due` has those that are in neither yet.
    static let texts = """
        ALTER TABLE deal ADD COLUMN words TEXT NOT NULL DEFAULT '';
        DROP TABLE deal_word;
        CREATE TABLE deal_word (
            deal_id BLOB NOT NULL REFERENCES deal (id),
            word TEXT NOT NULL CHECK (length(word) BETWEEN 1 AND 40),
            source BLOB NOT NULL REFERENCES deal_activity (id),
            PRIMARY KEY (deal_id, word, source)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX deal_word_of_source ON deal_word (deal_id, source);
        CREATE INDEX deal_word_by_word ON deal_word (word, deal_id);
        CREATE TRIGGER deal_word_takes_no_removed_activity BEFORE INSERT ON deal_word
        WHEN NOT EXISTS (SELECT 1 FROM deal_activity a
            WHERE a.id = NEW.source AND a.deal_id = NEW.deal_id AND a.deleted_ms IS NULL) BEGIN
            SELECT RAISE(ABORT, 'words are of an activity that the deal has');
        END;
        CREATE VIRTUAL TABLE deal_text USING fts5 (text, content = '', columnsize = 0, detail = none,
            tokenize = 'trigram case_sensitive 1');
        CREATE VIRTUAL TABLE deal_text_part USING fts5vocab (deal_text, instance);
        CREATE VIRTUAL TABLE deal_facet USING fts5 (facets, content = '', columnsize = 0, detail = none,
            tokenize = 'ascii');
        CREATE TABLE deal_text_due (number INTEGER NOT NULL PRIMARY KEY) STRICT;
        """

    /// Deals that an index has found are put in the order of their changes without being read. Whoever asks for a stage's
    /// deals, live or deleted or ended, asks one index.
    static let hits = """
        CREATE INDEX deal_by_number ON deal (number_order, updated_ms, id) WHERE deleted_ms IS NULL;
        DROP INDEX deal_live_in_stage;
        DROP INDEX deal_by_stage;
        CREATE INDEX deal_by_stage ON deal (type, stage, updated_ms, id);
        """

    /// One for each order of the list that had none.
    static let orders = """
        CREATE INDEX deal_by_creation ON deal (created_ms, id) WHERE deleted_ms IS NULL;
        CREATE INDEX deal_by_probability ON deal (probability, id) WHERE deleted_ms IS NULL;
        CREATE INDEX deal_by_stage_entry ON deal (stage_entered_on, id) WHERE deleted_ms IS NULL;
        CREATE INDEX deal_by_expected_close ON deal (coalesce(expected_close_on, '9999-12-31'), id)
        WHERE deleted_ms IS NULL;
        """
}
