extension Outbox {
    /// The floor is the lowest sequence number that is kept. The schema itself sees to it that it rises above nothing that a
    /// group still has to read, unless the group was released, and that nothing but the lowest numbers below it is deleted.
    static let groupsAndRetention = """
        CREATE INDEX outbox_by_time ON outbox (occurred_ms);

        CREATE TABLE event_group (
            name TEXT NOT NULL PRIMARY KEY CHECK (length(name) BETWEEN 1 AND 64),
            acked_seq INTEGER NOT NULL CHECK (acked_seq >= 0),
            updated_ms INTEGER NOT NULL,
            released_ms INTEGER
        ) STRICT;
        CREATE TRIGGER event_group_is_one_of_few BEFORE INSERT ON event_group
        WHEN (SELECT count(*) FROM event_group) >= 32
            AND NOT EXISTS (SELECT 1 FROM event_group WHERE name = NEW.name) BEGIN
            SELECT RAISE(ABORT, 'there are too many groups');
        END;

        CREATE TABLE outbox_floor (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            seq INTEGER NOT NULL CHECK (seq >= 1)
        ) STRICT;
        INSERT INTO outbox_floor (id, seq) VALUES (1, 1);
        CREATE TRIGGER outbox_floor_is_one BEFORE INSERT ON outbox_floor BEGIN
            SELECT RAISE(ABORT, 'there is one floor');
        END;
        CREATE TRIGGER outbox_floor_stays BEFORE DELETE ON outbox_floor BEGIN
            SELECT RAISE(ABORT, 'the floor is never deleted');
        END;
        CREATE TRIGGER outbox_floor_only_rises BEFORE UPDATE ON outbox_floor
        WHEN NEW.id <> OLD.id OR NEW.seq < OLD.seq OR NEW.seq > coalesce((SELECT max(seq) FROM outbox), 1) BEGIN
            SELECT RAISE(ABORT, 'the floor only rises, and not above the newest row');
        END;
        CREATE TRIGGER outbox_floor_waits_for_groups BEFORE UPDATE ON outbox_floor
        WHEN EXISTS (SELECT 1 FROM event_group WHERE released_ms IS NULL AND acked_seq < NEW.seq - 1) BEGIN
            SELECT RAISE(ABORT, 'a group has not read that far');
        END;

        DROP TRIGGER outbox_keeps_rows;
        CREATE TRIGGER outbox_keeps_rows BEFORE DELETE ON outbox
        WHEN OLD.seq >= (SELECT seq FROM outbox_floor) OR OLD.seq > (SELECT min(seq) FROM outbox) BEGIN
            SELECT RAISE(ABORT, 'outbox rows are deleted below the floor only, the oldest first');
        END;
        """
}
