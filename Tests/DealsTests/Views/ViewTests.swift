import Contracts
import Foundation
import RPC
import Testing

@testable import deals

private let live = DealFilter.field(.status, .eq, .text("active"))

extension Desk {
    fileprivate func save(_ view: NewDealView, as person: Person) async throws -> DealView {
        try await call(DealMethods.createView, view, as: person)
    }

    fileprivate func view(_ view: DealView, as person: Person) async throws -> DealView {
        try await call(DealMethods.view, Nothing(), as: person, on: [view.id.text])
    }

    fileprivate func change(
        _ view: DealView, as person: Person, version: Int64? = nil, _ change: (inout DealViewPatch) -> Void
    ) async throws -> DealView {
        var patch = DealViewPatch()
        change(&patch)
        return try await call(
            DealMethods.updateView, patch, as: person, on: [view.id.text], ifMatch: version ?? view.version)
    }

    fileprivate func views(as person: Person) async throws -> [String] {
        try await call(DealMethods.views, DealViewQuery(), as: person).items.map(\.name)
    }

    fileprivate func deals(_ view: DealView, as person: Person) async throws -> DealPage {
        try await call(DealMethods.viewDeals, ViewDealsQuery(count: true), as: person, on: [view.id.text])
    }
}

struct ViewTests {
    @Test func aViewIsKeptAsItWasSaved() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let view = try await desk.save(
                NewDealView(
                    name: "  Live mandates ", filter: live, sort: "-codeName", columns: [.codeName, .value],
                    layout: .board, pinned: true), as: banker)
            #expect(view.name == "Live mandates" && view.scope == .private && view.ownerId == banker.id)
            #expect(view.filter == live && view.sort == "-codeName" && view.columns == [.codeName, .value])
            #expect(view.layout == .board && view.pinned && view.version == 1)
            #expect(try await desk.view(view, as: banker) == view)
        }
    }

    @Test func whatIsLeftOutIsTheUsual() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let view = try await desk.save(NewDealView(name: "All"), as: banker)
            #expect(view.filter == nil && view.sort == "-updatedAt" && view.columns == ViewForm.columnsDefault)
            #expect(view.layout == .table && !view.pinned)
            _ = try await desk.deal("Falcon", by: banker)
            #expect(try await desk.deals(view, as: banker).items.map(\.codeName) == ["Falcon"])
        }
    }

    @Test func everyWrongFieldIsNamed() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let refused = try await fault("validation_failed") {
                try await desk.save(
                    NewDealView(
                        name: " ", filter: .field(.status, .eq, .text("gone")), sort: "value",
                        columns: [.value, .value]),
                    as: banker)
            }
            #expect(
                refused.details == ["name too_short", "sort unknown", "columns invalid", "filter.value invalid"])
            let unknown = try await fault("validation_failed") {
                let view: DealView = try await desk.send(
                    DealMethods.createView, json: #"{"name":"x","columns":["codeName","price"]}"#, as: banker)
                return view
            }
            #expect(unknown.details == ["columns[1] invalid"])
        }
    }

    @Test func aLongFilterIsRefused() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let long = DealFilter.all(
                (0..<50).map { _ in .field(.sector, .eq, .text(String(repeating: "x", count: 200))) })
            let refused = try await fault("validation_failed") {
                try await desk.save(NewDealView(name: "Long", filter: long), as: banker)
            }
            #expect(refused.details == ["filter too_long"])
        }
    }

    @Test func aViewIsRunForWhoeverAsksNeverForItsOwner() async throws {
        try await Desk.with { desk in
            let (owner, other, compliance) = (desk.person(.banker), desk.person(.banker), desk.person(.compliance))
            let observer = desk.person(.observer)
            _ = try await desk.deal("Falcon", by: owner)
            _ = try await desk.deal("Secret", by: owner, confidentiality: .secret)
            let own = try await desk.deal("Hawk", by: other)
            let view = try await desk.save(
                NewDealView(name: "Live", scope: .firm, filter: live, sort: "codeName"), as: owner)
            for (person, expected) in [
                (owner, ["Falcon", "Secret"]), (other, ["Hawk"]), (compliance, ["Falcon", "Hawk"]), (observer, []),
            ] {
                let page = try await desk.deals(view, as: person)
                #expect(page.items.map(\.codeName) == expected && page.total == expected.count)
            }
            _ = try await desk.add(observer, to: own, by: other, access: .read, role: .observer)
            #expect(try await desk.deals(view, as: observer).items.map(\.codeName) == ["Hawk"])
            try await desk.remove(observer, from: own, by: other)
            #expect(try await desk.deals(view, as: observer).items.isEmpty)
        }
    }

    @Test func meIsWhoeverAsks() async throws {
        try await Desk.with { desk in
            let (owner, other) = (desk.person(.banker), desk.person(.banker))
            let deal = try await desk.deal("Falcon", by: owner)
            _ = try await desk.add(other, to: deal, by: owner, access: .read)
            let mine = DealFilter.field(.lead, .eq, .text("me"))
            let view = try await desk.save(NewDealView(name: "I lead", scope: .firm, filter: mine), as: owner)
            #expect(try await desk.deals(view, as: owner).items.map(\.codeName) == ["Falcon"])
            #expect(try await desk.deals(view, as: other).items.isEmpty)
        }
    }

    @Test func aPageOfAViewGoesOnWhereItEnded() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            for name in ["One", "Two", "Three"] { _ = try await desk.deal(name, by: banker) }
            let view = try await desk.save(NewDealView(name: "All", filter: live, sort: "codeName"), as: banker)
            var query = ViewDealsQuery(limit: 2)
            let first = try await desk.call(DealMethods.viewDeals, query, as: banker, on: [view.id.text])
            query.cursor = first.nextCursor
            let last = try await desk.call(DealMethods.viewDeals, query, as: banker, on: [view.id.text])
            #expect(first.items.map(\.codeName) == ["One", "Three"] && last.items.map(\.codeName) == ["Two"])
            #expect(last.nextCursor == nil)
            let bad = ViewDealsQuery(limit: 0)
            try await fault("query_invalid") {
                try await desk.call(DealMethods.viewDeals, bad, as: banker, on: [view.id.text])
            }
        }
    }

    @Test func aChangeWantsTheVersionThatWasRead() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let view = try await desk.save(NewDealView(name: "All", filter: live, pinned: true), as: banker)
            try await fault("version_required") {
                try await desk.call(DealMethods.updateView, DealViewPatch(), as: banker, on: [view.id.text])
            }
            try await fault("version_required") {
                try await desk.call(DealMethods.removeView, Nothing(), as: banker, on: [view.id.text])
            }
            let changed = try await desk.change(view, as: banker) { ($0.name, $0.filter) = (.set("Every"), .clear) }
            #expect(changed.name == "Every" && changed.filter == nil && changed.pinned && changed.version == 2)
            let refused = try await fault("version_mismatch") {
                try await desk.change(view, as: banker) { $0.pinned = .set(false) }
            }
            let current = try JSONDecoder().decode(DealView.self, from: Data(try #require(refused.current).utf8))
            #expect(current == changed)
            #expect(try await desk.change(changed, as: banker) { $0.layout = .set(.table) } == changed)
            let usual = try await desk.change(changed, as: banker) { ($0.pinned, $0.columns) = (.clear, .clear) }
            #expect(!usual.pinned && usual.version == 3)
        }
    }

    @Test func aRemovedViewIsGone() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let view = try await desk.save(NewDealView(name: "All"), as: banker)
            _ = try await desk.call(DealMethods.removeView, Nothing(), as: banker, on: [view.id.text], ifMatch: 1)
            try await fault("not_found") { try await desk.view(view, as: banker) }
            #expect(try await desk.views(as: banker) == [])
        }
    }

    @Test func anOwnersViewsHaveDifferentNamesAndAreAHundredAtMost() async throws {
        try await Desk.with { desk in
            let (banker, other) = (desk.person(.banker), desk.person(.banker))
            let first = try await desk.save(NewDealView(name: "View 0"), as: banker)
            try await fault("view_exists") { try await desk.save(NewDealView(name: "VIEW  0"), as: banker) }
            _ = try await desk.save(NewDealView(name: "View 0"), as: other)
            for number in 1..<ViewStore.viewsMax {
                _ = try await desk.save(NewDealView(name: "View \(number)"), as: banker)
            }
            try await fault("views_full") { try await desk.save(NewDealView(name: "More"), as: banker) }
            try await fault("view_exists") { try await desk.change(first, as: banker) { $0.name = .set("view 1") } }
        }
    }
}
