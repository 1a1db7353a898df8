import ArgumentParser
import Contracts
import NIOCore
import RPC
import ServiceKit
import Storage
import Testing

@testable import ibpipeline

struct PeerOptionsTests {
    private func place(_ arguments: [String], _ environment: [String: String] = [:]) throws -> PeerPlace {
        try PeerOptions.parse(arguments).place(environment: environment)
    }

    private let environment = ["IBP_PEER_DEALS": "10.0.0.1:7102", "IBP_RPC_SECRET_FILE": "/run/secret"]

    @Test func theServicesAreThoseThatTakeCalls() {
        #expect(Set(PeerService.allCases.map(\.rawValue)) == Set(Peer.servers))
    }

    @Test func addressAndSecretComeFromTheOptions() throws {
        let place = try place(["deals", "--address", "[::1]:7102", "--secret-file", "./s"], environment)
        #expect(
            place == PeerPlace(service: "deals", address: Address(host: "::1", port: 7102), secretFile: "./s"))
        #expect(place.text == "deals [::1]:7102")
    }

    @Test func addressAndSecretComeFromTheEnvironmentAsForTheServices() throws {
        let place = try place(["deals"], environment)
        #expect(place.address.text == "10.0.0.1:7102")
        #expect(place.secretFile == "/run/secret")
    }

    @Test func anAddressOfAnotherServiceIsNotTaken() throws {
        let failure = try #require(throws: CommandFailure.self) {
            try place(["auth"], environment)
        }
        #expect(failure.line.hasPrefix("No cluster runs on"))
    }

    @Test func aDataDirectoryGoesBeforeTheEnvironment() throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let lock = try DataDirectory(folder.path).lock()
        defer { lock.release() }
        let plan = try ClusterPlan.sample(DataDirectory(folder.path))
        try RunningCluster(plan).write(to: DataDirectory(folder.path))
        let place = try place(["deals", "--data-dir", folder.path], environment)
        #expect(place.address == plan.peers["deals"])
        #expect(place.secretFile == "\(folder.path)/rpc.secret")
    }

    @Test func underTLSTheCertificateIsThatOfTheCaller() throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let directory = DataDirectory(folder.path)
        let lock = try directory.lock()
        defer { lock.release() }
        try RunningCluster(try .sample(directory, encrypts: true)).write(to: directory)
        let options = ["deals", "--data-dir", folder.path]
        #expect(try place(options).certificates == directory.tlsFiles(of: "operator"))
        #expect(try place(options + ["--as", "gateway"]).certificates == directory.tlsFiles(of: "gateway"))
        let elsewhere = try place(options + ["--address", "h:1"])
        #expect(elsewhere.certificates == directory.tlsFiles(of: "operator"))
        // What is said at the command line goes before all else.
        #expect(try place(options + ["--secret-file", "./s"]).certificates == nil)
    }

    @Test func anAddressWithoutASecretIsAUsageError() throws {
        let failure = try #require(throws: CommandFailure.self) { try place(["deals", "--address", "h:1"]) }
        #expect(failure.code == 64)
        #expect(failure.line.contains("--secret-file"))
    }

    @Test func aWrongAddressInTheEnvironmentIsNamed() throws {
        let failure = try #require(throws: CommandFailure.self) { try place(["deals"], ["IBP_PEER_DEALS": "nowhere"]) }
        #expect(failure.line.contains("IBP_PEER_DEALS is nowhere"))
        #expect(failure.code == 64)
    }

    @Test(arguments: [
        ["gateway"], ["deals", "--address", "nowhere"], ["deals", "--address", "h:0"], ["deals", "--as", ""],
        ["deals", "--timeout", "soon"], ["deals", "--timeout", "0s"],
    ])
    func whatMakesNoSenseIsRefused(arguments: [String]) {
        #expect(throws: (any Error).self) { try PeerOptions.parse(arguments) }
    }

    @Test func callsAreMadeUnderTheOperatorsName() throws {
        #expect(try PeerOptions.parse(["deals"]).caller == "operator")
        #expect(try PeerOptions.parse(["deals", "--as", "gateway"]).caller == "gateway")
    }

    @Test(arguments: [("250ms", "250ms"), ("5s", "5s"), ("2m", "120s"), ("1500ms", "1.5s")])
    func timesAreReadAndShown(argument: String, text: String) {
        #expect(TimeSpan(argument: argument)?.text == text)
    }

    @Test func everyFailureToConnectIsOneLineThatSaysWhatToDo() {
        let place = PeerPlace(service: "deals", address: Address(host: "h", port: 1), secretFile: "/s")
        let line = { place.failure($0, timeout: TimeSpan(.seconds(5))).line }
        #expect(
            line(.unreachable("connection refused"))
                == "deals cannot be reached on h:1 (connection refused); see whether it runs, or check --address.")
        #expect(
            line(.timedOut)
                == "h:1 did not answer within 5s; check the address, or wait longer with --timeout.")
        #expect(
            line(.wrongSecret)
                == "deals on h:1 has another secret than /s; name the file that its IBP_RPC_SECRET_FILE names.")
        #expect(line(.otherPeer("auth")) == "h:1 is auth, not deals; ask for auth, or check --address.")
        #expect(line(.otherProtocol) == "h:1 does not speak the services' RPC; it may be an HTTP port.")
        #expect(line(.tls("expired")).contains("cannot agree on TLS (expired)"))
        #expect(line(.refused("no")) == "deals on h:1 refused the connection: no; see its log.")
    }

    @Test func aSecretThatIsMissingOrShortIsNamed() throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        for file in ["\(folder.path)/none", try folder.file("short", "short")] {
            let place = PeerPlace(service: "deals", address: Address(host: "h", port: 1), secretFile: file)
            let failure = #expect(throws: CommandFailure.self) {
                try place.configuration(as: "operator", timeout: .seconds(1))
            }
            #expect(failure?.line.contains(file) == true)
        }
    }
}
