"""Clients that write through the gateway and remember what was acknowledged, and what may have happened."""
import http.client
import json
import os
import threading
import time
import uuid

from cluster import EMAIL, PASSWORD, Failure

BANKER = "banker@firm.example"
# What a gateway or a service says that is away, busy or just starting.
TRY_AGAIN = {429, 500, 502, 503, 504}


class Unknown(Exception):
    """No answer, or none that tells what happened."""


class Journal:
    """Every acknowledged write, on disk before the client goes on."""

    def __init__(self, path):
        self.file = open(path, "a", encoding="utf-8")
        self.lock = threading.Lock()
        self.count = 0

    def add(self, **entry):
        with self.lock:
            self.file.write(json.dumps(entry) + "\n")
            self.file.flush()
            os.fsync(self.file.fileno())
            self.count += 1


class Client:
    """One connection, one user, made anew when it breaks."""

    def __init__(self, cluster, email):
        self.cluster, self.email = cluster, email
        self.token = None
        self.connection = None
        self.url = None

    def call(self, method, path, body=None, headers=None):
        """(status, JSON) of an answer that counts; raises Unknown otherwise."""
        if self.token is None and path != "/api/auth/login":
            self.sign_in()
        status, answer = self._send(method, path, body, headers or {})
        if status == 401 and path != "/api/auth/login":
            self.token = None
            raise Unknown(f"{method} {path}: 401")
        if status in TRY_AGAIN:
            raise Unknown(f"{method} {path}: {status}")
        return status, answer

    def sign_in(self):
        status, answer = self.call("POST", "/api/auth/login", {"email": self.email, "password": PASSWORD})
        if status != 200:
            raise Failure(f"{self.email} cannot sign in: {status} {answer}")
        self.token = answer["accessToken"]

    def _send(self, method, path, body, headers):
        headers = {"Content-Type": "application/json", **headers}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        url = self.cluster.url
        if url is None:
            time.sleep(0.02)
            raise Unknown("the cluster is down")
        try:
            if self.connection is None or self.url != url:
                self.connection, self.url = http.client.HTTPConnection(url.split("//")[1], timeout=20), url
            self.connection.request(method, path, json.dumps(body) if body is not None else None, headers)
            response = self.connection.getresponse()
            content = response.read()
            return response.status, json.loads(content) if content else None
        except (OSError, http.client.HTTPException, ValueError) as error:
            self.connection = None
            raise Unknown(f"{method} {path}: {error!r}") from None


class Deal:
    """What a client knows of a deal of its own. `pending` is a change that was sent and not answered."""

    def __init__(self, code_name):
        self.code_name = code_name
        self.id = self.number = None
        self.version, self.next_step = 0, None
        self.pending = None

    def known(self):
        """(id, acceptable (version, next step) pairs), read at one moment."""
        states = [(self.version, self.next_step)] if self.version else []
        return self.id, states + ([(self.version + 1, self.pending)] if self.pending else [])


class Worker(threading.Thread):
    """Opens deals and changes them, one write at a time, each until its outcome is known."""

    def __init__(self, number, cluster, journal, dice):
        super().__init__(name=f"worker {number}", daemon=True)
        self.number, self.journal, self.dice = number, journal, dice
        self.client = Client(cluster, BANKER)
        self.deals = []
        self.failure = None
        self.over = threading.Event()

    def run(self):
        try:
            while not self.over.is_set():
                if not self.deals or self.dice.random() < 0.4:
                    self.create()
                else:
                    self.change(self.dice.choice(self.deals[-50:]))
        except Exception as error:  # noqa: the driver reports it
            self.failure = error

    def create(self):
        deal = Deal(f"Project {self.number}-{len(self.deals)}-{uuid.uuid4().hex[:6]}")
        self.deals.append(deal)
        body = {"codeName": deal.code_name, "type": "levfin", "clientName": "Ambleside Mills"}
        key = {"Idempotency-Key": str(uuid.uuid4())}
        answer = self.until_answered(lambda: self.client.call("POST", "/api/deals", body, key))
        if answer is None:
            return
        status, made = answer
        if status != 201 or made["codeName"] != deal.code_name:
            raise Failure(f"creating {deal.code_name}: {status} {made}")
        self.journal.add(deal=made["id"], codeName=deal.code_name, number=made["number"], version=made["version"])
        deal.number, deal.version, deal.next_step = made["number"], made["version"], made.get("nextStep")
        deal.id = made["id"]

    def change(self, deal):
        if deal.id is None:
            return
        deal.pending = f"Step {uuid.uuid4()}"
        headers = {"If-Match": f'"{deal.version}"', "Idempotency-Key": str(uuid.uuid4())}
        try:
            status, now = self.client.call("PATCH", f"/api/deals/{deal.id}", {"nextStep": deal.pending}, headers)
        except Unknown:
            answer = self.until_answered(lambda: self.client.call("GET", f"/api/deals/{deal.id}"))
            if answer is None:
                return
            status, now = answer
        if status == 412:  # the gateway sent it twice, and the first one was carried out
            status, now = self.until_answered(lambda: self.client.call("GET", f"/api/deals/{deal.id}")) or (200, None)
        if now is None:
            return
        state = (now.get("version"), now.get("nextStep"))
        if status != 200 or state not in deal.known()[1]:
            raise Failure(f"{deal.number}: {status}, found {state}, expected one of {deal.known()[1]}")
        if state[0] != deal.version:
            self.journal.add(deal=deal.id, version=state[0], nextStep=state[1])
        deal.version, deal.next_step = state
        deal.pending = None

    def until_answered(self, ask):
        """None when the run ends first."""
        while not self.over.is_set():
            try:
                return ask()
            except Unknown:
                time.sleep(0.02)
        return None


def add_user(admin, email, name, role):
    """(status, JSON) of accepting an invitation, or of the invitation where there is none."""
    status, invited = admin.call("POST", "/api/admin/invitations", {"email": email, "name": name, "role": role})
    if status != 201:
        return status, invited
    return admin.call(
        "POST", "/api/auth/invitations/accept", {"token": invited["token"], "password": PASSWORD})


def prepare(cluster):
    admin = Client(cluster, EMAIL)
    status, answer = add_user(admin, BANKER, "Bea", "banker")
    if status != 201:
        raise Failure(f"adding the banker: {status} {answer}")


class SignIns(threading.Thread):
    """Keeps auth writing: adds users. One that was not acknowledged may be there or not."""

    def __init__(self, cluster, journal):
        super().__init__(name="sign-ins", daemon=True)
        self.client, self.journal = Client(cluster, EMAIL), journal
        self.users = {}
        self.tried = {EMAIL, BANKER}
        self.failure = None
        self.over = threading.Event()

    def run(self):
        try:
            while not self.over.wait(0.05):
                self.add(f"u{uuid.uuid4().hex[:10]}@firm.example")
        except Exception as error:  # noqa: the driver reports it
            self.failure = error

    def add(self, email):
        self.tried.add(email)
        try:
            status, user = add_user(self.client, email, "Una", "observer")
        except Unknown:
            return
        if status == 201:
            self.journal.add(user=user["id"], email=email)
            self.users[email] = user["id"]
        elif status not in (403, 409):  # accepted or taken: the gateway sent it twice
            raise Failure(f"adding {email}: {status} {user}")
