"""Loads a running cluster and its references in interleaved rounds."""
import dataclasses
import time

import bench_idle
import bench_references
from bench_load import becomes_idle, call, create_script, send, status, tokens_script, wrk
from bench_references import BARE, Target
from bench_sessions import Sessions

OURS, MEMORY = "ours", "from memory"
ONE_DEAL, ONE_DEAL_ALONE = "one deal, 64 connections", "one deal, 1 connection"
LIST, OPEN = "list of 50, 64 connections", "open a deal, 64 connections"
NO_TOKEN, DEAD_TOKEN, OVER_BUDGET = "no token, 401", "token of an ended session, 401", "over a budget, 429"
REFUSALS = (NO_TOKEN, DEAD_TOKEN, OVER_BUDGET)
NEW_TOKENS = "one deal, a new token each time"

BANKER, OFFICER = "bench@firm.example", "officer@firm.example"
DEAL = {"type": "levfin", "clientName": "Ambleside Mills", "sector": "industrials",
        "description": "Refinancing of the European packaging division",
        "value": {"amount": "1250000000.00", "currency": "USD"}}
KEY_SET, COSTLY = "/.well-known/jwks.json", "/api/audit/verify"
# One costly request an hour, so that all others of them are refused; nothing else that is measured is costly.
SETTINGS = {"IBP_RATE_HEAVY": "1/h:1", "IBP_HTTP_CONNECTIONS_PER_ADDRESS": str(bench_idle.CONNECTIONS)}
TOKENS_PER_ROUND = 8000
REFUSAL_SECONDS_MAX = 10


@dataclasses.dataclass
class Case:
    name: str
    connections: int
    path: str
    opens: bool = False


CASES = [
    Case(ONE_DEAL, 64, "/api/deals/{deal}"), Case(ONE_DEAL_ALONE, 1, "/api/deals/{deal}"),
    Case(LIST, 64, "/api/deals?limit=50"), Case(OPEN, 64, "/api/deals", opens=True),
]


class ClusterLoad:
    def __init__(self, report, arguments, directory, cluster, email, password):
        self.report, self.arguments, self.directory, self.cluster = report, arguments, directory, cluster
        self.url, self.administrator, self.password = cluster.url, email, password
        self.script = create_script(directory, DEAL)
        # {(case, whose): one result of wrk for each round}
        self.results = {}
        self.left_busy = False

    def run(self):
        deals = self.prepare()
        bench_idle.measure(self.report, self.url, self.cluster.children()["gateway"])
        sessions = Sessions(self.url, lambda: self.sign_in(BANKER))
        with bench_references.started(self.report, self.directory, self.bodies(), deals) as references:
            for number in range(self.arguments.rounds):
                # A token of its own for every round: none lives longer than ten minutes.
                ours = Target(self.url, deals[-1]["id"], self.token(BANKER))
                self.compare({OURS: ours, **references}, number)
                self.refuse(ours.deal)
                self.show_new_tokens(sessions, ours.deal)
        if self.left_busy:
            self.report.note("a load BEGAN BEFORE the cluster had done with what the one before left behind")

    def bodies(self):
        return [{**DEAL, "codeName": f"Project Heron {number}"} for number in range(self.arguments.deals)]

    def prepare(self):
        """The deals it opened, as they were answered."""
        administrator = self.token(self.administrator)
        for email, role in ((BANKER, "banker"), (OFFICER, "compliance")):
            person = {"email": email, "name": "Bea", "role": role}
            token = call(self.url, "/api/admin/invitations", administrator, person)["token"]
            call(self.url, "/api/auth/invitations/accept", body={"token": token, "password": self.password})
        banker = self.token(BANKER)
        return [call(self.url, "/api/deals", banker, body) for body in self.bodies()]

    def sign_in(self, email):
        return call(self.url, "/api/auth/login", body={"email": email, "password": self.password})

    def token(self, email):
        return self.sign_in(email)["accessToken"]

    def load(self, name, whose, *load):
        """Once nothing is left of the load before, such as events on their way to the audit log."""
        self.left_busy |= not becomes_idle(self.cluster.children().values())
        self.results.setdefault((name, whose), []).append(wrk(*load))

    def compare(self, targets, number):
        """The order turns, so that what a neighbour leaves behind hits each alike."""
        seconds = self.arguments.seconds
        names = list(targets)
        names = names[number % len(names):] + names[:number % len(names)]
        for connections in (64, 1):
            self.load(f"{connections}", MEMORY, self.url + KEY_SET, connections, seconds)
        for case in CASES:
            for name in names:
                if name == BARE and "{deal}" not in case.path:
                    continue
                target = targets[name]
                self.load(case.name, name, target.url + case.path.format(deal=target.deal), case.connections, seconds,
                          target.token, self.script if case.opens else None)

    def refuse(self, deal):
        path = f"/api/deals/{deal}"
        dead, officer = self.token(BANKER), self.token(OFFICER)
        status(self.url, path, dead)
        send(self.url, "/api/auth/logout", dead, {}).close()
        status(self.url, COSTLY, officer)
        for name, path, token in ((NO_TOKEN, path, None), (DEAD_TOKEN, path, dead), (OVER_BUDGET, COSTLY, officer)):
            self.becomes_refused(name, path, token)
            self.load(name, OURS, self.url + path, 64, self.arguments.seconds, token)

    def becomes_refused(self, name, path, token):
        """The gateway hears of a session's end a moment later."""
        end = time.monotonic() + REFUSAL_SECONDS_MAX
        while status(self.url, path, token) != int(name.split()[-1]):
            if time.monotonic() > end:
                raise SystemExit(f"bench: {name}, was not the answer")
            time.sleep(0.05)

    def show_new_tokens(self, sessions, deal):
        script = tokens_script(self.directory, sessions.access_tokens(TOKENS_PER_ROUND))
        self.load(NEW_TOKENS, OURS, f"{self.url}/api/deals/{deal}", 64, self.arguments.seconds,
                  None, script)
