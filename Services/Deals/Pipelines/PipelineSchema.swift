extension DealsSchema {
    /// Rows stay: a stage that was taken out keeps its key and name for the history of the deals that stood there, and
    /// says which stage took its place. `pipeline_mark` is another number after each change of either table: whoever has
    /// read the pipelines under one mark need not read them again while it stands. A count would not do: two changes of
    /// which the first is undone would get the same.
    ///
    /// The index finds the live deals of a stage, and counts them by itself.
    static let pipelines = """
        CREATE TABLE pipeline (
            id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
            deal_type TEXT NOT NULL UNIQUE CHECK (deal_type IN ('sell_side_ma', 'buy_side_ma', 'ecm_ipo',
                'ecm_follow_on', 'ecm_convertible', 'dcm_ig', 'dcm_hy', 'levfin', 'private_placement', 'restructuring',
                'fairness_opinion', 'strategic_advisory')),
            name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 80),
            version INTEGER NOT NULL CHECK (version >= 1),
            updated_ms INTEGER NOT NULL,
            updated_by BLOB CHECK (length(updated_by) = 16)
        ) STRICT;
        CREATE TABLE stage (
            pipeline_id BLOB NOT NULL REFERENCES pipeline (id),
            key TEXT NOT NULL CHECK (length(key) BETWEEN 1 AND 50 AND key NOT GLOB '*[^a-z0-9_]*'
                AND key NOT IN ('active', 'on_hold', 'won', 'lost', 'withdrawn')),
            name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 80),
            position INTEGER NOT NULL,
            category TEXT NOT NULL CHECK (category IN ('origination', 'pitch', 'mandate', 'execution', 'signed',
                'closed')),
            probability INTEGER NOT NULL CHECK (probability BETWEEN 0 AND 100),
            stale_after_days INTEGER CHECK (stale_after_days BETWEEN 1 AND 3650),
            requirement_text TEXT CHECK (length(requirement_text) BETWEEN 1 AND 500),
            wip_hint INTEGER CHECK (wip_hint BETWEEN 1 AND 10000),
            rules TEXT NOT NULL CHECK (rules GLOB '[[]*]' AND length(rules) <= 32768),
            replaced_by TEXT CHECK (replaced_by <> key),
            removed_ms INTEGER,
            PRIMARY KEY (pipeline_id, key),
            FOREIGN KEY (pipeline_id, replaced_by) REFERENCES stage (pipeline_id, key),
            CHECK ((removed_ms IS NULL) = (replaced_by IS NULL))
        ) STRICT;
        CREATE UNIQUE INDEX stage_order ON stage (pipeline_id, position) WHERE removed_ms IS NULL;
        CREATE UNIQUE INDEX stage_end ON stage (pipeline_id) WHERE category = 'closed' AND removed_ms IS NULL;
        CREATE INDEX deal_live_in_stage ON deal (type, stage, status, confidentiality, deleted_ms)
        WHERE status IN ('active', 'on_hold');

        CREATE TABLE pipeline_mark (
            id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
            mark INTEGER NOT NULL
        ) STRICT;
        INSERT INTO pipeline_mark (id, mark) VALUES (1, random());
        CREATE TRIGGER pipeline_mark_stays BEFORE DELETE ON pipeline_mark BEGIN
            SELECT RAISE(ABORT, 'the mark of the pipelines is never deleted');
        END;
        CREATE TRIGGER pipeline_comes AFTER INSERT ON pipeline BEGIN UPDATE pipeline_mark SET mark = random(); END;
        CREATE TRIGGER pipeline_changes AFTER UPDATE ON pipeline BEGIN UPDATE pipeline_mark SET mark = random(); END;
        CREATE TRIGGER stage_comes AFTER INSERT ON stage BEGIN UPDATE pipeline_mark SET mark = random(); END;
        CREATE TRIGGER stage_changes AFTER UPDATE ON stage BEGIN UPDATE pipeline_mark SET mark = random(); END;

        CREATE TRIGGER pipeline_keeps_rows BEFORE DELETE ON pipeline BEGIN
            SELECT RAISE(ABORT, 'pipelines are never deleted');
        END;
        CREATE TRIGGER pipeline_never_replaces BEFORE INSERT ON pipeline
        WHEN EXISTS (SELECT 1 FROM pipeline WHERE id = NEW.id OR deal_type = NEW.deal_type) BEGIN
            SELECT RAISE(ABORT, 'pipelines are never replaced');
        END;
        CREATE TRIGGER pipeline_keeps_its_type BEFORE UPDATE OF id, deal_type ON pipeline
        WHEN NEW.id <> OLD.id OR NEW.deal_type <> OLD.deal_type BEGIN
            SELECT RAISE(ABORT, 'a pipeline keeps its id and type');
        END;
        CREATE TRIGGER pipeline_version_grows BEFORE UPDATE ON pipeline WHEN NEW.version <> OLD.version + 1 BEGIN
            SELECT RAISE(ABORT, 'a pipeline changes by one version at a time');
        END;
        CREATE TRIGGER stage_keeps_rows BEFORE DELETE ON stage BEGIN
            SELECT RAISE(ABORT, 'stages are removed, never deleted');
        END;
        CREATE TRIGGER stage_never_replaces BEFORE INSERT ON stage
        WHEN EXISTS (SELECT 1 FROM stage WHERE pipeline_id = NEW.pipeline_id AND key = NEW.key) BEGIN
            SELECT RAISE(ABORT, 'stages are never replaced');
        END;
        CREATE TRIGGER stage_keeps_its_key BEFORE UPDATE OF pipeline_id, key ON stage
        WHEN NEW.pipeline_id <> OLD.pipeline_id OR NEW.key <> OLD.key BEGIN
            SELECT RAISE(ABORT, 'a stage keeps its pipeline and key');
        END;
        CREATE TRIGGER stage_is_removed_once BEFORE UPDATE ON stage WHEN OLD.removed_ms IS NOT NULL BEGIN
            SELECT RAISE(ABORT, 'a stage that was removed is never changed');
        END;
        CREATE TRIGGER stage_leaves_no_deal BEFORE UPDATE OF removed_ms ON stage
        WHEN NEW.removed_ms IS NOT NULL AND EXISTS (
            SELECT 1 FROM deal
            WHERE type = (SELECT deal_type FROM pipeline WHERE id = NEW.pipeline_id) AND stage = NEW.key
                AND status IN ('active', 'on_hold')) BEGIN
            SELECT RAISE(ABORT, 'live deals stand in the stage');
        END;
        """
}
