"""The daily screens of one mandate, over loopback, one connection: its buyers list of 500 with 20 steps each, and its fees.

The buyers come in as pasted rows, the steps by the bulk call, of which each of the fifteen stages is one; what is left of the
twenty are contacts again. The fees are a scale of five tiers, a minimum and eighteen credited retainers.
"""
import datetime
import os
import shutil
import sys
import tempfile

import bench_build
from bench_load import becomes_idle, call, wrk

sys.path.append(os.path.join(bench_build.ROOT, "Tests", "Crash"))
from cluster import EMAIL, PASSWORD, Failure, running_cluster  # noqa: E402

BUYERS, STEPS = 500, 20
TRACKER_MILLISECONDS_MAX, PREVIEW_MILLISECONDS_MAX = 30, 1
SETTINGS = {f"IBP_RATE_{name}": "1000000/s:1000000" for name in ("ADDRESS", "USER", "WRITE", "HEAVY")}
BANKER = "bench@firm.example"
ONWARD = ["approved_by_client", "contacted", "teaser_sent", "nda_sent", "nda_signed", "cim_sent", "process_letter_sent",
          "ioi_received", "round_2_invited", "mgmt_presentation", "dataroom_open", "loi_received"]


def run(report, arguments):
    if not shutil.which("wrk") or not os.access(os.path.join(arguments.binaries, "ibpipeline"), os.X_OK):
        report.note("the desk was SKIPPED: it wants wrk and the release build")
        return
    with tempfile.TemporaryDirectory() as directory:
        try:
            with running_cluster(arguments.binaries, os.path.join(directory, "data"), SETTINGS) as cluster:
                measure(report, arguments, cluster)
        except Failure as failure:
            sys.exit(f"bench: {failure}")


def measure(report, arguments, cluster):
    url, token = cluster.url, banker(cluster.url)
    deal = call(url, "/api/deals", token, {
        "codeName": "Project Falcon", "type": "sell_side_ma", "clientName": "Northwind Holdings",
        "enterpriseValue": {"amount": "250000000", "currency": "USD"}})["id"]
    path = f"/api/deals/{deal}"
    fill(url, token, path)
    becomes_idle(cluster.children().values())
    tracker = measured(url, arguments, token, f"{path}/counterparties")
    report.figure("desk.tracker", f"buyers list of {BUYERS} with {STEPS} steps each, opened, p99", tracker["p99"] / 1e3, "ms",
                  at_most=TRACKER_MILLISECONDS_MAX)
    funnel = measured(url, arguments, token, f"{path}/counterparties/funnel")
    report.figure("desk.funnel", "its funnel, p99", funnel["p99"] / 1e3, "ms")
    preview = measured(url, arguments, token, f"{path}/fees/preview?enterpriseValue=300000000&currency=USD")
    for percentile in ("p50", "p99"):
        report.figure(f"desk.preview.{percentile}", f"19 fees at another value, {percentile}", preview[percentile] / 1e3,
                      "ms", at_most=PREVIEW_MILLISECONDS_MAX)
    if any(answers["bad"] for answers in (tracker, funnel, preview)):
        report.note("the desk: BAD ANSWERS")


def banker(url):
    administrator = call(url, "/api/auth/login", body={"email": EMAIL, "password": PASSWORD})["accessToken"]
    invited = call(url, "/api/admin/invitations", administrator, {"email": BANKER, "name": "bench", "role": "banker"})
    call(url, "/api/auth/invitations/accept", body={"token": invited["token"], "password": PASSWORD})
    return call(url, "/api/auth/login", body={"email": BANKER, "password": PASSWORD})["accessToken"]


def fill(url, token, path):
    names = "\n".join(f"Buyer {number}" for number in range(BUYERS))
    added = call(url, f"{path}/counterparties/bulk", token, {"text": names, "kind": "strategic"})["items"]
    ids = [item["counterpartyId"] for item in added]
    today = datetime.date.today()
    for step in (ONWARD + ["contacted"] * STEPS)[:STEPS - 1]:
        if step == "nda_signed":
            for buyer in ids:
                call(url, f"{path}/ndas", token, {
                    "counterpartyId": buyer, "status": "executed", "executedOn": str(today),
                    "expiresOn": str(today + datetime.timedelta(days=365))})
            continue
        items = call(url, f"{path}/counterparties/steps", token, {"counterpartyIds": ids, "step": step, "on": str(today)})
        refused = [item for item in items["items"] if item.get("code")]
        if refused:
            raise Failure(f"{step}: {refused[0]}")
    money = [{"amount": str(top), "currency": "USD"} for top in (10**8, 2 * 10**8, 3 * 10**8, 4 * 10**8)]
    success = call(url, f"{path}/fees", token, {"terms": {
        "kind": "success", "basis": "tiered", "currency": "USD", "base": "enterprise_value",
        "tiers": [{"upTo": top, "percent": f"1.{n}"} for n, top in enumerate(money)] + [{"percent": "2.5"}],
        "minimum": {"amount": "2000000", "currency": "USD"}}})
    for month in range(18):
        call(url, f"{path}/fees", token, {"title": f"Retainer {month}", "terms": {
            "kind": "retainer", "basis": "flat", "currency": "USD", "amount": {"amount": "50000", "currency": "USD"},
            "creditedAgainst": success["id"], "creditPercent": "50"}})


def measured(url, arguments, token, path):
    return wrk(url + path, 1, arguments.seconds, token)
