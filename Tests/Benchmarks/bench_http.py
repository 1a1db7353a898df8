"""The whole cluster over loopback, in release.

Starts `ibpipeline up` in a temporary directory with the rate limits out of the way, opens deals through the API, and
lets wrk (Debian package) ask over 64 connections and over one. The reference stands in the same run: the gateway's
answer from its own memory (/.well-known/jwks.json), which costs the HTTP front, routing and an address budget, but no
token, no call and no SQLite.
"""
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import urllib.request

import bench_build

sys.path.append(os.path.join(bench_build.ROOT, "Tests", "Crash"))
from cluster import EMAIL, PASSWORD, Failure, running_cluster  # noqa: E402

BANKER = "bench@firm.example"
WRK_SECONDS_MAX = 60


def call(url, path, token=None, body=None):
    headers = {"Content-Type": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    data = json.dumps(body).encode() if body is not None else None
    with urllib.request.urlopen(urllib.request.Request(url + path, data=data, headers=headers), timeout=20) as answer:
        return json.load(answer)


def sign_in(url, email):
    return call(url, "/api/auth/login", body={"email": email, "password": PASSWORD})["accessToken"]


def wrk(url, connections, seconds, token=None, script=None):
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency"]
    if token:
        command += ["-H", f"Authorization: Bearer {token}"]
    if script:
        command += ["-s", script]
    out = subprocess.run(command + [url], capture_output=True, text=True, check=True,
                         timeout=seconds + WRK_SECONDS_MAX).stdout
    micro = {"us": 1, "ms": 1e3, "s": 1e6}
    p50, p99 = (re.search(rf"{p}%\s+([\d.]+)(us|ms|s)", out) for p in (50, 99))
    bad = re.search(r"Non-2xx or 3xx responses: (\d+)", out)
    return {
        "rate": float(re.search(r"Requests/sec:\s+([\d.]+)", out).group(1)),
        "p50": float(p50.group(1)) * micro[p50.group(2)],
        "p99": float(p99.group(1)) * micro[p99.group(2)],
        "bad": int(bad.group(1)) if bad else 0,
    }


def create_script(directory):
    path = os.path.join(directory, "create.lua")
    with open(path, "w") as file:
        file.write(
            'wrk.method = "POST"\nwrk.headers["Content-Type"] = "application/json"\n'
            "local n, run = 0, tostring(os.time()) .. math.random(1e9)\n"
            "request = function()\n  n = n + 1\n"
            '  return wrk.format(nil, nil, nil, \'{"codeName":"Project \' .. run .. "-" .. n ..\n'
            '    \'","type":"levfin","clientName":"Ambleside Mills"}\')\nend\n')
    return path


def cases(url, token, deal, script):
    return {
        "reference, 64 connections": (f"{url}/.well-known/jwks.json", 64, None, None),
        "one deal, 64 connections": (f"{url}/api/deals/{deal}", 64, token, None),
        "list of 50, 64 connections": (f"{url}/api/deals?limit=50", 64, token, None),
        "open a deal, 64 connections": (f"{url}/api/deals", 64, token, script),
        "reference, 1 connection": (f"{url}/.well-known/jwks.json", 1, None, None),
        "one deal, 1 connection": (f"{url}/api/deals/{deal}", 1, token, None),
    }


def run(report, arguments):
    if not shutil.which("wrk"):
        report.note("the cluster was not measured: wrk is missing; on Debian: apt-get install wrk")
        return
    if not os.access(os.path.join(arguments.binaries, "ibpipeline"), os.X_OK):
        report.note(f"the cluster was not measured: {arguments.binaries} holds no ibpipeline; make release builds it")
        return
    with tempfile.TemporaryDirectory() as directory:
        try:
            with running_cluster(arguments.binaries, os.path.join(directory, "data")) as cluster:
                runs = measure(cluster.url, create_script(directory), arguments)
        except Failure as failure:
            sys.exit(f"bench: {failure}")
    fill(report, runs)


def measure(url, script, arguments):
    """{case: one result of wrk for each round}"""
    banker = {"email": BANKER, "name": "Bea", "role": "banker", "password": PASSWORD}
    call(url, "/api/admin/users", sign_in(url, EMAIL), banker)
    token = sign_in(url, BANKER)
    for number in range(arguments.deals):
        body = {"codeName": f"Project Heron {number}", "type": "levfin", "clientName": "Ambleside Mills"}
        deal = call(url, "/api/deals", token, body)["id"]
    runs = {}
    for _ in range(arguments.rounds):
        for name, (target, connections, bearer, script_of_case) in cases(url, token, deal, script).items():
            result = wrk(target, connections, arguments.seconds, bearer, script_of_case)
            runs.setdefault(name, []).append(result)
    return runs


def fill(report, runs):
    """p50 and rate of each case beside the reference of the same round."""
    for name, rounds in runs.items():
        reference = f"reference, {name.split(', ')[1]}"
        if name == reference:
            continue
        for figure, unit in (("rate", "requests/s"), ("p50", "p50 µs")):
            ours, theirs = ([r[figure] for r in runs[case]] for case in (name, reference))
            report.compare(f"http.{name}.{figure}", name, statistics.median(ours), unit, "from memory",
                           statistics.median(theirs), statistics.median(a / b for a, b in zip(ours, theirs)))
        report.figure(f"http.{name}.p99", name, statistics.median(r["p99"] for r in rounds), "p99 µs")
        bad = sum(r["bad"] for r in rounds)
        if bad:
            report.note(f"{name}: {bad} BAD ANSWERS")
