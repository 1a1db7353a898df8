extension DealsSchema {
    /// What the reports on people's work, stale deals, overrides, league tables and insiders are read from.
    static let reportIndexes = indexes + holds + workload + workloadTriggers + workloadRows

    private static let indexes = """
        CREATE INDEX deal_stage_age ON deal (type, stage, stage_entered_on, confidentiality, id)
            WHERE status = 'active' AND deleted_ms IS NULL;
        CREATE INDEX deal_announced ON deal (announced_on, id) WHERE announced_on IS NOT NULL AND deleted_ms IS NULL;
        CREATE INDEX deal_closed ON deal (closed_on, id) WHERE closed_on IS NOT NULL AND deleted_ms IS NULL;
        CREATE INDEX stage_transition_overridden ON stage_transition (at_ms, seq) WHERE override_reason IS NOT NULL;
        CREATE INDEX team_member_gone ON team_member (removed_ms, deal_id) WHERE removed_ms IS NOT NULL;

        """

    /// For how many days a deal was on hold in the stage where it stands: of the few that were at all.
    private static let holds = """
        CREATE TABLE stage_hold (
            deal_id BLOB NOT NULL PRIMARY KEY REFERENCES deal (id),
            days INTEGER NOT NULL CHECK (days >= 0)
        ) STRICT, WITHOUT ROWID;
        CREATE TRIGGER stage_hold_ends AFTER INSERT ON stage_transition WHEN NEW.direction = 'resume' BEGIN
            INSERT INTO stage_hold
            SELECT NEW.deal_id, CAST(max(0, julianday(NEW.effective_on) - julianday((
                SELECT effective_on FROM stage_transition t
                WHERE t.deal_id = NEW.deal_id AND t.direction = 'hold' ORDER BY t.seq DESC LIMIT 1))) AS INTEGER) AS held
            WHERE held > 0
            ON CONFLICT DO UPDATE SET days = days + excluded.days;
        END;
        CREATE TRIGGER stage_hold_was_elsewhere AFTER INSERT ON stage_transition
        WHEN NEW.from_stage IS NOT NEW.to_stage OR NEW.direction = 'reopen' BEGIN
            DELETE FROM stage_hold WHERE deal_id = NEW.deal_id;
        END;
        INSERT INTO stage_hold
        SELECT r.deal_id, SUM(CAST(max(0, julianday(r.effective_on) - julianday((
            SELECT h.effective_on FROM stage_transition h
            WHERE h.deal_id = r.deal_id AND h.direction = 'hold' AND h.seq < r.seq ORDER BY h.seq DESC LIMIT 1
        ))) AS INTEGER)) AS held
        FROM stage_transition r WHERE r.direction = 'resume' AND NOT EXISTS (
            SELECT 1 FROM stage_transition t WHERE t.deal_id = r.deal_id AND t.seq > r.seq
                AND (t.from_stage IS NOT t.to_stage OR t.direction = 'reopen'))
        GROUP BY r.deal_id HAVING held > 0;

        """

    /// Over all deals that are neither secret nor deleted: on how many live ones each member is, and how many open tasks
    /// each owner has by the day on which they are due. Tasks of nobody have the owner ''.
    private static let workload = """
        CREATE TABLE workload_deals (
            user_id BLOB NOT NULL PRIMARY KEY CHECK (length(user_id) = 16),
            deals INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE workload_tasks (
            user_id BLOB NOT NULL CHECK (length(user_id) IN (0, 16)),
            due_key TEXT NOT NULL CHECK (length(due_key) = 10),
            tasks INTEGER NOT NULL,
            PRIMARY KEY (user_id, due_key)
        ) STRICT, WITHOUT ROWID;
        CREATE TRIGGER workload_deals_end AFTER UPDATE ON workload_deals WHEN NEW.deals <= 0 BEGIN
            SELECT RAISE(ABORT, 'nobody is on fewer deals than none') WHERE NEW.deals < 0;
            DELETE FROM workload_deals WHERE user_id = NEW.user_id;
        END;
        CREATE TRIGGER workload_tasks_end AFTER UPDATE ON workload_tasks WHEN NEW.tasks <= 0 BEGIN
            SELECT RAISE(ABORT, 'nobody has fewer tasks than none') WHERE NEW.tasks < 0;
            DELETE FROM workload_tasks WHERE (user_id, due_key) = (NEW.user_id, NEW.due_key);
        END;

        """

    private static let addsDeals = "ON CONFLICT DO UPDATE SET deals = deals + excluded.deals;"
    private static let addsTasks = "ON CONFLICT DO UPDATE SET tasks = tasks + excluded.tasks;"

    private static func isOpen(_ row: String) -> String {
        "\(row).confidentiality <> 'secret' AND \(row).deleted_ms IS NULL"
    }

    private static func isLive(_ row: String) -> String { "\(isOpen(row)) AND \(row).status IN ('active', 'on_hold')" }

    private static func members(of deal: String, _ count: Int, _ condition: String) -> String {
        """
        INSERT INTO workload_deals SELECT m.user_id, \(count) FROM team_member m
        WHERE m.deal_id = \(deal).id AND m.removed_ms IS NULL AND \(condition) \(addsDeals)
        """
    }

    private static func tasks(of deal: String, _ count: String, _ condition: String) -> String {
        """
        INSERT INTO workload_tasks SELECT coalesce(t.owner_user_id, x''), t.due_key, \(count) FROM deal_task t
        WHERE t.deal_id = \(deal).id AND t.deleted_ms IS NULL AND t.done_ms IS NULL AND \(condition)
        GROUP BY t.owner_user_id, t.due_key \(addsTasks)
        """
    }

    private static func task(_ row: String, _ count: Int) -> String {
        """
        INSERT INTO workload_tasks SELECT coalesce(\(row).owner_user_id, x''), coalesce(\(row).due_on, '9999-12-31'), \(count)
        FROM deal d WHERE d.id = \(row).deal_id AND \(isOpen("d"))
            AND \(row).deleted_ms IS NULL AND \(row).done_ms IS NULL \(addsTasks)
        """
    }

    private static func member(_ count: Int) -> String {
        """
        INSERT INTO workload_deals SELECT NEW.user_id, \(count) FROM deal d
        WHERE d.id = NEW.deal_id AND \(isLive("d")) \(addsDeals)
        """
    }

    private static let workloadTriggers = """
        CREATE TRIGGER workload_follows_deal AFTER UPDATE OF status, confidentiality, deleted_ms ON deal
        WHEN (\(isLive("NEW"))) <> (\(isLive("OLD"))) OR (\(isOpen("NEW"))) <> (\(isOpen("OLD"))) BEGIN
            \(members(of: "OLD", -1, "(\(isLive("OLD"))) > (\(isLive("NEW")))"))
            \(members(of: "NEW", 1, "(\(isLive("NEW"))) > (\(isLive("OLD")))"))
            \(tasks(of: "OLD", "-COUNT(*)", "(\(isOpen("OLD"))) > (\(isOpen("NEW")))"))
            \(tasks(of: "NEW", "COUNT(*)", "(\(isOpen("NEW"))) > (\(isOpen("OLD")))"))
        END;
        CREATE TRIGGER workload_gets_member AFTER INSERT ON team_member WHEN NEW.removed_ms IS NULL BEGIN
            \(member(1))
        END;
        CREATE TRIGGER workload_loses_member AFTER UPDATE OF removed_ms ON team_member
        WHEN OLD.removed_ms IS NULL AND NEW.removed_ms IS NOT NULL BEGIN
            \(member(-1))
        END;
        CREATE TRIGGER workload_gets_task AFTER INSERT ON deal_task BEGIN
            \(task("NEW", 1))
        END;
        CREATE TRIGGER workload_follows_task AFTER UPDATE OF owner_user_id, due_on, done_ms, deleted_ms ON deal_task
        WHEN (NEW.owner_user_id, NEW.due_on, NEW.done_ms, NEW.deleted_ms)
            IS NOT (OLD.owner_user_id, OLD.due_on, OLD.done_ms, OLD.deleted_ms) BEGIN
            \(task("OLD", -1))
            \(task("NEW", 1))
        END;

        """

    private static let workloadRows = """
        INSERT INTO workload_deals SELECT m.user_id, COUNT(*) FROM team_member m JOIN deal d ON d.id = m.deal_id
        WHERE m.removed_ms IS NULL AND \(isLive("d")) GROUP BY m.user_id;
        INSERT INTO workload_tasks SELECT coalesce(t.owner_user_id, x''), t.due_key, COUNT(*)
        FROM deal_task t JOIN deal d ON d.id = t.deal_id
        WHERE t.deleted_ms IS NULL AND t.done_ms IS NULL AND \(isOpen("d")) GROUP BY 1, 2;
        """
}
