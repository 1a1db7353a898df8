"""One table of comparisons: what it is, our figure, the reference's, the ratio, the aim, and whether it is met."""
import dataclasses
import datetime
import json
import os
import platform
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))
VERSION_SECONDS_MAX = 60


@dataclasses.dataclass
class Row:
    key: str
    what: str
    ours: float
    unit: str
    reference: str = ""
    theirs: float | None = None
    ratio: float | None = None
    aim: str = ""
    met: bool | None = None

    def cells(self):
        verdict = {True: "met", False: "SHORT", None: ""}[self.met]
        theirs = number(self.theirs) if self.theirs is not None else ""
        ratio = f"{self.ratio:.2f}" if self.ratio is not None else ""
        return [self.what, number(self.ours), self.unit, theirs, self.reference, ratio, self.aim, verdict]


@dataclasses.dataclass
class Report:
    rows: list = dataclasses.field(default_factory=list)
    notes: list = dataclasses.field(default_factory=list)

    def compare(self, key, what, ours, unit, reference, theirs, ratio, at_least=None, at_most=None):
        """A figure beside another of the same run."""
        aim, met = judge(ratio, at_least, at_most, "×")
        self.rows.append(Row(key, what, ours, unit, reference, theirs, ratio, aim, met))

    def figure(self, key, what, ours, unit, at_least=None, at_most=None):
        """A figure that stands alone. `ours` is None when there is none; then the aim is missed."""
        aim, met = judge(ours, at_least, at_most, "")
        self.rows.append(Row(key, what, ours, unit, aim=aim, met=met))

    def note(self, text):
        self.notes.append(text)

    def print(self):
        for line in machine() + [""]:
            print(line)
        if not self.rows:
            self.note("nothing was measured")
        head = ["what", "ours", "unit", "theirs", "reference", "ratio", "aim", ""]
        table = [head] * bool(self.rows) + [row.cells() for row in self.rows]
        widths = [max((len(line[column]) for line in table), default=0) for column in range(len(head))]
        for line in table:
            cells = [cell.rjust(width) if column in (1, 3, 5) else cell.ljust(width)
                     for column, (cell, width) in enumerate(zip(line, widths))]
            print("  ".join(cells).rstrip())
        for text in self.notes:
            print(f"note: {text}")

    def write(self, path):
        rows = [dataclasses.asdict(row) for row in self.rows]
        with open(path, "w") as file:
            json.dump({"machine": machine(), "rows": rows, "notes": self.notes}, file, indent=1)

    def exceeded(self):
        """One line for each figure above its bound in thresholds.json."""
        with open(os.path.join(HERE, "thresholds.json")) as file:
            bounds = json.load(file)
        return [f"{row.what}: {number(row.ours)} {row.unit}, the bound is {number(bounds[row.key])}"
                for row in self.rows
                if row.key in bounds and not (row.ours is not None and row.ours <= bounds[row.key])]


def judge(value, at_least, at_most, sign):
    if at_least is not None:
        return f"≥ {at_least:g}{sign}", value is not None and value >= at_least
    if at_most is not None:
        return f"≤ {at_most:g}{sign}", value is not None and value <= at_most
    return "", None


def number(value):
    if value is None:
        return "none"
    if value == int(value):
        return f"{int(value)}"
    return f"{value:.0f}" if abs(value) >= 1000 else f"{value:.2f}" if abs(value) < 100 else f"{value:.1f}"


def machine():
    return [
        f"{cpu()}, {os.cpu_count()} cores, {platform.system()} {platform.release()}; "
        "load generator on the same machine",
        f"{datetime.datetime.now().astimezone().isoformat(timespec='seconds')}; " + ", ".join(versions()),
    ]


def cpu():
    with open("/proc/cpuinfo") as file:
        for line in file:
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.machine()


def versions():
    """What was measured, as far as each tool tells."""
    found = []
    for name, command in {
        "commit": ["git", "-C", HERE, "describe", "--always", "--dirty"],
        "grpc-go": ["dpkg-query", "-W", "-f", "${Version}", "golang-google-grpc-dev"],
        "go": ["go", "env", "GOVERSION"],
    }.items():
        text = output(command)
        if text:
            found.append(f"{name} {text}")
    swift = output(["swift", "--version"])
    found += [part for part in [swift.split(" (")[0]] if part]
    try:
        with open(os.path.join(HERE, "Package.resolved")) as file:
            pins = json.load(file)["pins"]
        found += [f"{pin['identity']} {pin['state'].get('version')}" for pin in pins
                  if pin["identity"] in ("grpc-swift-2", "grpc-swift-nio-transport", "swift-nio")]
    except FileNotFoundError:
        pass
    return found


def output(command):
    """Its first line; empty when there is no such command."""
    try:
        text = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                              timeout=VERSION_SECONDS_MAX).stdout
    except (FileNotFoundError, subprocess.TimeoutExpired):
        return ""
    return text.strip().split("\n")[0]
