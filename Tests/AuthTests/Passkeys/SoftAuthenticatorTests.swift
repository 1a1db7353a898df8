import Contracts
import Foundation
import RPC
import Subprocess
import SystemPackage
import Testing

@testable import auth

/// `Authenticator/authenticator.py`, an authenticator that others have written, for the time of a closure.
private struct SoftAuthenticator {
    /// A Python that has the package `soft-webauthn`: of the environment that `.ci/lint` prepares, or the one in PATH.
    static let python: String? = [root + "/.build/venv/bin/python", "python3"].first { python in
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [python, "-c", "import soft_webauthn"]
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }
    /// What could be installed and was not is a failure there.
    static let isAsked = python != nil || ProcessInfo.processInfo.environment["IBP_CI"] == "1"

    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().path
    private static let root = URL(filePath: folder).deletingLastPathComponent().deletingLastPathComponent().path

    private let writer: StandardInputWriter
    private var answers: SubprocessOutputSequence.StringSequence<UTF8>.AsyncIterator

    static func with(_ body: @Sendable (inout SoftAuthenticator) async throws -> Void) async throws {
        let python = try #require(python, "pip install -r .ci/requirements.txt")
        let arguments = [python, folder + "/Authenticator/authenticator.py"]
        let result = try await Subprocess.run(
            .path("/usr/bin/env"), arguments: Arguments(arguments), input: .inputWriter, output: .sequence,
            error: .discarded
        ) { execution in
            var authenticator = SoftAuthenticator(
                writer: execution.standardInputWriter,
                answers: execution.standardOutput.strings().makeAsyncIterator())
            try await body(&authenticator)
            try await execution.standardInputWriter.finish()
        }
        #expect(result.terminationStatus == .exited(0))
    }

    mutating func create(
        _ creation: PasskeyCreation, verifies: Bool = true
    ) async throws -> PasskeyRegistration {
        try await ask("create", StrictJSON.encode(creation.publicKey), verifies)
    }

    mutating func get(_ request: PasskeyRequest, verifies: Bool = true) async throws -> PasskeyAssertion {
        try await ask("get", StrictJSON.encode(request.publicKey), verifies)
    }

    private mutating func ask<Answer: Decodable>(_ work: String, _ options: Data, _ verifies: Bool) async throws
        -> Answer
    {
        let options = String(decoding: options, as: UTF8.self)
        _ = try await writer.write(
            #"{"\#(work)":\#(options),"origin":"\#(TestAuthenticator.origins[0])","verifies":\#(verifies)}"# + "\n")
        let line = try #require(try await answers.next())
        return try StrictJSON.decode(Answer.self, from: Data(line.utf8))
    }
}

@Suite(.enabled(if: SoftAuthenticator.isAsked, "no Python has the package soft-webauthn"))
struct SoftAuthenticatorTests {
    @Test(.timeLimit(.minutes(1))) func anotherHandsAuthenticatorIsAddedAndSignsIn() async throws {
        try await AuthBench.withPasskeys { bench in
            try await SoftAuthenticator.with { authenticator in
                let root = try await bench.signIn()
                let credential = try await authenticator.create(try await bench.creation(root))
                let passkey = try await bench.desk.passkeys.add(
                    NewPasskey(name: "Soft", credential: credential), try await bench.context(root))
                for _ in 1...3 {
                    let assertion = try await authenticator.get(try await bench.request())
                    let signedIn = try await bench.desk.sessions.login(SignIn(passkey: assertion), bench.anonymous())
                    #expect(signedIn.user == root.user)
                }
                #expect(try await bench.passkeys(root).map(\.id) == [passkey.id])

                let unverified = try await authenticator.get(try await bench.request(), verifies: false)
                let refused = try await fault {
                    try await bench.desk.sessions.login(SignIn(passkey: unverified), bench.anonymous())
                }
                #expect(refused?.code == "invalid_credentials")
            }
        }
    }
}
