"""Sign-in, refresh and the end of a session, in the whole cluster over loopback, in release.

What a sign-in costs beside the hash alone (Python's hashlib on this machine), what 200 sign-ins at once do to somebody who
reads a deal, how many refresh tokens are exchanged in a second, and how long an ended session is still let in.
"""
import concurrent.futures
import contextlib
import hashlib
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error

import bench_build
from bench_load import call, send, status, wrk

sys.path.append(os.path.join(bench_build.ROOT, "Tests", "Crash"))
from cluster import EMAIL, PASSWORD, Failure, running_cluster  # noqa: E402

BANKER = "bench@firm.example"
DEAL = {"codeName": "Project Heron", "type": "levfin", "clientName": "Ambleside Mills"}
SIGN_INS, BURST, SESSIONS, REFRESHERS, ENDINGS = 20, 200, 32, 16, 50
# Takes the token of a session that is not under way, and puts back what it gets for it.
REFRESH_LUA = """
local free = {}
for line in io.lines("@") do free[#free + 1] = line end
wrk.method, wrk.headers["Content-Type"] = "POST", "application/json"
request = function()
  return wrk.format(nil, nil, nil, '{"refreshToken":"' .. table.remove(free, 1) .. '"}')
end
response = function(status, headers, body)
  free[#free + 1] = string.match(body, '"refreshToken":"([^"]+)"')
end
"""


def run(report, arguments):
    if not shutil.which("wrk") or not os.access(os.path.join(arguments.binaries, "ibpipeline"), os.X_OK):
        report.note("sign-in was SKIPPED: it wants wrk and the release build")
        return
    with tempfile.TemporaryDirectory() as directory:
        try:
            with running_cluster(arguments.binaries, os.path.join(directory, "data")) as cluster:
                measure(report, arguments, directory, cluster)
        except Failure as failure:
            sys.exit(f"bench: {failure}")


def measure(report, arguments, directory, cluster):
    url = cluster.url
    administrator = sign_in(url, EMAIL)["accessToken"]
    invited = call(url, "/api/admin/invitations", administrator, {"email": BANKER, "name": "Bea", "role": "banker"})
    call(url, "/api/auth/invitations/accept", body={"token": invited["token"], "password": PASSWORD})
    deal = call(url, "/api/deals", sign_in(url, BANKER)["accessToken"], DEAL)["id"]
    show_cost(report, url)
    show_burst(report, arguments, f"{url}/api/deals/{deal}", url)
    show_refresh(report, arguments, directory, url)
    show_endings(report, url)
    # Last, for it moves the processes.
    show_burst_apart(report, arguments, f"{url}/api/deals/{deal}", cluster)


def sign_in(url, email):
    return call(url, "/api/auth/login", body={"email": email, "password": PASSWORD})


def seconds(work):
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def show_cost(report, url):
    pairs = [(seconds(lambda: sign_in(url, BANKER)) * 1e3, seconds(scrypt) * 1e3) for _ in range(SIGN_INS)]
    ours, theirs = zip(*pairs)
    report.compare("auth.signIn.p50", "sign-in, one at a time", statistics.median(ours), "p50 ms",
                   "hashlib.scrypt", statistics.median(theirs), statistics.median(a / b for a, b in pairs))


def scrypt():
    hashlib.scrypt(PASSWORD.encode(), salt=bytes(16), n=2 ** 17, r=8, p=1, maxmem=2 ** 28, dklen=32)


def show_burst(report, arguments, path, url):
    """Somebody reads a deal over one connection, alone and while all the others sign in. Beside it what the kernel makes of
    any two that compute, of the class that it runs only when nobody else wants the core: where that moves the p99 as far,
    no priority of ours can move it less."""
    with_burst, alone, ratio, turned_away = measure_burst(arguments, path, url)
    report.compare("auth.burst.p99", f"one deal while {BURST} sign in", with_burst, "p99 µs", "alone", alone, ratio,
                   at_most=1.2)
    report.note(f"of {BURST} sign-ins at once {turned_away} were told to come again (503)")
    pairs = []
    for _ in range(arguments.rounds):
        token = sign_in(url, BANKER)["accessToken"]
        before = wrk(path, 1, arguments.seconds, token)["p99"]
        with idle_class_loops(2):
            pairs.append((wrk(path, 1, arguments.seconds, token)["p99"], before))
    loops, alone, ratio = medians(pairs)
    report.compare("auth.burst.control.p99", "one deal while two SCHED_IDLE loops run", loops, "p99 µs", "alone", alone,
                   ratio)


