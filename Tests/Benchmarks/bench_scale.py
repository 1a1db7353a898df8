"""One deal, lists, search and board over many deals beside few: 1 000 000 beside 10 000, in release, over loopback.

The deals are imported as a bank would bring its own: CSV files through /api/imports. Who imported them is on all of them;
another banker is on 200 of them, and compliance sees all without being on any. Each question is asked by all three, over
one connection, with another deal or word each time.
"""
import csv
import hashlib
import io
import json
import os
import random
import shutil
import sys
import tempfile
import time
import urllib.request

import bench_build
from bench_load import becomes_idle, call, wrk

sys.path.append(os.path.join(bench_build.ROOT, "Tests", "Crash"))
from cluster import EMAIL, PASSWORD, Failure, running_cluster  # noqa: E402

SMALL = 10_000
ROWS_PER_FILE = 100_000
CHUNK_BYTES = 1 << 20
JOB_SECONDS_MAX, TOKEN_SECONDS, FEW_DEALS = 1800, 300, 200
SETTINGS = {f"IBP_RATE_{name}": "1000000/s:1000000" for name in ("ADDRESS", "USER", "WRITE", "HEAVY")}
ALL, FEW, CONTROL = "who is on all of them", "who is on few", "compliance"
PEOPLE = {ALL: "bench@firm.example", FEW: "few@firm.example", CONTROL: "control@firm.example"}
ROLES = {CONTROL: "compliance"}
GROWTH_MAX, P99_MILLISECONDS_MAX, ROWS_PER_SECOND_MIN, FILE_BYTES_MAX = 1.5, 20, 5000, 2 << 30
NAMES = ("Amber Birch Cedar Dale Elm Fern Gorse Heath Iris Juniper Kestrel Linden Maple Nettle Oak Pine Quince Rowan "
         "Sedge Thorn Umber Vetch Willow Yarrow").split()
TYPES = ("sell_side_ma", "buy_side_ma", "ecm_ipo", "dcm_ig", "levfin", "restructuring")
CURRENCIES = ("USD", "EUR", "GBP", "JPY", "CHF")
FIELDS = ["codeName", "type", "clientName", "sector", "country", "value.amount", "value.currency", "nextStep"]
QUESTIONS = {
    "one deal": "/api/deals/{number}",
    "list of 50": "/api/deals?limit=50",
    "list of 50, filtered": "/api/deals?limit=50&type=levfin&sector=Sector%20{digit}",
    "search for a word": "/api/deals?limit=50&q={word}",
    "search while typing": "/api/search?q={word}",
    "board": "/api/board?pipeline=sell_side_ma",
}


def run(report, arguments):
    if not shutil.which("wrk") or not os.access(os.path.join(arguments.binaries, "ibpipeline"), os.X_OK):
        report.note("the size of the book was SKIPPED: it wants wrk and the release build")
        return
    with tempfile.TemporaryDirectory() as directory:
        try:
            with running_cluster(arguments.binaries, os.path.join(directory, "data"), SETTINGS) as cluster:
                Book(report, arguments, directory, cluster).measure()
        except Failure as failure:
            sys.exit(f"bench: {failure}")


