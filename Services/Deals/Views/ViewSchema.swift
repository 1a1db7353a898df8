extension DealsSchema {
    /// `filter` is nil for all deals; filter and columns are JSON as it travels, by its form:
    /// SQLite does not let a schema ask its functions for JSON. `name_key` is the folded name.
    static let views = """
        CREATE TABLE saved_view (
            id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
            owner_id BLOB NOT NULL CHECK (length(owner_id) = 16),
            name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 80),
            name_key TEXT NOT NULL CHECK (length(name_key) > 0),
            scope TEXT NOT NULL CHECK (scope IN ('private', 'team', 'firm')),
            filter TEXT CHECK (length(filter) BETWEEN 2 AND 8192 AND filter GLOB '{*}'),
            sort TEXT NOT NULL CHECK (length(sort) BETWEEN 1 AND 100),
            columns TEXT NOT NULL CHECK (length(columns) BETWEEN 2 AND 1024 AND columns GLOB '[[]*]'),
            layout TEXT NOT NULL CHECK (layout IN ('table', 'board')),
            pinned INTEGER NOT NULL CHECK (pinned IN (0, 1)),
            version INTEGER NOT NULL CHECK (version >= 1),
            created_ms INTEGER NOT NULL,
            updated_ms INTEGER NOT NULL CHECK (updated_ms >= created_ms)
        ) STRICT;
        CREATE UNIQUE INDEX saved_view_own ON saved_view (owner_id, name_key);
        CREATE INDEX saved_view_firm ON saved_view (name_key, id) WHERE scope = 'firm';
        CREATE TRIGGER saved_view_version_grows BEFORE UPDATE ON saved_view WHEN NEW.version <> OLD.version + 1 BEGIN
            SELECT RAISE(ABORT, 'a view changes by one version at a time');
        END;
        CREATE TRIGGER saved_view_keeps_its_owner BEFORE UPDATE OF id, owner_id, created_ms ON saved_view
        WHEN NEW.id <> OLD.id OR NEW.owner_id <> OLD.owner_id OR NEW.created_ms <> OLD.created_ms BEGIN
            SELECT RAISE(ABORT, 'a view keeps its id and owner');
        END;
        """
}
