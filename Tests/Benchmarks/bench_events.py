"""Events between two services: from the commit to the effect at a consumer, and catching up after it was away."""
import json
import os
import statistics
import subprocess
import tempfile

PROBE_SECONDS_MAX = 120
RATE = 200


def run(report, arguments):
    probe = os.path.join(arguments.binaries, "events-probe")
    if not os.access(probe, os.X_OK):
        report.note(f"events were not measured: {probe} is missing; make release builds it")
        return
    rounds = [measure(probe, arguments.seconds) for _ in range(arguments.rounds)]

    def median(key):
        return statistics.median(found[key] for found in rounds)

    report.figure("events.p50", f"event committed → applied, {RATE}/s, p50", median("p50Microseconds") / 1000, "ms", at_most=5)
    report.figure("events.p99", f"event committed → applied, {RATE}/s, p99", median("p99Microseconds") / 1000, "ms", at_most=50)
    report.figure("events.catchUp", "events applied while catching up", median("catchUpPerSecond"), "events/s", at_least=5000)
    with_it, away, after = (statistics.median(found["writeP99Microseconds"][place] for found in rounds) / 1000 for place in range(3))
    report.compare("events.outage", f"a write with its event, {RATE}/s, while the consumer is away", away, "p99 ms",
                   "while it follows", with_it, away / with_it)
    report.compare("events.afterOutage", "the same, while it catches up with 100 000 events", after, "p99 ms",
                   "while it follows", with_it, after / with_it)
    report.figure("events.decode", "the same, if reading JSON were all", median("decodePerSecond"), "events/s")


def measure(probe, seconds):
    with tempfile.TemporaryDirectory() as directory:
        command = [probe, "--rate", str(RATE), "--seconds", str(seconds)]
        out = subprocess.run(command, cwd=directory, env={**os.environ, "TMPDIR": directory}, stdout=subprocess.PIPE,
                             text=True, check=True, timeout=seconds + PROBE_SECONDS_MAX).stdout
    return json.loads(out)
