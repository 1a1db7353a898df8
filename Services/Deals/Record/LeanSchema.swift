extension DealsSchema {
    /// What a deal costs that is only just there. A file of a million deals is read by keys and along a few indexes; each
    /// further index, trigger and row that every deal has is paid for a million times.
    ///
    /// - Of a deal's moves and people there are few: the timeline sorts them, so they need no index in its order.
    /// - How confidential a deal was from its beginning is written down when that changes for the first time.
    /// - That INSERT OR REPLACE takes no row away, the triggers against deleting see to (`PRAGMA recursive_triggers`).
    static let lean = """
        DROP INDEX team_member_joined;
        DROP INDEX stage_transition_by_time;
        DROP TRIGGER stage_transition_never_replaces;

        DROP TRIGGER deal_begins_confidential;
        DROP TRIGGER deal_changes_confidentiality;
        CREATE TRIGGER deal_changes_confidentiality AFTER UPDATE OF confidentiality ON deal
        WHEN NEW.confidentiality <> OLD.confidentiality BEGIN
            INSERT INTO confidentiality_change (deal_id, confidentiality, since_ms)
            SELECT OLD.id, OLD.confidentiality, OLD.created_ms
            WHERE NOT EXISTS (SELECT 1 FROM confidentiality_change WHERE deal_id = OLD.id);
            INSERT INTO confidentiality_change (deal_id, confidentiality, since_ms)
            VALUES (NEW.id, NEW.confidentiality, NEW.updated_ms);
        END;
        """
}
