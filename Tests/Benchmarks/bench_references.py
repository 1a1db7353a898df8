"""The references for the whole cluster: a Go stack and the bare chain, each filled with deals like ours."""
import contextlib
import dataclasses
import json
import os
import sqlite3
import subprocess

import bench_build
from bench_load import call
from bench_rpc import KILL_SECONDS_MAX, free_port, wait_for

GO, BARE = "Go stack", "bare chain in C"
TOKEN_SECONDS_MAX = 60


@dataclasses.dataclass
class Target:
    """Where the load goes. The bare chain wants no token."""
    url: str
    deal: str
    token: str | None = None


@contextlib.contextmanager
def listening(program, role, *arguments):
    port = free_port()
    process = subprocess.Popen([program, role, str(port), *map(str, arguments)])
    try:
        wait_for(port, process)
        yield port
    finally:
        process.kill()
        process.wait(timeout=KILL_SECONDS_MAX)


@contextlib.contextmanager
def go_stack(program, directory, bodies):
    token = subprocess.run([program, "token", directory], stdout=subprocess.PIPE, text=True, check=True,
                           timeout=TOKEN_SECONDS_MAX).stdout.strip()
    with listening(program, "deals", os.path.join(directory, "go.sqlite")) as deals, \
            listening(program, "gateway", deals, directory) as gateway:
        url = f"http://127.0.0.1:{gateway}"
        for body in bodies:
            deal = call(url, "/api/deals", token, body)["id"]
        yield Target(url, deal, token)


@contextlib.contextmanager
def bare_chain(program, directory, deals):
    """- deals: as our API answers them."""
    path = os.path.join(directory, "bare.sqlite")
    fill(path, deals)
    with listening(program, "service", path) as service, listening(program, "gateway", service) as gateway:
        yield Target(f"http://127.0.0.1:{gateway}", deals[-1]["id"])


def fill(path, deals):
    """One column for each field, so that the answer is as long as ours."""
    rows = [flat(deal) for deal in deals]
    columns = list(rows[0])
    with contextlib.closing(sqlite3.connect(path)) as database, database:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute(f"CREATE TABLE deal ({', '.join(map(quoted, columns))}, PRIMARY KEY (id)) WITHOUT ROWID")
        database.executemany(f"INSERT INTO deal VALUES ({', '.join('?' * len(columns))})",
                             [[row.get(column) for column in columns] for row in rows])


def flat(deal):
    fields = {}
    for name, value in deal.items():
        if isinstance(value, dict):
            fields.update({f"{name}.{inner}": field for inner, field in value.items()})
        else:
            fields[name] = json.dumps(value) if isinstance(value, list) else value
    return fields


def quoted(name):
    return '"' + name.replace('"', '""') + '"'


@contextlib.contextmanager
def started(report, directory, bodies, deals):
    """{reference: Target} of those that can be built here."""
    targets = {}
    with contextlib.ExitStack() as stack:
        program = bench_build.go_stack()
        if program:
            targets[GO] = stack.enter_context(go_stack(program, directory, bodies))
        else:
            report.note(f"the Go stack was SKIPPED; on Debian: apt-get install {bench_build.GO_STACK_PACKAGES}")
        program = bench_build.bare_chain()
        if program:
            targets[BARE] = stack.enter_context(bare_chain(program, directory, deals))
        else:
            report.note(f"the bare chain was SKIPPED; on Debian: apt-get install {bench_build.BARE_CHAIN_PACKAGES}")
        yield targets
