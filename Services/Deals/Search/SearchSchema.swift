extension DealsSchema {
    /// The words of each deal: of its own fields where `source` is empty, otherwise of the activity that it names. Kept by
    /// deal, not by word: who looks for a word walks the deals that he may see, and neither what he gets nor how long it
    /// takes depends on any other.
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
}
