"""What must hold in the files of a cluster that is not running, whatever killed it."""
import collections
import os
import shutil
import sqlite3
import uuid

from cluster import Failure

SOURCES = ("auth", "deals")


def text(identifier):
    return str(uuid.UUID(bytes=identifier))


class Files:
    """A copy: to look at the files themselves would recover and checkpoint them in the services' place."""

    def __init__(self, data, scratch):
        self.scratch = scratch
        self.databases = {}
        for name in ("auth", "deals", "audit"):
            folder = os.path.join(scratch, name)
            os.makedirs(folder)
            for end in ("", "-wal"):
                source = os.path.join(data, name, f"{name}.sqlite{end}")
                if os.path.exists(source):
                    shutil.copyfile(source, os.path.join(folder, os.path.basename(source)))
            self.databases[name] = sqlite3.connect(os.path.join(folder, f"{name}.sqlite"))

    def rows(self, name, sql):
        return self.databases[name].execute(sql).fetchall()

    def close(self):
        for database in self.databases.values():
            database.close()
        shutil.rmtree(self.scratch)


def expect(condition, words):
    if not condition:
        raise Failure(words)


def check(files, deals, users, tried, is_drained=False):
    for name in files.databases:
        for pragma, good in (("integrity_check", [("ok",)]), ("foreign_key_check", [])):
            found = files.rows(name, f"PRAGMA {pragma}")
            expect(found == good, f"{name}: {pragma}: {found[:5]}")
    check_deals(files, deals)
    check_users(files, users, tried)
    check_audit(files, is_drained)


def check_deals(files, deals):
    rows = {name: (text(key), number, version, step)
            for key, name, number, version, step in files.rows("deals", "SELECT id, code_name, number, version, next_step FROM deal")}
    expected = {deal.code_name: deal for deal in deals}
    count = files.rows("deals", "SELECT count(*) FROM deal")[0][0]
    expect(count == len(rows), f"{count} deals have {len(rows)} code names")
    strangers = rows.keys() - expected.keys()
    expect(not strangers, f"deals that nobody sent: {sorted(strangers)[:5]}")
    for deal in deals:
        key, states = deal.known()
        if key is None:
            continue
        expect(deal.code_name in rows, f"{deal.number} was acknowledged and is not there")
        found = rows[deal.code_name]
        expect(found[:2] == (key, deal.number), f"{deal.number}: id and number are {found[:2]}")
        expect(found[2:] in states, f"{deal.number}: found {found[2:]}, expected one of {states}")
    check_side_rows(files, rows)


def check_side_rows(files, rows):
    """Of every deal all that one transaction wrote, or nothing."""
    def counted(sql):
        return collections.Counter(key if isinstance(key, str) else text(key) for (key,) in files.rows("deals", sql))

    sides = {
        "first transition": counted("SELECT deal_id FROM stage_transition WHERE from_stage IS NULL"),
        "team member": counted("SELECT deal_id FROM team_member"),
        "idempotency key": counted("SELECT deal_id FROM idempotency_key"),
        "event deal.created": counted("SELECT aggregate FROM outbox WHERE type = 'deal.created'"),
    }
    for what, found in sides.items():
        expect(found == collections.Counter(key for key, *_ in rows.values()), f"not every deal has exactly one {what}")
    versions = sorted(files.rows("deals", "SELECT aggregate, aggregate_version FROM outbox"))
    wanted = sorted((key, version) for key, _, last, _ in rows.values() for version in range(1, last + 1))
    expect(versions == wanted, "events and versions of the deals differ")
    numbers = files.rows("deals", "SELECT coalesce(sum(last), 0) FROM deal_number")[0][0]
    expect(numbers == len(rows), f"{numbers} numbers were given to {len(rows)} deals")


def check_users(files, users, tried):
    rows = {email: text(key) for email, key in files.rows("auth", "SELECT email, id FROM user")}
    created = collections.Counter(
        key for (key,) in files.rows("auth", "SELECT aggregate FROM outbox WHERE type = 'user.created'"))
    expect(rows.keys() <= tried, f"users that nobody added: {sorted(rows.keys() - tried)[:5]}")
    for email, key in users.items():
        expect(rows.get(email) == key, f"{email} was acknowledged and is not there")
    expect(created == collections.Counter(rows.values()), "not every user has exactly one event user.created")


def check_audit(files, is_drained):
    logged = files.rows("audit", "SELECT source, source_seq, event_id FROM entry ORDER BY seq")
    for source in SOURCES:
        outbox = [(seq, text(key)) for seq, key in files.rows(source, "SELECT seq, event_id FROM outbox ORDER BY seq")]
        cursor = (files.rows("audit", f"SELECT seq FROM inbox WHERE source = '{source}'") or [(0,)])[0][0]
        newest = outbox[-1][0] if outbox else 0
        expect(cursor <= newest, f"audit has read {source} up to {cursor}, of {newest}")
        if is_drained:
            expect(cursor == newest, f"audit stopped at {cursor} of {source}, of {newest}")
        taken = [(seq, key) for name, seq, key in logged if name == source]
        expect(taken == [entry for entry in outbox if entry[0] <= cursor],
               f"the log is not the events of {source} up to {cursor}, each once and in order")
