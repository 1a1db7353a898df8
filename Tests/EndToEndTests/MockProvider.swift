import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import Synchronization

/// A real OpenID provider as a child process: `oidc-provider-mock` from PyPI (see .ci/requirements.txt), which signs in
/// whoever says who he is.
final class MockProvider: Sendable {
    private static let program = """
        import os, sys
        os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"
        from oidc_provider_mock import run_server_in_thread
        with run_server_in_thread() as server:
            print(server.server_port, flush=True)
            sys.stdin.read()
        """

    /// CI has it, and must say so when it has not.
    static let isHere =
        ProcessInfo.processInfo.environment["IBP_CI"] == "1" || python(["-c", "import oidc_provider_mock"])

    let issuer: String
    private let process: Mutex<Process>
    /// The child ends when this end of its input is closed, however this process ends.
    private let input: Pipe

    init() throws {
        let process = Self.prepared(["-c", Self.program])
        let output = Pipe()
        input = Pipe()
        process.standardInput = input
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        var line = ""
        while !line.hasSuffix("\n") {
            let data = output.fileHandleForReading.availableData
            guard !data.isEmpty else { throw Missing("the provider ended before it had a port") }
            line += String(decoding: data, as: UTF8.self)
        }
        issuer = "http://localhost:\(line.trimmingCharacters(in: .newlines))"
        self.process = Mutex(process)
    }

    func stop() {
        try? input.fileHandleForWriting.close()
        process.withLock { if $0.isRunning { $0.terminate() } }
    }

    /// What it will say of this person.
    func put(_ subject: String, _ claims: String) async throws {
        var request = HTTPClientRequest(url: "\(issuer)/users/\(subject)")
        request.method = .PUT
        request.headers.add(name: "Content-Type", value: "application/json")
        request.body = .bytes(ByteBuffer(string: claims))
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(20))
        guard response.status == .noContent else { throw Missing("the provider took no user: \(response.status)") }
    }

    /// The person fills in its form; answers where it sends the browser.
    /// - Parameter answer: the form's fields.
    func authorize(_ location: String, _ answer: String) async throws -> URLComponents {
        let client = HTTPClient(configuration: .init(redirectConfiguration: .disallow))
        var request = HTTPClientRequest(url: location)
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "application/x-www-form-urlencoded")
        request.body = .bytes(ByteBuffer(string: answer))
        let outcome: Result<HTTPHeaders, any Error>
        do { outcome = .success(try await client.execute(request, timeout: .seconds(20)).headers) } catch {
            outcome = .failure(error)
        }
        try await client.shutdown()
        let target = try outcome.get().first(name: "location").flatMap(URLComponents.init(string:))
        guard let target else { throw Missing("the provider sent the browser nowhere") }
        return target
    }

    private static func python(_ arguments: [String]) -> Bool {
        let process = prepared(arguments)
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }

    /// The one in the environment that CI makes, or the machine's own.
    private static func prepared(_ arguments: [String]) -> Process {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let own = root.appendingPathComponent(".build/venv/bin/python")
        let process = Process()
        let isThere = FileManager.default.isExecutableFile(atPath: own.path)
        process.executableURL = isThere ? own : URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = (isThere ? [] : ["python3"]) + arguments
        return process
    }
}
