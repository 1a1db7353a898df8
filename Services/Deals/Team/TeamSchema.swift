extension DealsSchema {
    /// Rows stay for ever: they are the insider list. `deal_updated_ms` is a copy that a trigger keeps, so that one
    /// index serves a member's list in its order however many deals there are.
    static let team = """
        CREATE TABLE team_member (
            id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
            deal_id BLOB NOT NULL REFERENCES deal (id),
            user_id BLOB NOT NULL CHECK (length(user_id) = 16),
            name TEXT NOT NULL,
            role TEXT NOT NULL CHECK (role IN ('lead', 'md', 'director', 'vp', 'associate', 'analyst', 'legal',
                'compliance', 'syndicate', 'observer')),
            access TEXT NOT NULL CHECK (access IN ('read', 'edit', 'manage')),
            reason TEXT NOT NULL CHECK (length(reason) BETWEEN 1 AND 500),
            added_by BLOB NOT NULL CHECK (length(added_by) = 16),
            added_ms INTEGER NOT NULL,
            removed_by BLOB CHECK (length(removed_by) = 16),
            removed_ms INTEGER CHECK (removed_ms >= added_ms),
            deal_updated_ms INTEGER NOT NULL,
            CHECK ((removed_ms IS NULL) = (removed_by IS NULL))
        ) STRICT;
        CREATE UNIQUE INDEX team_member_active ON team_member (deal_id, user_id) WHERE removed_ms IS NULL;
        CREATE INDEX team_member_deals ON team_member (user_id, deal_updated_ms, deal_id) WHERE removed_ms IS NULL;
        CREATE TRIGGER team_member_keeps_rows BEFORE DELETE ON team_member BEGIN
            SELECT RAISE(ABORT, 'team members are removed, never deleted');
        END;
        CREATE TRIGGER team_member_leaves_once BEFORE UPDATE ON team_member WHEN OLD.removed_ms IS NOT NULL BEGIN
            SELECT RAISE(ABORT, 'a former team member is never changed');
        END;
        CREATE TRIGGER team_member_keeps_its_terms
        BEFORE UPDATE OF id, deal_id, user_id, name, role, access, reason, added_by, added_ms ON team_member BEGIN
            SELECT RAISE(ABORT, 'the terms of a membership are never changed');
        END;
        CREATE TRIGGER team_member_follows_deal AFTER UPDATE OF updated_ms ON deal BEGIN
            UPDATE team_member SET deal_updated_ms = NEW.updated_ms WHERE deal_id = NEW.id AND removed_ms IS NULL;
        END;
        """
}
