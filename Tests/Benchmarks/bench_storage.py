"""Durable commits: what many writers that share transactions gain over one, when a sync takes a millisecond more."""
import json
import os
import statistics
import subprocess
import tempfile

import bench_build

WRITERS_MANY = 64
FDATASYNC_MICROSECONDS = 1000
PROBE_SECONDS_MAX = 60


def run(report, arguments):
    probe = os.path.join(arguments.binaries, "storage-probe")
    if not os.access(probe, os.X_OK):
        report.note(f"storage was not measured: {probe} is missing; make release builds it")
        return
    shim = bench_build.shim("slow-fdatasync")
    rounds = [[commits(probe, writers, arguments.seconds, shim) for writers in (WRITERS_MANY, 1)]
              for _ in range(arguments.rounds)]
    many, one = zip(*rounds)
    report.compare("storage.groupCommit",
                   f"durable commits, {WRITERS_MANY} writers, fdatasync + {FDATASYNC_MICROSECONDS} µs",
                   statistics.median(many), "commits/s", "one writer", statistics.median(one),
                   statistics.median(a / b for a, b in zip(many, one)), at_least=20)


def commits(probe, writers, seconds, shim):
    """Commits per second of a probe that works in a directory of its own."""
    with tempfile.TemporaryDirectory() as directory:
        environment = {**os.environ, "LD_PRELOAD": shim, "TMPDIR": directory,
                       "IBP_FDATASYNC_MICROSECONDS": str(FDATASYNC_MICROSECONDS)}
        command = [probe, "commit", "--writers", str(writers), "--seconds", str(seconds)]
        out = subprocess.run(command, cwd=directory, env=environment, stdout=subprocess.PIPE, text=True, check=True,
                             timeout=seconds + PROBE_SECONDS_MAX).stdout
    return json.loads(out)["commitsPerSecond"]
