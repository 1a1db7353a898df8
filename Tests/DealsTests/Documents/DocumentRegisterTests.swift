import Contracts
import Foundation
import RPC
import Testing

@testable import deals

/// What stands in the register, and who reads and changes it.
struct DocumentRegisterTests {
    @Test func aLinkIsADocumentAtOnce() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let deal = try await desk.deal("Falcon", by: banker)
            let document = try await desk.link(.nda, in: deal, as: banker)
            #expect(document.link == "https://rooms.example/1" && document.versionNo == 1 && document.isCurrent)
            #expect(try await desk.documentList(deal, as: banker).items == [document])
            try await fault("document_is_a_link") { try await desk.download(document.id, in: deal, as: banker) }
            let event = try #require(try await desk.events().last)
            #expect(event.type == EventType.dealDocumentAdded && event.subject.id == deal.id.text)
            #expect(
                event.changes.map(\.field) == ["documentId", "documentType", "documentTitle", "documentVersion"])
            // An address may hold a secret.
            #expect(!"\(event)".contains("rooms.example"))
        }
    }

    @Test func aNewVersionSupersedesTheOneBefore() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let deal = try await desk.deal("Falcon", by: banker)
            let first = try await desk.upload(Desk.content(10), .cim, in: deal, as: banker)
            desk.clock.advance(seconds: 1)
            let second = try await desk.newVersion(of: first, Desk.content(20), in: deal, as: banker)
            #expect(second.seriesId == first.id && second.versionNo == 2 && second.supersedes == first.id)
            #expect(second.type == .cim && second.title == first.title && second.isCurrent)
            desk.clock.advance(seconds: 1)
            // Of whichever version it is said.
            let third = try await desk.newVersion(of: first, Desk.content(30), in: deal, as: banker)
            #expect(third.versionNo == 3 && third.supersedes == second.id)
            let list = try await desk.documentList(deal, as: banker).items
            #expect(list.map(\.versionNo) == [3, 2, 1] && list.map(\.isCurrent) == [true, false, false])
            let replaced = try await desk.events().filter { $0.type == EventType.dealDocumentReplaced }
            #expect(replaced.count == 2)
            #expect(
                replaced.first?.changes.first
                    == FieldChange("documentId", before: first.id.text, after: second.id.text))
            #expect(try await desk.download(first.id, in: deal, as: banker) == Desk.content(10))
        }
    }

    @Test func aRemovedVersionGivesItsPlaceBackButNotItsNumber() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let deal = try await desk.deal("Falcon", by: banker)
            let first = try await desk.upload(Desk.content(10), in: deal, as: banker)
            let second = try await desk.newVersion(of: first, Desk.content(20), in: deal, as: banker)
            try await desk.removeDocument(second.id, from: deal, as: banker, reason: "the wrong draft")
            #expect(try await desk.documentList(deal, as: banker).items == [first])
            try await fault("not_found") { try await desk.download(second.id, in: deal, as: banker) }
            try await fault("not_found") { try await desk.removeDocument(second.id, from: deal, as: banker) }
            let removed = try await desk.events().filter { $0.type == EventType.dealDocumentRemoved }
            #expect(removed.first?.changes.last == FieldChange("reason", before: nil, after: "the wrong draft"))
            let third = try await desk.newVersion(of: first, Desk.content(30), in: deal, as: banker)
            #expect(third.versionNo == 3 && third.supersedes == second.id)
        }
    }

    @Test func aSignedEngagementLetterStaysWhileTheDealLives() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            var deal = try await desk.deal("Falcon", by: banker)
            let draft = try await desk.upload(Desk.content(9), .engagementLetter, in: deal, as: banker)
            let letter = try await desk.newVersion(of: draft, Desk.content(10), in: deal, as: banker)
            let note = try await desk.upload(Desk.content(11), .other, in: deal, as: banker)
            deal = try await desk.update(deal, as: banker) { $0.engagementLetterSignedOn = .set(.today) }
            try await fault("letter_is_executed") { try await desk.removeDocument(letter.id, from: deal, as: banker) }
            try await desk.removeDocument(note.id, from: deal, as: banker)
            deal = try await desk.move(deal, to: "lost", as: banker, reason: "another adviser")
            try await desk.removeDocument(letter.id, from: deal, as: banker)
        }
    }

    @Test func stagesCanAskWhetherADocumentIsThere() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let (deal, other) = (
                try await desk.deal("Falcon", by: banker), try await desk.deal("Hawk", by: banker)
            )
            let upload = try await desk.register(Desk.content(10), .engagementLetter, in: deal, as: banker)
            #expect(try await !desk.has(.engagementLetter, deal))
            _ = try await desk.put(Desk.content(10), at: 0, of: upload.id, in: deal, as: banker)
            #expect(try await desk.has(.engagementLetter, deal))
            #expect(try await !desk.has(.teaser, deal))
            #expect(try await !desk.has(.engagementLetter, other))
            try await desk.removeDocument(upload.id, from: deal, as: banker)
            #expect(try await !desk.has(.engagementLetter, deal))
        }
    }

    @Test func readersReadAndEditorsAdd() async throws {
        try await Desk.with { desk in
            let (banker, reader, compliance) = (desk.person(.banker), desk.person(.banker), desk.person(.compliance))
            let observer = desk.person(.observer)
            let deal = try await desk.deal("Falcon", by: banker)
            _ = try await desk.add(reader, to: deal, by: banker, access: .read)
            _ = try await desk.add(observer, to: deal, by: banker, access: .read, role: .observer)
            let document = try await desk.upload(Desk.content(10), in: deal, as: banker)
            for person in [reader, compliance, observer] {
                #expect(try await desk.documentList(deal, as: person).items == [document])
                #expect(try await desk.download(document.id, in: deal, as: person) == Desk.content(10))
                let code = person == observer ? "forbidden" : "access_too_low"
                try await fault(code) { try await desk.link(in: deal, as: person) }
                try await fault(code) { try await desk.removeDocument(document.id, from: deal, as: person) }
                try await fault(code) {
                    try await desk.newVersion(of: document, Desk.content(1), in: deal, as: person)
                }
            }
        }
    }

    @Test func anotherDealsDocumentIsNone() async throws {
        try await Desk.with { desk in
            let (banker, second) = (desk.person(.banker), desk.person(.banker))
            let (secret, own) = (
                try await desk.deal("Falcon", by: banker, confidentiality: .secret),
                try await desk.deal("Hawk", by: second)
            )
            let document = try await desk.upload(Desk.content(10), in: secret, as: banker)
            for deal in [secret, own] {
                let hidden = try await fault("not_found") {
                    try await desk.download(document.id, in: deal, as: second)
                }
                let absent = try await fault("not_found") { try await desk.download(UUID(), in: deal, as: second) }
                #expect(hidden == absent)
            }
            try await fault("not_found") { try await desk.newVersion(of: document, [1], in: own, as: second) }
            try await fault("not_found") { try await desk.removeDocument(document.id, from: own, as: second) }
        }
    }

    @Test func eventsOfASecretDealCarryIdsOnly() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let deal = try await desk.deal("Falcon", by: banker, confidentiality: .secret)
            let document = try await desk.upload(Desk.content(10), in: deal, as: banker)
            _ = try await desk.download(document.id, in: deal, as: banker)
            try await desk.removeDocument(document.id, from: deal, as: banker)
            let events = try await desk.events().suffix(3)
            #expect(
                events.map(\.type) == [
                    EventType.dealDocumentAdded, EventType.documentDownloaded, EventType.dealDocumentRemoved,
                ])
            for event in events {
                #expect(event.subject.number == nil && event.changes.map(\.field) == ["documentId"])
                #expect([event.changes[0].before, event.changes[0].after].contains(document.id.text))
            }
        }
    }

    @Test func aDealHasSoManyUploadsAndNoMore() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let deal = try await desk.deal("Falcon", by: banker)
            for _ in 0..<DocumentStore.uploadsMax { _ = try await desk.register([1], in: deal, as: banker) }
            try await fault("too_many_uploads") { try await desk.register([1], in: deal, as: banker) }
            _ = try await desk.link(in: deal, as: banker)
        }
    }
}
