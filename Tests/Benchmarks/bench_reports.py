"""The reports over a large book with a long history, for who sees all: 1 000 000 deals of five years and five moves of each.

Nobody has such a book lying about, and the calls date what they write today. So the rows of deals, their moves and their
changes are written into the file of a service that is not running, from before there were summaries, and the service is
started again: its migrations fill the summaries from the history, as with a file of an earlier release.
"""
import datetime
import os
import random
import re
import shutil
import sqlite3
import sys
import tempfile
import time

import bench_build
from bench_load import becomes_idle, call, wrk

sys.path.append(os.path.join(bench_build.ROOT, "Tests", "Crash"))
import cluster as crash  # noqa: E402

P99_MILLISECONDS_MAX = 300
# `ibpipeline up` waits so long for a service that fills its summaries.
SETTINGS = {f"IBP_RATE_{name}": "1000000/s:1000000" for name in ("ADDRESS", "USER", "WRITE", "HEAVY")}
FILLED_SECONDS_MAX, DAYS, LEADS, DAY_MS = 3600, 5 * 365, 300, 86_400_000
SUMMARIES = ("deal_state", "report_fact", "fee_forecast", "fee_forecast_change", "fee_forecast_tally", "stage_hold",
             "workload_deals", "workload_tasks")
INDEXES = ("deal_stage_age", "deal_announced", "deal_closed", "stage_transition_overridden", "team_member_gone")
STAGES = {
    "sell_side_ma": [("origination", 5), ("pitch", 10), ("mandated", 30), ("preparation", 40), ("marketing", 45), ("round_1", 50),
                     ("closed", 100)],
    "dcm_ig": [("origination", 5), ("pitch_rfp", 20), ("mandated", 60), ("documentation_ratings", 70), ("bookbuilding", 85),
               ("priced", 95), ("settled", 100)],
    "levfin": [("origination", 5), ("proposal", 15), ("commitment_signed", 50), ("ratings_docs", 60), ("syndication", 75),
               ("allocated", 90), ("funded", 100)],
}
CURRENCIES = ("USD", "EUR", "GBP", "CHF", "SEK")
REASONS = ("competitor", "price", "terms", "financing", "market", "client", "other")
RIVALS = [f"Bank {number}" for number in range(12)]
REPORTS = ("pipeline", "funnel", "movement", "time-in-stage", "win-loss", "win-loss?groupBy=lead", "forecast", "workload", "league",
           "stale", "overrides")
ROLES = {"compliance": "control@firm.example", "management": "above@firm.example"}


def run(report, arguments):
    if not shutil.which("wrk") or not os.access(os.path.join(arguments.binaries, "ibpipeline"), os.X_OK):
        report.note("reports were SKIPPED: they want wrk and the release build")
        return
    with tempfile.TemporaryDirectory() as directory:
        try:
            measure(report, arguments, os.path.join(directory, "data"))
        except crash.Failure as failure:
            sys.exit(f"bench: {failure}")


def measure(report, arguments, data):
    with crash.running_cluster(arguments.binaries, data, SETTINGS) as cluster:
        for role, email in ROLES.items():
            administrator = token(cluster.url, crash.EMAIL)
            invited = call(cluster.url, "/api/admin/invitations", administrator, {"email": email, "name": role, "role": role})
            call(cluster.url, "/api/auth/invitations/accept", body={"token": invited["token"], "password": crash.PASSWORD})
    path = os.path.join(data, "deals", "deals.sqlite")
    fill(path, arguments.book)
    start = time.monotonic()
    crash.START_SECONDS_MAX = FILLED_SECONDS_MAX
    with crash.running_cluster(arguments.binaries, data, SETTINGS) as cluster:
        report.figure("reports.fill", f"summaries filled from the history of {arguments.book} deals", time.monotonic() - start, "s")
        report.figure("reports.file", "deals.sqlite", os.path.getsize(path) / 2**20, "MiB")
        becomes_idle(cluster.children().values())
        for role, email in ROLES.items():
            for name in REPORTS:
                ask(report, arguments, cluster.url, role, email, name)


def ask(report, arguments, url, role, email, name):
    if role == "management" and ("?" in name or name == "overrides"):
        return
    bearer = token(url, email)
    answer = call(url, f"/api/reports/{name}", bearer)
    found = wrk(f"{url}/api/reports/{name}", 1, max(arguments.seconds, 5), bearer)
    report.figure(f"reports.{role}.{name}", f"{name} for {role}, {len(answer['rows'])} rows, p99", found["p99"] / 1e3, "ms",
                  at_most=P99_MILLISECONDS_MAX)
    if found["bad"]:
        report.note(f"{name} for {role}: BAD ANSWERS")


def token(url, email):
    return call(url, "/api/auth/login", body={"email": email, "password": crash.PASSWORD})["accessToken"]


# MARK: the book

