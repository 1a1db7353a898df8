"""A real cluster in a directory of its own, with processes that can be killed one by one or all at once."""
import contextlib
import os
import queue
import signal
import subprocess
import threading
import time

EMAIL, PASSWORD = "crash@firm.example", "seventeen quiet herons"
SERVICES = ("auth", "deals", "audit", "health", "gateway")
OUT_OF_THE_WAY = "1000000/s:1000000"
START_SECONDS_MAX = 60
# Four groups of services stop one after the other, and `ibpipeline up` gives each 25 s.
STOP_SECONDS_MAX = 120
KILL_SECONDS_MAX = 20


class Failure(Exception):
    """What was promised does not hold."""


def stat_of(pid):
    """(name, state, parent, number of threads) of a process; None when it is gone."""
    try:
        with open(f"/proc/{pid}/stat") as file:
            head, tail = file.read().rsplit(")", 1)
    except (FileNotFoundError, ProcessLookupError):
        return None
    fields = tail.split()
    return head.split("(", 1)[1], fields[0], int(fields[1]), int(fields[17])


def is_over(pid):
    """A zombie is over: its locks and files are given back, only nobody has asked for its exit code. But as long as it has
    other threads, only its first one is: the files are still open."""
    stat = stat_of(pid)
    return stat is None or (stat[1] == "Z" and stat[3] <= 1)


def until(condition, seconds, what):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        answer = condition()
        if answer:
            return answer
        time.sleep(0.01)
    raise Failure(f"{what} did not come within {seconds} s")


class Cluster:
    def __init__(self, binaries, directory, log, backups=None, settings=None):
        self.binaries, self.directory, self.log, self.backups = binaries, directory, log, backups
        self.settings = settings or {}
        self.process = None
        self.url = None

    def start(self):
        names = ("ADDRESS", "USER", "WRITE", "HEAVY", "SIGNIN", "SIGNIN_ACCOUNT", "REFRESH")
        limits = {f"IBP_RATE_{name}": OUT_OF_THE_WAY for name in names}
        environment = {
            "PATH": os.environ["PATH"], "IBP_BOOTSTRAP_EMAIL": EMAIL, "IBP_BOOTSTRAP_PASSWORD": PASSWORD, **limits,
            **self.settings}
        if self.backups:
            environment["IBP_BACKUP_DIR"] = self.backups
        self.process = subprocess.Popen(
            [os.path.join(self.binaries, "ibpipeline"), "up", "--data-dir", self.directory, "--listen", "127.0.0.1:0",
             "--log-level", "warning"], env=environment, stdout=subprocess.PIPE, stderr=self.log, text=True)
        lines = queue.Queue()
        threading.Thread(target=self._read, args=(self.process.stdout, lines), daemon=True).start()
        try:
            line = lines.get(timeout=START_SECONDS_MAX)
        except queue.Empty:
            line = None
        if not line or not line.startswith("ready "):
            raise Failure(f"the cluster did not start: {line!r}")
        self.url = line.split()[1]

    @staticmethod
    def _read(stream, lines):
        for line in stream:
            lines.put(line)
        lines.put(None)

    def children(self):
        """{service: pid} of those that run."""
        return {name: pid for name, pid in self._all_children() if name in SERVICES}

    def _all_children(self):
        """(name, pid) of those that run; a child is called like its parent until it has become a service."""
        found = []
        for entry in os.listdir("/proc"):
            stat = stat_of(entry) if entry.isdigit() else None
            if stat and stat[2] == self.process.pid and stat[1] != "Z":
                found.append((stat[0], int(entry)))
        return found

    def kill(self, services):
        """Returns when they are gone."""
        victims = [pid for name, pid in self.children().items() if name in services]
        self._kill(victims)

    def kill_all(self):
        """Returns when nothing runs any more, however far the start came. Call it again when it was interrupted."""
        self.url = None
        # Of a process that was waited for the number may be another's by now.
        if self.process is None or self.process.poll() is not None:
            return
        supervisor = self.process.pid
        # While it is stopped it starts nobody: no child is missed, whenever this comes.
        os.kill(supervisor, signal.SIGSTOP)
        until(lambda: stat_of(supervisor)[1] in "TZ", KILL_SECONDS_MAX, "the supervisor's pause")
        # It goes last: as long as it is there, a second call finds the children.
        self._kill([pid for _, pid in self._all_children()] + [supervisor])
        self.process.wait(timeout=KILL_SECONDS_MAX)

    @staticmethod
    def _kill(victims):
        for pid in victims:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        until(lambda: all(is_over(pid) for pid in victims), KILL_SECONDS_MAX, "the end of killed processes")

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(timeout=STOP_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            raise Failure(f"the cluster did not stop within {STOP_SECONDS_MAX} s") from None
        if code != 0:
            raise Failure(f"the cluster stopped with exit code {code}")


@contextlib.contextmanager
def running_cluster(binaries, directory, settings=None):
    """One that is stopped in the end. Where that fails, or something else did, it is killed."""
    cluster = Cluster(binaries, directory, log=None, settings=settings)
    try:
        cluster.start()
        yield cluster
        cluster.stop()
    finally:
        cluster.kill_all()
