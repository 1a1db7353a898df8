"""What connections cost that have been answered once and wait for their next request."""
import contextlib
import resource
import socket
import urllib.parse

from bench_load import becomes_idle

CONNECTIONS = 10_000
CONNECTIONS_PER_ADDRESS = 1000
# For all else that a process has open.
FILES_SPARE = 256
ANSWER_SECONDS_MAX = 20
MEMORY_MIB_MAX = 100


def raise_file_limit():
    """To what is allowed, for this process and those it starts. Returns how many files each may have open."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    return most


def measure(report, url, gateway):
    """- gateway: its process id."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    if most != resource.RLIM_INFINITY and most < CONNECTIONS + FILES_SPARE:
        report.note(f"{CONNECTIONS} idle connections were SKIPPED: a process may have {most} files open; "
                    f"raise the hard limit (ulimit -Hn) to {CONNECTIONS + FILES_SPARE}")
        return
    becomes_idle([gateway])
    before = resident_mib(gateway)
    with contextlib.ExitStack() as stack:
        connections = [stack.enter_context(connect(url, number)) for number in range(CONNECTIONS)]
        answered = sum(ask(connection) for connection in connections)
        becomes_idle([gateway])
        grown = resident_mib(gateway) - before
    becomes_idle([gateway])
    report.figure("http.idle.memory", f"gateway, {answered} idle connections: memory more than without", grown, "MiB",
                  at_most=MEMORY_MIB_MAX)
    if answered < CONNECTIONS:
        report.note(f"idle connections: {CONNECTIONS - answered} of {CONNECTIONS} WERE REFUSED")


def connect(url, number):
    address = urllib.parse.urlsplit(url)
    source = f"127.0.0.{2 + number // CONNECTIONS_PER_ADDRESS}"
    return socket.create_connection((address.hostname, address.port), ANSWER_SECONDS_MAX, (source, 0))


def ask(connection):
    """Whether it was answered well."""
    try:
        connection.sendall(b"GET /.well-known/jwks.json HTTP/1.1\r\nHost: localhost\r\n\r\n")
        # The whole answer is a few hundred bytes, written at once.
        return connection.recv(16384).startswith(b"HTTP/1.1 200")
    except OSError:
        return False


def resident_mib(process):
    with open(f"/proc/{process}/status") as file:
        for line in file:
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
    raise SystemExit(f"bench: process {process} has no memory")