def fill(path, deals):
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA synchronous = OFF")
    db.execute("PRAGMA cache_size = -500000")
    before_summaries(db)
    chance = random.Random(7)
    today = int(time.time()) * 1000 // DAY_MS
    leads = [chance.randbytes(16) for _ in range(LEADS)]
    step = 20_000
    db.execute("BEGIN")
    for first in range(0, deals, step):
        rows = [deal(number, chance, today, leads) for number in range(first, min(first + step, deals))]
        for table in ("deal", "team_member", "deal_version", "deal_change", "stage_transition"):
            inserted = [row for one in rows for row in one[table]]
            columns = ", ".join(inserted[0])
            places = ", ".join("?" * len(inserted[0]))
            db.executemany(f"INSERT INTO {table} ({columns}) VALUES ({places})", [tuple(row.values()) for row in inserted])
    db.execute("COMMIT")
    db.execute("ANALYZE")
    db.close()


def before_summaries(db):
    """Takes the file back to before the migrations that make summaries."""
    # The tables of others must not be looked at for what their triggers name, while those go.
    db.execute("PRAGMA legacy_alter_table = ON")
    about = re.compile(r"\b(" + "|".join(SUMMARIES) + r")\b")
    objects = db.execute("SELECT type, name, tbl_name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    for kind, name, table, sql in objects:
        if kind == "trigger" and (table in SUMMARIES or about.search(sql)):
            db.execute(f"DROP TRIGGER {name}")
    for name in INDEXES:
        db.execute(f"DROP INDEX {name}")
    for name in reversed(SUMMARIES):
        db.execute(f"DROP TABLE {name}")
    db.execute("DELETE FROM grdb_migrations WHERE identifier IN ('deals 22 reports', 'deals 23 forecast')")


def deal(number, chance, today, leads):
    """The rows of one deal by table: created, then five moves, the last of which ends it or leaves it where it is."""
    kind = chance.choice(list(STAGES))
    stages, lead = STAGES[kind], chance.choice(leads)
    id = number.to_bytes(8, "big") + chance.randbytes(8)
    created = today - chance.randrange(40, DAYS)
    days = sorted(chance.randrange(created, today + 1) for _ in range(5))
    outcome = chance.choices(("active", "won", "lost"), (2, 3, 3))[0]
    value, currency = chance.randrange(10, 5000) * 100_000_000, chance.choice(CURRENCIES)
    out = {"deal": [], "deal_version": [], "deal_change": [], "stage_transition": [], "team_member": []}
    version(out, id, 1, created, lead, "deal.created")
    place, status = 0, "active"
    for move, day in enumerate(days, 2):
        before = (place, status)
        if move == 6 and outcome != "active":
            status = outcome
            place = len(stages) - 1 if outcome == "won" else place
        else:
            place += 1
        version(out, id, move, day, lead, "deal.stage.changed")
        for field, old, new in (("stage", stages[before[0]][0], stages[place][0]), ("status", before[1], status)):
            if old != new:
                out["deal_change"].append({"deal_id": id, "version": move, "field": field, "before": f'"{old}"',
                                           "after": f'"{new}"'})
        if before[0] != place:
            out["deal_change"].append({"deal_id": id, "version": move, "field": "probability", "before": str(stages[before[0]][1]),
                                       "after": str(stages[place][1])})
        lost = status == "lost"
        reason = chance.choice(REASONS) if lost else None
        rival = chance.choice(RIVALS) if reason == "competitor" else None
        out["stage_transition"].append({
            "id": chance.randbytes(16), "deal_id": id, "from_stage": stages[before[0]][0], "to_stage": stages[place][0],
            "from_status": before[1], "to_status": status, "direction": "end" if status != "active" else "forward",
            "reason": "It ended" if status != "active" else None, "effective_on": text(day), "days_in_from": 1, "by_user_id": lead,
            "at_ms": day * DAY_MS + 1, "reason_code": reason, "lost_to": rival})
    ended = status != "active"
    name = f"Deal {number}"
    out["deal"].append({
        "id": id, "number": f"D-2026-{number + 1:04}", "number_order": 2026 * 10**9 + number + 1, "code_name": name,
        "code_key": name.lower(), "search_key": name.lower(), "type": kind, "stage": stages[place][0], "status": status,
        "client_name": f"Client {number % 5000}", "sector": f"Sector {number % 10}", "country": ("DE", "FR", "GB", "US")[number % 4],
        "value_minor": value, "value_currency": currency, "probability": 0 if status == "lost" else stages[place][1],
        "probability_source": "stage", "confidentiality": "secret" if number % 50 == 0 else "confidential",
        "conflict_status": "cleared", "lead_user_id": lead, "originated_on": text(created),
        "expected_close_on": None if ended else text(today + chance.randrange(300)), "closed_on": text(days[-1]) if ended else None,
        "announced_on": text(days[-2]) if status == "won" else None,
        "outcome_reason": "It ended" if status == "lost" else None, "lost_to": rival, "stage_entered_on": text(days[-1]),
        "version": 6, "created_ms": created * DAY_MS, "updated_ms": days[-1] * DAY_MS + 1})
    out["team_member"].append({
        "id": chance.randbytes(16), "deal_id": id, "user_id": lead, "name": "Lead", "role": "lead", "access": "manage",
        "reason": "leads", "added_by": lead, "added_ms": created * DAY_MS, "deal_updated_ms": days[-1] * DAY_MS + 1})
    return out


def version(out, id, number, day, by, event):
    out["deal_version"].append({"deal_id": id, "version": number, "at_ms": day * DAY_MS + (number > 1), "by_user_id": by,
                                "event_type": event})


def text(day):
    return str(datetime.date(1970, 1, 1) + datetime.timedelta(days=day))
