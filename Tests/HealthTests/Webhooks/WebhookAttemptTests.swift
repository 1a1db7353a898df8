import Contracts
import Foundation
import GRDB
import RPC
import ServiceKit
import Storage
import Synchronization
import Testing

@testable import health

/// Attempts that end otherwise than one would think.
@Suite(.timeLimit(.minutes(2)))
struct WebhookAttemptTests {
    /// The client stops the whole process for what it does not expect; so this test can only pass or take all others with it.
    @Test(arguments: ["099 x", "000 x", "001 x\r\nContent-Length: 2\r\n\r\nab", "099 x\r\n\r\nHTTP/1.1 200 OK"])
    func statusThatHTTPDoesNotKnowIsAFailedAttempt(status: String) async throws {
        try await RawReceiver.with("HTTP/1.1 \(status)\r\nContent-Length: 0\r\n\r\n") { url in
            try await WebhookBench.with { bench in
                let id = try await bench.add(url).webhook.id
                try await bench.take([event(1)])
                try await bench.delivering {
                    try await eventually { try await bench.deliveries(of: id).first?.attempts.count == 1 }
                }
                let delivery = try await bench.deliveries(of: id).first
                #expect(delivery?.state == .pending)
                #expect(delivery?.attempts.first?.status == nil)
                #expect(delivery?.attempts.first?.error == "no answer: its status is none that HTTP knows")
            }
        }
    }

    /// It passes what comes before an answer, and the answer behind it.
    @Test func answerMayHaveAnotherBeforeIt() async throws {
        let answer = "HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
        try await RawReceiver.with(answer) { url in
            try await WebhookBench.with { bench in
                let id = try await bench.add(url).webhook.id
                try await bench.take([event(1)])
                try await bench.delivering {
                    try await eventually { try await bench.deliveries(of: id, state: .delivered).count == 1 }
                }
            }
        }
    }

    @Test func nothingIsSentWhileTheFileTakesNoWrites() async throws {
        try await Receiver.with { receiver in
            try await WebhookBench.with { bench in
                let id = try await bench.add(receiver.url()).webhook.id
                try await bench.take([event(1)])
                let isWritable = Mutex(false)
                let rounds = Mutex(0)
                try await bench.delivering(
                    isWritable: {
                        rounds.withLock { $0 += 1 }
                        return isWritable.withLock { $0 }
                    }
                ) {
                    for round in 2...5 {
                        bench.desk.bell.ring()
                        try await eventually { rounds.withLock { $0 } >= round }
                    }
                    #expect(receiver.messages.isEmpty)
                    isWritable.withLock { $0 = true }
                    bench.desk.bell.ring()
                    try await eventually { try await bench.deliveries(of: id, state: .delivered).count == 1 }
                }
                #expect(receiver.messages.count == 1)
            }
        }
    }

    @Test func whatCannotBeWrittenDownIsNotSentAgain() async throws {
        try await Receiver.with { receiver in
            try await WebhookBench.with { bench in
                let id = try await bench.add(receiver.url()).webhook.id
                try await bench.take([event(1)])
                try await bench.store.write { db in
                    try db.execute(
                        sql: """
                            CREATE TRIGGER no_attempts BEFORE INSERT ON webhook_attempt
                            BEGIN SELECT RAISE(ABORT, 'not today'); END
                            """)
                }
                let pauses = Mutex<[Duration]>([])
                try await bench.delivering(
                    sleep: { pause in
                        pauses.withLock { $0.append(pause) }
                        try await Task.sleep(for: .milliseconds(1))
                    }
                ) {
                    try await eventually { pauses.withLock(\.count) >= 8 }
                    try await bench.store.write { try $0.execute(sql: "DROP TRIGGER no_attempts") }
                    try await eventually { try await bench.deliveries(of: id, state: .delivered).count == 1 }
                }
                #expect(receiver.messages.count == 1)
                let (first, eighth) = pauses.withLock { ($0[0], $0[7]) }
                #expect(first <= .seconds(1))
                #expect(eighth >= .seconds(15) && eighth <= WebhookDispatcher.pauseMax)
            }
        }
    }

    @Test(arguments: [410, 503])
    func whatTheOldURLAnswersSaysNothingOfTheNewOne(status: Int) async throws {
        try await WebhookBench.with { bench in
            let id = try await bench.add().webhook.id
            try await bench.take([event(1)])
            let job = try #require(try await bench.due().first)
            let new = WebhookPatch(url: "https://new.example/in")
            _ = try await bench.run(HealthMethods.updateWebhook, new, [id], ifMatch: 1)
            try await bench.record(status, of: job)
            let webhook = try await bench.run(HealthMethods.webhook, Nothing(), [id])
            #expect(webhook.status == .enabled && webhook.failingSince == nil)
            let due = try await bench.due()
            #expect(due.map(\.url) == ["https://new.example/in"])
            #expect(due.map(\.tries) == [0] && due.map(\.attempts) == [1])
        }
    }

    @Test func whatTheOldURLHasTakenIsDelivered() async throws {
        try await WebhookBench.with { bench in
            let id = try await bench.add().webhook.id
            try await bench.take([event(1), event(2)])
            let jobs = try await bench.due()
            let new = WebhookPatch(url: "https://new.example/in")
            _ = try await bench.run(HealthMethods.updateWebhook, new, [id], ifMatch: 1)
            let job = try #require(try await bench.due().last)
            try await bench.record(500, of: job)
            try await bench.record(200, of: try #require(jobs.first))
            #expect(try await bench.deliveries(of: id, state: .delivered).count == 1)
            // The new one still fails.
            #expect(try await bench.run(HealthMethods.webhook, Nothing(), [id]).failingSince == start)
        }
    }

    @Test func replayDuringAnAttemptStays() async throws {
        try await WebhookBench.with { bench in
            let id = try await bench.add().webhook.id
            try await bench.take([event(1)])
            try await bench.record(500, of: try #require(try await bench.due().first))
            bench.hand.advance(bySeconds: 5)
            let job = try #require(try await bench.due().first)
            #expect(job.tries == 1)
            _ = try await bench.run(HealthMethods.replayWebhook, Nothing(), [id, job.id])
            try await bench.record(500, of: job)
            let delivery = try await bench.deliveries(of: id).first
            #expect(delivery?.state == .pending && delivery?.nextAttemptAt == bench.hand.now)
            #expect(delivery?.attempts.count == 2)
            let replayed = try #require(try await bench.due().first)
            #expect(replayed.tries == 0 && replayed.attempts == 2)
            try await bench.record(200, of: job)
            #expect(try await bench.deliveries(of: id, state: .delivered).first?.attempts.count == 3)
        }
    }
}

extension WebhookBench {
    fileprivate func due() async throws -> [DeliveryJob] {
        try await desk.deliveries.due(at: hand.now, flying: [], placesMax: 2).jobs
    }

    /// As if the receiver had answered.
    fileprivate func record(_ status: Int, of job: DeliveryJob) async throws {
        _ = try await desk.deliveries.record(
            .answered(status: status, retryAfter: nil, response: nil), of: job, startedAt: hand.now,
            endedAt: hand.now, stretch: 1)
    }
}
