"""Our RPC beside grpc-swift-2 and grpc-go: 128 bytes there and back over one connection, on loopback.

Every round measures each program once, in turn; a figure is the median over the rounds, a ratio the median of the
rounds' ratios.
"""
import contextlib
import json
import os
import socket
import statistics
import subprocess
import time

import bench_build

OURS, SWIFT, GO, FLOOR = "rpc-echo", "grpc-swift-2", "grpc-go", "bare epoll echo in C"
IN_FLIGHT_MANY = 64
START_SECONDS_MAX = 10
CLIENT_SECONDS_MAX = 60
KILL_SECONDS_MAX = 20
SLOW_SHARE = 0.01
# With fewer slow calls among the others it would be another measurement.
SLOW_SHARE_MIN = 0.009
OVERLOAD_FACTOR = 10
OVERLOAD_FACTOR_MIN = 9
# On which threads both ends of grpc-swift-2 work, and the options that say so.
PLACEMENTS = {"its default event loops": [], "one event loop at each end": ["--threads", "1"]}
PLACEMENT_SECONDS = 1


def run(report, arguments):
    if arguments.build:
        bench_build.swift_package()
    commands = {OURS: [bench_build.program("rpc-echo")], SWIFT: better_placed(report, bench_build.program("grpc-echo"))}
    driver = bench_build.go_driver()
    if driver:
        commands[GO] = [driver]
    else:
        report.note(f"grpc-go was not measured; on Debian: apt-get install {bench_build.GO_PACKAGES}")
    with contextlib.ExitStack() as stack:
        ports = {name: stack.enter_context(server(command)) for name, command in commands.items()}
        bare = [bench_build.bare_echo()]
        floor = (bare, stack.enter_context(server(bare)))
        rounds = [measure(commands, ports, floor, arguments.seconds, number) for number in range(arguments.rounds)]
        overload = client(commands[OURS], ports[OURS], IN_FLIGHT_MANY, arguments.overload_seconds,
                          "--overload", OVERLOAD_FACTOR)
    compare(report, rounds, commands)
    report_overload(report, overload)
    report_allocations(report, commands[OURS])


def better_placed(report, program):
    """The command of grpc-swift-2 with the placement that answers more calls."""
    rates = {}
    for placement, options in PLACEMENTS.items():
        command = [program, *options]
        with server(command) as port:
            rates[placement] = client(command, port, IN_FLIGHT_MANY, PLACEMENT_SECONDS)["callsPerSecond"]
    best = max(rates, key=rates.get)
    found = ", ".join(f"{placement} {rate:.0f} calls/s" for placement, rate in rates.items())
    report.note(f"{SWIFT} works on {best}, the better of two in one run of {PLACEMENT_SECONDS} s each: {found}")
    return [program, *PLACEMENTS[best]]


def measure(commands, ports, floor, seconds, number):
    """One round. The order turns, so that what a neighbour leaves behind hits each alike."""
    names = list(commands)
    names = names[number % len(names):] + names[:number % len(names)]
    figures = {(name, in_flight): client(commands[name], ports[name], in_flight, seconds)
               for in_flight in (IN_FLIGHT_MANY, 1) for name in names}
    figures[FLOOR] = client(*floor, 1, seconds)
    # The two differ in nothing but the share, and follow one another; every other round begins with the second.
    for share in (SLOW_SHARE, 0) if number % 2 else (0, SLOW_SHARE):
        figures["slow", share] = client(commands[OURS], ports[OURS], IN_FLIGHT_MANY, seconds, "--slow-share", share)
    check_share(figures["slow", SLOW_SHARE])
    return figures


def check_share(figures):
    slow, ordinary = figures["slowCallsPerSecond"], figures["ordinary"]["callsPerSecond"]
    share = slow / (slow + ordinary)
    if share < SLOW_SHARE_MIN:
        raise SystemExit(f"bench: {share:.2%} of the calls were slow, at least {SLOW_SHARE_MIN:.1%} must be")


def client(command, port, in_flight, seconds, *options):
    arguments = map(str, ("client", port, in_flight, seconds, *options))
    out = subprocess.run([*command, *arguments], stdout=subprocess.PIPE, text=True, check=True,
                         timeout=seconds + CLIENT_SECONDS_MAX).stdout
    return json.loads(out)


@contextlib.contextmanager
def server(command):
    port = free_port()
    process = subprocess.Popen([*command, "server", str(port)])
    try:
        wait_for(port, process)
        yield port
    finally:
        process.kill()
        process.wait(timeout=KILL_SECONDS_MAX)


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def wait_for(port, process):
    end = time.monotonic() + START_SECONDS_MAX
    while time.monotonic() < end and process.poll() is None:
        with contextlib.suppress(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.02)
    raise SystemExit(f"{process.args[0]} did not listen within {START_SECONDS_MAX} s")


