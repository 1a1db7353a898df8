"""The whole cluster over loopback, in release: HTTP to SQLite and back.

Starts `ibpipeline up` in a temporary directory with the rate limits out of the way, opens deals through the API, and
lets wrk (Debian package) ask over 64 connections and over one. Beside it in every round: a Go stack that does the same,
a bare chain of processes that does nothing else, and the gateway's answer from its own memory
(/.well-known/jwks.json), which costs the HTTP front, routing and an address budget, but no token, no call and no SQLite.
"""
import os
import shutil
import statistics
import sys
import tempfile

import bench_build
import bench_idle
from bench_cluster import (CASES, LIST, MEMORY, NEW_TOKENS, ONE_DEAL, ONE_DEAL_ALONE, OPEN, OURS, REFUSALS, SETTINGS,
                           ClusterLoad)
from bench_references import BARE, GO

sys.path.append(os.path.join(bench_build.ROOT, "Tests", "Crash"))
from cluster import EMAIL, PASSWORD, Failure, running_cluster  # noqa: E402

AIMS = {
    (ONE_DEAL, BARE, "rate"): {"at_least": 0.8},
    (ONE_DEAL, GO, "rate"): {"at_least": 3.5},
    (ONE_DEAL_ALONE, GO, "p50"): {"at_most": 0.35},
    (LIST, GO, "rate"): {"at_least": 3},
    (OPEN, GO, "rate"): {"at_least": 3},
}
NEW_TOKENS_PER_CORE_MIN = 2500
UNITS = {"rate": "requests/s", "p50": "p50 µs"}


def run(report, arguments):
    if not shutil.which("wrk"):
        report.note("the cluster was SKIPPED: wrk is missing; on Debian: apt-get install wrk")
        return
    if not os.access(os.path.join(arguments.binaries, "ibpipeline"), os.X_OK):
        report.note(f"the cluster was SKIPPED: {arguments.binaries} holds no ibpipeline; make release builds it")
        return
    bench_idle.raise_file_limit()
    with tempfile.TemporaryDirectory() as directory:
        try:
            with running_cluster(arguments.binaries, os.path.join(directory, "data"), SETTINGS) as cluster:
                load = ClusterLoad(report, arguments, directory, cluster, EMAIL, PASSWORD)
                load.run()
        except Failure as failure:
            sys.exit(f"bench: {failure}")
    fill(report, load.results)


def fill(report, results):
    for case in CASES:
        ours = results[case.name, OURS]
        references = {peer: results[case.name, peer] for peer in (BARE, GO) if (case.name, peer) in results}
        references[MEMORY] = results[str(case.connections), MEMORY]
        for peer, theirs in references.items():
            for figure in UNITS:
                key = f"http.{case.name}.{figure}" + ("" if peer == MEMORY else f".{peer}")
                compare(report, key, case.name, figure, ours, peer, theirs, AIMS.get((case.name, peer, figure), {}))
        report.figure(f"http.{case.name}.p99", case.name, median(ours, "p99"), "p99 µs")
    for name in REFUSALS:
        compare(report, f"http.{name}.rate", f"refused: {name}", "rate", results[name, OURS], "serving one deal",
                results[ONE_DEAL, OURS], {"at_least": 1})
    fill_new_tokens(report, results[NEW_TOKENS, OURS])
    check(report, results)


def compare(report, key, what, figure, ours, peer, theirs, aim):
    ratio = statistics.median(a[figure] / b[figure] for a, b in zip(ours, theirs))
    report.compare(key, what, median(ours, figure), UNITS[figure], peer, median(theirs, figure), ratio, **aim)


def median(rounds, figure):
    return statistics.median(result[figure] for result in rounds)


def fill_new_tokens(report, rounds):
    cores = os.cpu_count()
    rate = statistics.median(result["tokens"] or result["rate"] for result in rounds)
    report.figure("http.newTokens.rate", NEW_TOKENS, rate / cores, "requests/s/core", at_least=NEW_TOKENS_PER_CORE_MIN)
    report.note(f"{NEW_TOKENS}: over all {cores} cores of the machine, those that the load generator and the other "
                "services keep busy included")


def check(report, results):
    """That what was counted was what was meant."""
    for (name, whose), rounds in results.items():
        requests, bad = (sum(result[count] for result in rounds) for count in ("requests", "bad"))
        if name in REFUSALS and bad < requests:
            report.note(f"{name}: {requests - bad} of {requests} WERE NOT REFUSED")
        if name not in REFUSALS and bad:
            report.note(f"{name}, {whose}: {bad} BAD ANSWERS of {requests}")
        if any(result["cut"] for result in rounds):
            report.note(f"{name}, {whose}: CONNECTIONS BROKE or timed out")
