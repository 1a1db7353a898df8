"""Single requests, runs of wrk, the scripts for them, and the wait in between."""
import json
import os
import re
import subprocess
import time
import urllib.error
import urllib.request

WRK_SECONDS_MAX = 60
TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
IDLE_SHARE = 0.1
IDLE_PROBE_SECONDS = 0.3
IDLE_SECONDS_MAX = 60
# wrk asks for the first request to look at it, before the clock may start. 1 is CLOCK_MONOTONIC.
TOKENS_LUA = """
local ffi = require("ffi")
ffi.cdef("typedef struct { long seconds, nanoseconds; } moment; int clock_gettime(int clock, moment *now);")
local moment, threads, tokens, n, started = ffi.new("moment"), {}, {}, 0, 0
for line in io.lines("@") do tokens[#tokens + 1] = line end
local function now()
  ffi.C.clock_gettime(1, moment)
  return tonumber(moment.seconds) + tonumber(moment.nanoseconds) / 1e9
end
rate = 0
setup = function(thread) threads[#threads + 1] = thread end
request = function()
  if n == 1 then started = now() end
  if n == #tokens then rate = (n - 1) / (now() - started) end
  n = n + 1
  wrk.headers["Authorization"] = "Bearer " .. tokens[(n - 1) % #tokens + 1]
  return wrk.format()
end
done = function() io.write(string.format("Tokens/sec: %f\\n", threads[1]:get("rate"))) end
"""


def call(url, path, token=None, body=None):
    with send(url, path, token, body) as answer:
        return json.load(answer)


def send(url, path, token=None, body=None):
    headers = {"Content-Type": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    data = json.dumps(body).encode() if body is not None else None
    return urllib.request.urlopen(urllib.request.Request(url + path, data=data, headers=headers), timeout=20)


def status(url, path, token=None):
    try:
        with send(url, path, token) as answer:
            return answer.status
    except urllib.error.HTTPError as refusal:
        refusal.close()
        return refusal.code


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
    tokens = re.search(r"Tokens/sec: ([\d.]+)", out)
    return {
        "rate": float(re.search(r"Requests/sec:\s+([\d.]+)", out).group(1)),
        "p50": float(p50.group(1)) * micro[p50.group(2)],
        "p99": float(p99.group(1)) * micro[p99.group(2)],
        "requests": int(re.search(r"(\d+) requests in", out).group(1)),
        "bad": int(bad.group(1)) if bad else 0,
        # Of a script that shows one after the other; 0 when its time was over before its tokens were.
        "tokens": float(tokens.group(1)) if tokens else 0,
        "cut": bool(re.search(r"Socket errors", out)),
    }


def create_script(directory, body):
    """Each request of it opens a deal under a code name of its own."""
    path = os.path.join(directory, "create.lua")
    start, end = json.dumps({**body, "codeName": "@"}).split("@")
    with open(path, "w") as file:
        file.write(
            'wrk.method = "POST"\nwrk.headers["Content-Type"] = "application/json"\n'
            "math.randomseed(os.time())\n"
            "local n, run = 0, tostring(os.time()) .. math.random(1e9)\n"
            "request = function()\n  n = n + 1\n"
            f"  return wrk.format(nil, nil, nil, [[{start}Project ]] .. run .. '-' .. n .. [[{end}]])\nend\n")
    return path


def tokens_script(directory, tokens):
    """Each request of it shows another token. When there are no more it tells how many it showed in a second; what wrk
    still asks until its time is over does not count."""
    listed, path = os.path.join(directory, "tokens.txt"), os.path.join(directory, "tokens.lua")
    with open(listed, "w") as file:
        file.writelines(f"{token}\n" for token in tokens)
    with open(path, "w") as file:
        file.write(TOKENS_LUA.replace("@", listed))
    return path


def becomes_idle(processes):
    """Waits until they have done what the last load left behind; false when that takes too long."""
    end = time.monotonic() + IDLE_SECONDS_MAX
    while time.monotonic() < end:
        before = cpu_seconds(processes)
        time.sleep(IDLE_PROBE_SECONDS)
        if cpu_seconds(processes) - before < IDLE_SHARE * IDLE_PROBE_SECONDS:
            return True
    return False


def cpu_seconds(processes):
    ticks = 0
    for pid in processes:
        with open(f"/proc/{pid}/stat") as file:
            ticks += sum(map(int, file.read().rsplit(")", 1)[1].split()[11:13]))
    return ticks / TICKS_PER_SECOND
