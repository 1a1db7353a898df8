"""What the backups of a cluster give back: while it is written to and killed, and after it has stopped."""
import contextlib
import os
import shutil
import sqlite3
import subprocess
import time

from checks import text
from cluster import Failure

SERVICES = ("auth", "deals", "audit", "health")
RESTORE_SECONDS_MAX = 600
# The services archive every second, so a first look sooner than this only takes time.
ARCHIVE_SECONDS = 2.5
# Until what was acknowledged can be restored; a slow machine takes its time.
LAG_SECONDS_MAX = 60


def opened(path):
    return contextlib.closing(sqlite3.connect(path))


class Backups:
    def __init__(self, binaries, directory):
        self.tool = os.path.join(binaries, "ibpipeline")
        self.path = os.path.join(directory, "backups")
        self.target = os.path.join(directory, "restored")
        self.restores = 0
        self.lag_max = 0.0

    @contextlib.contextmanager
    def restored(self):
        """Yields None, or why it is not possible at the moment."""
        result = subprocess.run([self.tool, "restore", "--from", self.path, "--to", self.target],
                                capture_output=True, text=True, timeout=RESTORE_SECONDS_MAX)
        self.restores += 1
        try:
            yield None if result.returncode == 0 else result.stderr.strip()
        finally:
            shutil.rmtree(self.target, ignore_errors=True)

    def file(self, service):
        return os.path.join(self.target, service, f"{service}.sqlite")

    def check_acknowledged(self, deals, users):
        """`deals`: {id: version} and `users`: {email: id} that were acknowledged before the call."""
        begin = time.monotonic()
        missing = None
        time.sleep(ARCHIVE_SECONDS)
        while time.monotonic() - begin < LAG_SECONDS_MAX:
            asked = time.monotonic()
            with self.restored() as problem:
                missing = problem or self.missing(deals, users)
            if not missing:
                self.lag_max = max(self.lag_max, asked - begin)
                return
        raise Failure(f"not restorable within {LAG_SECONDS_MAX} s: {missing}")

    def missing(self, deals, users):
        with opened(self.file("deals")) as database:
            found = {text(key): version for key, version in database.execute("SELECT id, version FROM deal")}
        lost = [key for key, version in deals.items() if found.get(key, 0) < version]
        with opened(self.file("auth")) as database:
            known = {email: text(key) for email, key in database.execute("SELECT email, id FROM user")}
        lost += [email for email, key in users.items() if known.get(email) != key]
        return f"{len(lost)} acknowledged deals and users, such as {lost[:3]}" if lost else None

    def check_equal(self, data):
        """Every row of every table of a stopped cluster."""
        with self.restored() as problem:
            if problem:
                raise Failure(f"restore: {problem}")
            for service in SERVICES:
                live, restored = os.path.join(data, service, f"{service}.sqlite"), self.file(service)
                with opened(live) as one, opened(restored) as other:
                    compare(service, one, other)


def compare(service, one, other):
    schema = "SELECT type, name, sql FROM sqlite_schema ORDER BY type, name"
    if one.execute(schema).fetchall() != other.execute(schema).fetchall():
        raise Failure(f"{service}: the restored schema is another")
    # What a virtual table shows stands in ordinary ones.
    tables = """SELECT name FROM sqlite_schema
        WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND sql NOT LIKE 'CREATE VIRTUAL TABLE%'"""
    for (table,) in one.execute(tables):
        rows = [sorted(database.execute(f'SELECT * FROM "{table}"').fetchall(), key=repr) for database in (one, other)]
        if rows[0] != rows[1]:
            raise Failure(f"{service}: {table} has {len(rows[0])} rows, restored {len(rows[1])}, and they differ")