def compare(report, rounds, commands):
    aims = {
        (SWIFT, IN_FLIGHT_MANY, "callsPerSecond"): {"at_least": 40},
        (GO, IN_FLIGHT_MANY, "callsPerSecond"): {"at_least": 4},
        (GO, 1, "p50Microseconds"): {"at_most": 0.5},
    }
    units = {"callsPerSecond": "calls/s", "p50Microseconds": "p50 µs", "p99Microseconds": "p99 µs"}
    for in_flight in (IN_FLIGHT_MANY, 1):
        for figure, unit in units.items():
            for peer in (SWIFT, GO):
                if peer in commands:
                    ours, theirs = ([r[name, in_flight][figure] for r in rounds] for name in (OURS, peer))
                    pair(report, f"rpc.{in_flight}.{figure}.{peer}", f"RPC, {in_flight} in flight", unit, peer,
                         ours, theirs, **aims.get((peer, in_flight, figure), {}))
    for name in (OURS, GO):
        if name in commands:
            times, floor = ([r[key]["p50Microseconds"] for r in rounds] for key in ((name, 1), FLOOR))
            pair(report, f"rpc.1.floor.{name}", f"RPC, 1 in flight: {name}", "p50 µs", FLOOR, times, floor)
    slow, plain = ([r["slow", share]["ordinary"]["p50Microseconds"] for r in rounds] for share in (SLOW_SHARE, 0))
    what = f"RPC, {SLOW_SHARE:.0%} of calls take 50 ms"
    pair(report, "rpc.slowShare", what, "p50 µs", "without them", slow, plain, at_most=1.1)
    report.figure("rpc.slowShare.slowCalls", f"{what}: those that do",
                  statistics.median(r["slow", SLOW_SHARE]["slowCallsPerSecond"] for r in rounds), "calls/s")


def pair(report, key, what, unit, reference, ours, theirs, **aim):
    ratio = statistics.median(a / b for a, b in zip(ours, theirs))
    report.compare(key, what, statistics.median(ours), unit, reference, statistics.median(theirs), ratio, **aim)


def report_overload(report, figures):
    what = f"RPC, {OVERLOAD_FACTOR}× overload"
    peak = figures["peakPerSecond"]

    def beside_peak(key, words, rate, **aim):
        report.compare(f"rpc.overload.{key}", f"{what}: {words}", rate, "calls/s", "peak without overload", peak,
                       rate / peak, **aim)

    beside_peak("goodput", "answered in time", figures["goodputPerSecond"], at_least=0.8)
    beside_peak("offered", "offered by the generator", figures["offeredPerSecond"], at_least=OVERLOAD_FACTOR_MIN)
    beside_peak("arrived", "arrived at the server", figures["arrivedPerSecond"])
    beside_peak("executed", "executed by the server", figures["executedPerSecond"])
    report.figure("rpc.overload.expired", f"{what}: executed after their deadline",
                  figures["executedAfterDeadline"], "calls", at_most=0)
    report.figure("rpc.overload.expiredByCaller", f"{what}: the same by the caller's clock",
                  figures["executedAfterCallersDeadline"], "calls")
    report.figure("rpc.overload.recovery", f"{what}: p50 is back within 1.2×", figures.get("recoverySeconds"), "s",
                  at_most=1)
    report.note(
        f"overload: {figures['connections']} connections, a deadline of {figures['deadlineMilliseconds']} ms, "
        f"{figures['burnMicroseconds']} µs of CPU for each call; what was offered and did not arrive was refused by "
        "the client, which lets only so many calls wait on one connection")
    if figures["unsentPerSecond"] > 0:
        report.note(f"overload: the generator, on the same cores, left out {figures['unsentPerSecond']:.0f} calls/s "
                    "that it had no time or room for; they are not among the offered ones")


def report_allocations(report, command):
    environment = {**os.environ, "LD_PRELOAD": bench_build.shim("count-allocations")}
    lines = subprocess.run([*command, "allocations"], stdout=subprocess.PIPE, text=True, check=True, env=environment,
                           timeout=CLIENT_SECONDS_MAX).stdout
    for row in json.loads(lines):
        report.figure(f"rpc.allocations.{row['inFlight']}", f"RPC, {row['inFlight']} in flight: both ends",
                      row["allocationsPerCall"], "allocations/call")
