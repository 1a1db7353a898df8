import ArgumentParser
import Foundation
import NIOCore
import RPC
import Testing

@testable import ibpipeline

@Test func watchFollowsAServiceThroughARestart() async throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let secretFile = try folder.file("rpc.secret", TestService.secret)
    let console = try folder.console("watch")
    let first = try await TestService.start(port: 0)
    let port = try #require(first.localPort)
    let command = try WatchCommand.parse([
        "deals", "--address", "127.0.0.1:\(port)", "--secret-file", secretFile, "--timeout", "60s",
    ])
    let lines = { try folder.text(of: "watch.out").split(separator: "\n") }
    try await withThrowingTaskGroup { group in
        group.addTask { try await command.run(on: console) }
        try await eventually { try lines().count == 1 }
        #expect(try lines()[0].contains(" deals 127.0.0.1:\(port): ready 0.1.0, up "))
        await first.drain(within: .milliseconds(100))
        try await eventually { try lines().count == 2 }
        #expect(try lines()[1].contains("the connection ended (unavailable "))
        let second = try await TestService.start(port: port, isReady: false)
        try await eventually { try lines().count == 3 }
        #expect(try lines()[2].contains(": not ready 0.1.0, up "))
        group.cancelAll()
        do {
            try await group.waitForAll()
        } catch  where error.isCancellation {}
        await second.drain(within: .milliseconds(100))
    }
}

/// Asks again until it is so; what is awaited is written by another task and tells nobody.
private func eventually(_ ask: () throws -> Bool) async throws {
    let end = ContinuousClock.now + .seconds(60)
    while try !ask() {
        try #require(ContinuousClock.now < end, "did not come in time")
        try await Task.sleep(for: .milliseconds(10))
    }
}