def show_burst_apart(report, arguments, path, cluster):
    """The same where auth has a core of its own, as a container with a cpuset has, and the rest another."""
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) < 2:
        return report.note("the burst with auth on a core of its own was SKIPPED: it wants two cores")
    for name, pid in cluster.children().items():
        move(pid, cores[1] if name == "auth" else cores[0])
    with_burst, alone, ratio, _ = measure_burst(arguments, path, cluster.url, cores)
    report.compare("auth.burst.apart.p99", f"one deal while {BURST} sign in, auth on its own core", with_burst, "p99 µs",
                   "alone", alone, ratio)


def measure_burst(arguments, path, url, cores=None):
    """(p99 in the burst, p99 alone, the ratio, how many were turned away), medians of pairs. With `cores`, whoever reads
    runs on the first and whoever signs in on the second."""
    pairs, turned_away = [], 0
    for _ in range(arguments.rounds):
        token = sign_in_when_free(url)["accessToken"]
        with on(cores and cores[0]):
            alone = wrk(path, 1, arguments.seconds, token)["p99"]
        with concurrent.futures.ThreadPoolExecutor(BURST) as pool:
            with on(cores and cores[1]):
                burst = [pool.submit(try_sign_in, url) for _ in range(BURST)]
            with on(cores and cores[0]):
                pairs.append((wrk(path, 1, arguments.seconds, token)["p99"], alone))
            turned_away = sum(not attempt.result() for attempt in burst)
    return *medians(pairs), turned_away


def medians(pairs):
    ours, theirs = zip(*pairs)
    return statistics.median(ours), statistics.median(theirs), statistics.median(a / b for a, b in pairs)


@contextlib.contextmanager
def idle_class_loops(count):
    loop = "import os\nos.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))\nwhile True: pass"
    loops = [subprocess.Popen([sys.executable, "-c", loop]) for _ in range(count)]
    try:
        time.sleep(0.2)
        yield
    finally:
        for process in loops:
            process.kill()
            process.wait()


@contextlib.contextmanager
def on(core):
    """What this thread starts, threads and programs, runs on that core; anywhere when it is None."""
    before = os.sched_getaffinity(0)
    if core is not None:
        os.sched_setaffinity(0, [core])
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def move(pid, core):
    for thread in os.listdir(f"/proc/{pid}/task"):
        os.sched_setaffinity(int(thread), [core])


def sign_in_when_free(url):
    end = time.monotonic() + 60
    while True:
        try:
            return sign_in(url, BANKER)
        except urllib.error.HTTPError as refusal:
            refusal.close()
            if refusal.code != 503 or time.monotonic() > end:
                raise
        time.sleep(0.5)


def try_sign_in(url):
    try:
        sign_in(url, BANKER)
        return True
    except urllib.error.HTTPError as refusal:
        refusal.close()
        return False


def show_refresh(report, arguments, directory, url):
    listed, script = os.path.join(directory, "refresh.txt"), os.path.join(directory, "refresh.lua")
    rates, bad = [], 0
    for _ in range(arguments.rounds):
        with open(listed, "w") as file:
            file.writelines(sign_in(url, BANKER)["refreshToken"] + "\n" for _ in range(SESSIONS))
        with open(script, "w") as file:
            file.write(REFRESH_LUA.replace("@", listed))
        result = wrk(f"{url}/api/auth/refresh", REFRESHERS, arguments.seconds, script=script)
        rates.append(result["rate"])
        bad += result["bad"]
    report.figure("auth.refresh.rate", f"refreshes, {REFRESHERS} connections", statistics.median(rates), "requests/s",
                  at_least=2000)
    if bad:
        report.note(f"refreshes: {bad} BAD ANSWERS")


def show_endings(report, url):
    """From the answer to the sign-out until the gateway refuses the token."""
    times = []
    for _ in range(ENDINGS):
        token = sign_in(url, BANKER)["accessToken"]
        send(url, "/api/auth/logout", token, {}).close()
        start = time.perf_counter()
        while status(url, "/api/users/me", token) != 401:
            pass
        times.append((time.perf_counter() - start) * 1e3)
    report.figure("auth.revocation.p99", f"an ended session is refused, worst of {ENDINGS}", max(times), "ms",
                  at_most=1000)
