extension DealsSchema {
    /// What deals have in them stands as JSON in the deal's own row: it is read with the deal, and never looked for.
    static let customFields = """
        CREATE TABLE custom_field (
            position INTEGER PRIMARY KEY AUTOINCREMENT,
            key TEXT NOT NULL UNIQUE CHECK (length(key) BETWEEN 1 AND 40 AND key GLOB '[a-z]*'),
            label TEXT NOT NULL CHECK (length(label) BETWEEN 1 AND 80),
            type TEXT NOT NULL CHECK (type IN ('text', 'number', 'date', 'money', 'choice', 'boolean')),
            options TEXT NOT NULL CHECK (options GLOB '[[]*]'
                AND (type = 'choice') = (options <> '[]')),
            required_for TEXT NOT NULL CHECK (required_for GLOB '[[]*]'),
            archived INTEGER NOT NULL CHECK (archived IN (0, 1)),
            version INTEGER NOT NULL CHECK (version >= 1),
            created_ms INTEGER NOT NULL,
            updated_ms INTEGER NOT NULL CHECK (updated_ms >= created_ms)
        ) STRICT;
        CREATE TRIGGER custom_field_keeps_rows BEFORE DELETE ON custom_field BEGIN
            SELECT RAISE(ABORT, 'custom fields are archived, never deleted');
        END;
        CREATE TRIGGER custom_field_keeps_its_key BEFORE UPDATE OF position, key, type, created_ms ON custom_field
        WHEN NEW.position <> OLD.position OR NEW.key <> OLD.key OR NEW.type <> OLD.type
            OR NEW.created_ms <> OLD.created_ms BEGIN
            SELECT RAISE(ABORT, 'a custom field keeps its key and type');
        END;
        CREATE TRIGGER custom_field_version_grows BEFORE UPDATE ON custom_field WHEN NEW.version <> OLD.version + 1 BEGIN
            SELECT RAISE(ABORT, 'a custom field changes by one version at a time');
        END;

        """
}