class Book:
    def __init__(self, report, arguments, directory, cluster):
        self.report, self.arguments, self.directory, self.cluster = report, arguments, directory, cluster
        self.url = cluster.url
        self.random = random.Random(7)
        self.deals, self.joined, self.path = 0, False, None
        self.ids, self.numbers, self.tokens = {}, {}, {}

    def measure(self):
        self.invite()
        results, sizes = {}, (SMALL, self.arguments.book)
        for size in sizes:
            rate = self.grow(size)
            becomes_idle(self.cluster.children().values())
            for who in PEOPLE:
                for name, path in QUESTIONS.items():
                    results[size, who, name] = self.ask(who, path)
        self.report.figure("scale.import", f"deals imported, {sizes[1]} in all", rate, "rows/s",
                           at_least=ROWS_PER_SECOND_MIN)
        for who in PEOPLE:
            for name in QUESTIONS:
                few, many = (results[size, who, name] for size in sizes)
                what = f"{name}, {who}"
                self.report.compare(f"scale.{what}", what, many["p99"] / 1e3, "p99 ms", f"with {SMALL} deals",
                                    few["p99"] / 1e3, many["p99"] / few["p99"], at_most=GROWTH_MAX)
                if many["p99"] / 1e3 > P99_MILLISECONDS_MAX:
                    self.report.note(f"{what}: ABOVE {P99_MILLISECONDS_MAX} ms")
                if many["bad"] or few["bad"]:
                    self.report.note(f"{what}: BAD ANSWERS")
        path = os.path.join(self.directory, "data", "deals", "deals.sqlite")
        self.report.figure("scale.file", "deals.sqlite", os.path.getsize(path) / 2**20, "MiB",
                           at_most=FILE_BYTES_MAX / 2**20)

    # MARK: people

    def invite(self):
        administrator = self.token(EMAIL)
        for who, email in PEOPLE.items():
            invited = call(self.url, "/api/admin/invitations", administrator,
                           {"email": email, "name": who, "role": ROLES.get(who, "banker")})
            call(self.url, "/api/auth/invitations/accept", body={"token": invited["token"], "password": PASSWORD})
            self.ids[who] = call(self.url, "/api/users/me", self.token(email))["id"]

    def token(self, email):
        """A token is good for ten minutes; one is used for five."""
        token, since = self.tokens.get(email, (None, -TOKEN_SECONDS))
        if time.monotonic() - since >= TOKEN_SECONDS:
            token = call(self.url, "/api/auth/login", body={"email": email, "password": PASSWORD})["accessToken"]
            self.tokens[email] = (token, time.monotonic())
        return token

    # MARK: the import

    def grow(self, size):
        """Rows a second of the commits alone."""
        seconds, rows = 0, 0
        while self.deals < size:
            count = min(ROWS_PER_FILE, size - self.deals)
            seconds += self.import_file(self.rows(count))
            rows += count
        self.join()
        return rows / seconds

    def rows(self, count):
        out = io.StringIO(newline="")
        table = csv.writer(out)
        table.writerow(FIELDS)
        for number in range(self.deals, self.deals + count):
            one, two = self.random.sample(NAMES, 2)
            table.writerow([
                f"{one} {two} {number}", TYPES[number % len(TYPES)], f"{two} Holdings {number % 5000}",
                f"Sector {number % 10}", "DE", self.random.randrange(10, 5000) * 1_000_000,
                CURRENCIES[number % len(CURRENCIES)], f"Call {one} about the {two.lower()} plant"])
        self.deals += count
        return out.getvalue().encode()

    def import_file(self, data):
        job = self.call("POST", "/api/imports", {
            "fileName": "book.csv", "size": len(data), "sha256": hashlib.sha256(data).hexdigest()})
        self.path = f"/api/imports/{job['id']}"
        for offset in range(0, len(data), CHUNK_BYTES):
            self.call("PUT", f"{self.path}/content?offset={offset}", data[offset:offset + CHUNK_BYTES])
        job = self.reaches("read")
        mapping = {"columns": [{"column": name, "field": name} for name in FIELDS]}
        job = self.call("PUT", f"{self.path}/mapping", mapping, job["version"])
        self.call("POST", f"{self.path}/validate", None, job["version"])
        job = self.reaches("validated")
        start = time.monotonic()
        self.call("POST", f"{self.path}/commit", {}, job["version"])
        job = self.reaches("committed")
        seconds = time.monotonic() - start
        self.call("DELETE", self.path, None, job["version"])
        return seconds

    def call(self, method, path, body=None, version=None):
        headers = {"Authorization": f"Bearer {self.token(PEOPLE[ALL])}", "Content-Type": "application/json"}
        if isinstance(body, bytes):
            headers["Content-Type"] = "application/octet-stream"
        elif body is not None:
            body = json.dumps(body).encode()
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        request = urllib.request.Request(self.url + path, data=body, method=method, headers=headers)
        with urllib.request.urlopen(request, timeout=30) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def reaches(self, state):
        end = time.monotonic() + JOB_SECONDS_MAX
        job = None
        while time.monotonic() < end:
            job = self.call("GET", self.path)
            if job["state"] == state:
                return job
            if job["state"] in ("unreadable", "halted"):
                break
            time.sleep(0.5)
        sys.exit(f"bench: an import is {job['state']}, not {state}: {job.get('fault')}")

    def join(self):
        """Puts the other banker on the newest deals, up to FEW_DEALS of them."""
        if self.joined:
            return
        self.joined = True
        page, ids = "", []
        while len(ids) < FEW_DEALS:
            answer = self.call("GET", f"/api/deals?limit=200&fields=id,number{page}")
            ids += [deal["id"] for deal in answer["items"]]
            self.numbers[FEW] = [deal["number"] for deal in answer["items"]]
            page = f"&cursor={answer['nextCursor']}"
        self.call("POST", "/api/deals/bulk", {
            "ids": ids[:FEW_DEALS], "op": "addMember",
            "member": {"userId": self.ids[FEW], "role": "associate", "access": "edit", "reason": "measures"}})

    # MARK: the questions

    def ask(self, who, path):
        script = os.path.join(self.directory, "questions.lua")
        with open(script, "w") as file:
            file.write("\n".join([
                "local paths, n = {}, 0"] + [f"paths[#paths + 1] = {json.dumps(self.fill(path, who))}"
                                             for _ in range(2000)] + [
                "request = function()", "  n = n + 1", "  return wrk.format(nil, paths[(n - 1) % #paths + 1])", "end"]))
        token = self.token(PEOPLE[who])
        return wrk(self.url, 1, self.arguments.seconds, token, script)

    def fill(self, path, who):
        year = time.gmtime().tm_year
        numbers = self.numbers.get(who)
        number = self.random.choice(numbers) if numbers else f"D-{year}-{self.random.randrange(1, self.deals + 1):04}"
        return path.format(number=number, digit=self.random.randrange(10),
                           word=self.random.choice(NAMES).lower() + "%20" + str(self.random.randrange(10, 99)))
