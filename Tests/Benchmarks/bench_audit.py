"""The audit log at a million entries: how fast it takes them in and signs, proves one, verifies all, and what its tree takes.

The events are put into auth's outbox while the cluster is stopped; audit then reads them as it reads all. Proofs and verification are asked for at the public door.
"""
import json
import os
import random
import re
import shutil
import sqlite3
import sys
import tempfile
import time
import uuid

import bench_build
from bench_load import becomes_idle, call, send, wrk

sys.path.append(os.path.join(bench_build.ROOT, "Tests", "Crash"))
from cluster import EMAIL, PASSWORD, Failure, running_cluster  # noqa: E402

COMPLIANCE = "control@firm.example"
ROWS_PER_TRANSACTION, PROOFS, POLL_SECONDS = 50_000, 2000, 0.2
INTAKE_SECONDS_MAX = 3600
APPEND_MIN, PROOF_MILLISECONDS_MAX, HASHES_MAX, VERIFY_SECONDS_MAX, TREE_BYTES_MAX = 5000, 2, 20, 15, 80


def run(report, arguments):
    if not shutil.which("wrk") or not os.access(os.path.join(arguments.binaries, "ibpipeline"), os.X_OK):
        report.note("the audit log was SKIPPED: it wants wrk and the release build")
        return
    with tempfile.TemporaryDirectory() as directory:
        data = os.path.join(directory, "data")
        try:
            with running_cluster(arguments.binaries, data) as cluster:
                invite(cluster.url)
            first = fill(data, arguments.entries)
            with running_cluster(arguments.binaries, data) as cluster:
                Log(report, arguments, directory, cluster).measure(first)
        except Failure as failure:
            sys.exit(f"bench: {failure}")
        report_tree(report, data)


def invite(url):
    administrator = call(url, "/api/auth/login", body={"email": EMAIL, "password": PASSWORD})["accessToken"]
    invited = call(url, "/api/admin/invitations", administrator,
                   {"email": COMPLIANCE, "name": "Control", "role": "compliance"})
    call(url, "/api/auth/invitations/accept", body={"token": invited["token"], "password": PASSWORD})


def fill(data, count):
    """How many events there were before."""
    with sqlite3.connect(os.path.join(data, "auth", "auth.sqlite"), isolation_level=None) as database:
        columns = [row[1] for row in database.execute("PRAGMA table_info(outbox)")]
        template = dict(zip(columns, database.execute("SELECT * FROM outbox ORDER BY seq LIMIT 1").fetchone()))
        before = database.execute("SELECT max(seq) FROM outbox").fetchone()[0]
        # As of a person whose name and role were changed: two fields, three personal values.
        event = {
            "type": "user.updated", "time": "2026-11-27T08:00:00.000Z", "version": 2,
            "actor": {"kind": "user", "id": str(uuid.uuid4()), "session": str(uuid.uuid4()), "address": "192.0.2.7"},
            "subject": {"kind": "user"},
            "changes": [{"field": "name", "before": "Ana Alder", "after": "Ana Birch"},
                        {"field": "role", "before": "banker", "after": "compliance"}],
            "requestId": str(uuid.uuid4()), "traceId": "4bf92f3577b34da6a3ce929d0e0e4736"}
        insert = f"INSERT INTO outbox ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"
        for start in range(0, count, ROWS_PER_TRANSACTION):
            rows = []
            for number in range(start, min(start + ROWS_PER_TRANSACTION, count)):
                event["id"] = str(uuid_of(number))
                event["subject"]["id"] = str(uuid.UUID(int=number))
                rows.append([{
                    **template, "seq": before + number + 1, "type": event["type"], "event_id": uuid.UUID(event["id"]).bytes,
                    "payload": json.dumps(event).encode()}[name] for name in columns])
            database.execute("BEGIN")
            database.executemany(insert, rows)
            database.execute("COMMIT")
    database.close()
    return before


def uuid_of(number):
    """Of version 7, as the services make them: those of one second stand beside each other in an index."""
    milliseconds = 1_795_766_400_000 + number
    return uuid.UUID(int=milliseconds << 80 | 7 << 76 | random.getrandbits(12) << 64 | 2 << 62 | random.getrandbits(62))


class Log:
    def __init__(self, report, arguments, directory, cluster):
        self.report, self.arguments, self.directory, self.cluster = report, arguments, directory, cluster
        self.url = cluster.url
        self.token, self.since = None, 0

    def measure(self, first):
        count = self.arguments.entries
        self.report.figure("audit.append", f"events taken in, durable and signed, {count} in all",
                           self.taken_in(first + count), "entries/s", at_least=APPEND_MIN)
        becomes_idle(self.cluster.children().values())
        self.sign_in()
        hashes = len(re.findall(r"^[A-Za-z0-9+/]{43}=$", self.text("/api/audit/entries/7/proof").split("\n\n")[0], re.M))
        self.report.figure("audit.hashes", "hashes of a proof", hashes, "", at_most=HASHES_MAX)
        proofs = self.proofs()
        self.report.figure("audit.proof", "a proof by its entry's number, one at a time", proofs["p99"] / 1e3, "p99 ms",
                           at_most=PROOF_MILLISECONDS_MAX)
        if proofs["bad"]:
            self.report.note("proofs: BAD ANSWERS")
        start = time.monotonic()
        answer = call(self.url, "/api/audit/verify", self.token)
        self.report.figure("audit.verify", f"all of {answer['size']} entries verified", time.monotonic() - start, "s",
                           at_most=VERIFY_SECONDS_MAX)
        if not answer["ok"]:
            self.report.note(f"verification: {answer['problems']}")

    def taken_in(self, size):
        """Entries a second, from the first look to the checkpoint that covers them all."""
        begun, start = self.signed(), time.monotonic()
        end = start + INTAKE_SECONDS_MAX
        while time.monotonic() < end:
            signed = self.signed()
            if signed >= size:
                return (signed - begun) / (time.monotonic() - start)
            time.sleep(POLL_SECONDS)
        raise Failure("audit did not take all events in")

    def signed(self):
        if time.monotonic() - self.since > 300 or not self.token:
            self.sign_in()
        return int(self.text("/api/audit/log/checkpoint").split("\n")[1])

    def sign_in(self):
        self.token = call(self.url, "/api/auth/login", body={"email": COMPLIANCE, "password": PASSWORD})["accessToken"]
        self.since = time.monotonic()

    def text(self, path):
        with send(self.url, path, self.token) as answer:
            return answer.read().decode()

    def proofs(self):
        script = os.path.join(self.directory, "proofs.lua")
        with open(script, "w") as file:
            file.write("\n".join(
                ["local paths, n = {}, 0"]
                + [f'paths[#paths + 1] = "/api/audit/entries/{random.randrange(self.arguments.entries)}/proof"'
                   for _ in range(PROOFS)]
                + ["request = function()", "  n = n + 1", "  return wrk.format(nil, paths[(n - 1) % #paths + 1])", "end"]))
        return wrk(self.url, 1, self.arguments.seconds, self.token, script)


def report_tree(report, data):
    with sqlite3.connect(os.path.join(data, "audit", "audit.sqlite")) as database:
        entries = database.execute("SELECT count(*) FROM entry").fetchone()[0]
        try:
            tree = database.execute("SELECT sum(pgsize) FROM dbstat WHERE name = 'node'").fetchone()[0]
        except sqlite3.OperationalError:
            report.note("the tree's size was SKIPPED: this SQLite has no dbstat")
            return
    report.figure("audit.tree", "the tree's hashes on disk", tree / entries, "bytes an entry", at_most=TREE_BYTES_MAX)
