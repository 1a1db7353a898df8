import Foundation
import NIOHTTP1
import Testing

/// A sale from the first talk to the closing, as the lead, the director and compliance go through it.
@Test(.timeLimit(.minutes(5)))
func sellSideMandateGoesFromOriginationToClosed() async throws {
    try await Cluster.with(environment: Root.settings) { cluster in
        let bank = try await Bank(cluster)
        let deal = try await bank.open("sell_side_ma", "Project Fern")
        try await deal.move(to: "pitch")
        #expect(
            Set(try await deal.refusal(to: "mandated")).isSuperset(of: [
                "conflict_not_cleared", "engagement_letter_missing",
            ]))
        try await deal.win()
        #expect(try await deal.now()["probability"].int == 30)

        let tasks = try await deal.expect(200, bank.lead, .POST, "/tasks/template", "{}")
        #expect(tasks["items"].items.count > 3)
        for (name, kind) in [("Brassgate Industries", "strategic"), ("Larchpole Partners", "sponsor")] {
            try await deal.expect(
                201, bank.lead, .POST, "/counterparties", #"{"name":"\#(name)","kind":"\#(kind)","tier":"A"}"#)
        }
        try await deal.expect(
            201, bank.lead, .POST, "/documents",
            #"{"type":"teaser","title":"Teaser","link":"https://rooms.example/fern/teaser"}"#)
        try await deal.set(#"{"probability":60}"#)
        for stage in ["preparation", "marketing", "round_1", "mgmt_presentations", "round_2", "exclusivity", "signed"] {
            let moved = try await deal.move(to: stage, by: bank.director)
            // A banker's own estimate survives the moves.
            #expect(moved["probability"].int == 60)
        }
        #expect(try await deal.refusal(to: "closed").contains("closed_on_missing"))
        let closed = try await deal.move(to: "closed", #","fields":{"closedOn":"\#(BusinessDay.today)"}"#)
        #expect(closed["status"].string == "won")
        #expect(closed["probability"].int == 100)

        let history = try await deal.history()
        #expect(history.map { $0["toStage"].string }.count == 11)
        #expect(history.last?["toStage"].string == "closed")
        let column = try await bank.lead.get("/api/board?pipeline=sell_side_ma").json["columns"].items.last
        #expect(column?["count"].int == 1)
        let found = try await bank.lead.get("/api/deals?q=brassgate&count=true").json
        #expect(found["total"].int == 0)
        #expect(try await bank.lead.get("/api/deals?q=fern&count=true").json["total"].int == 1)
        let logged = try await eventually("the closing in the audit log") {
            let log = try await bank.officer.get("/api/audit?subject=\(deal.id)&type=deal.stage.changed&limit=200").json
            return log["items"].items.count == 10 ? log : nil
        }
        #expect(logged["items"].items.count == 10)
    }
}

@Test(.timeLimit(.minutes(5)))
func publicOfferingGoesFromBakeOffToSettled() async throws {
    try await Cluster.with(environment: Root.settings) { cluster in
        let bank = try await Bank(cluster)
        let deal = try await bank.open("ecm_ipo", "Project Kite")
        try await deal.move(to: "bake_off")
        // Over the mandate into its execution: what the mandate asks is asked all the same.
        let skipped = try await deal.refusal(to: "preparation", #","reason":"the client is in a hurry""#)
        #expect(skipped.contains("conflict_not_cleared"))
        try await deal.win()
        for stage in ["preparation", "confidential_filing", "public_filing", "roadshow", "priced"] {
            try await deal.move(to: stage)
        }
        // The books were wrong: back with a reason, and no other way.
        #expect(try await deal.refusal(to: "roadshow") == ["reason_required"])
        try await deal.move(to: "roadshow", #","reason":"the range was lowered""#)
        try await deal.move(to: "priced")
        let settled = try await deal.move(to: "settled", #","fields":{"closedOn":"\#(BusinessDay.today)"}"#)
        #expect(settled["status"].string == "won")
        let stages = try await bank.lead.get(deal.path + "/history").json["stages"].items
        #expect(stages.first { $0["stage"].string == "roadshow" }?["visits"].int == 2)
    }
}

@Test(.timeLimit(.minutes(5)))
func lostPitchIsReopenedByTwoPeople() async throws {
    try await Cluster.with(environment: Root.settings) { cluster in
        let bank = try await Bank(cluster)
        let deal = try await bank.open("restructuring", "Project Slate")
        try await deal.move(to: "pitch")
        #expect(
            try await deal.refusal(to: "lost", #","reason":"too dear","reasonCode":"competitor""#) == [
                "lost_to_missing"
            ])
        let lost = try await deal.move(
            to: "lost", #","reason":"too dear","reasonCode":"competitor","lostTo":"A larger bank""#)
        #expect(lost["status"].string == "lost")
        #expect(lost["probability"].int == 0)

        let again = #","reason":"the winner had to step down""#
        #expect(try await !deal.refusal(to: "pitch", again).isEmpty)
        try await deal.approve("reopen", by: bank.officer)
        let reopened = try await deal.move(to: "pitch", again)
        #expect(reopened["status"].string == "active")
        #expect(reopened["outcomeReason"].string == nil)
        #expect(try await deal.history().last?["direction"].string == "reopen")
    }
}

@Test(.timeLimit(.minutes(5)))
func dealOnHoldWaitsAndGoesOn() async throws {
    try await Cluster.with(environment: Root.settings) { cluster in
        let bank = try await Bank(cluster)
        let deal = try await bank.open("levfin", "Project Flint")
        #expect(try await deal.refusal(to: "on_hold") == ["reason_required"])
        let held = try await deal.move(to: "on_hold", #","reason":"the market is shut","reviewOn":"2199-01-31""#)
        #expect(held["status"].string == "on_hold")
        #expect(held["reviewOn"].string == "2199-01-31")
        #expect(try await deal.refusal(to: "proposal").contains("on_hold"))
        let resumed = try await deal.move(to: "active")
        #expect(resumed["status"].string == "active")
        #expect(resumed["reviewOn"].string == nil)
        try await deal.move(to: "proposal")
        let past = try await bank.lead.get(deal.path + "/changes?field=status").json
        #expect(past["items"].items.count == 3)
    }
}
