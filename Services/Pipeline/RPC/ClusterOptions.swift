import ArgumentParser
import Foundation
import RPC
import ServiceKit

/// Where a cluster's services are and what proves that we may call them: the same for all commands that do.
struct ClusterOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The data directory of a cluster that `ibpipeline up` runs. (default: data)", valueName: "dir"),
        completion: .directory)
    var dataDir: String?

    @Option(
        help: ArgumentHelp(
            "Where the service takes calls, for a cluster elsewhere; also from IBP_PEER_<SERVICE>.",
            valueName: "host:port"))
    var address: Address?

    @Option(
        help: ArgumentHelp(
            "The file of the secret that all services share; also from IBP_RPC_SECRET_FILE.", valueName: "file"),
        completion: .file())
    var secretFile: String?

    @Option(help: ArgumentHelp("How long to wait for the connection, and for an answer.", valueName: "time"))
    var timeout = TimeSpan(.seconds(5))

    func validate() throws {
        guard address?.port != 0 else { throw ValidationError("--address must have a port other than 0.") }
    }

    /// Options go before the environment, and the environment before the default data directory.
    func place(
        of service: String, as caller: String, environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws -> PeerPlace {
        let settings = try PeerSettings(of: service, environment)
        if let address = address ?? (dataDir == nil ? settings.address : nil) {
            return try place(of: service, at: address, as: caller, settings)
        }
        let directory = DataDirectory(dataDir ?? "data")
        var place = try RunningCluster.read(directory).place(of: service, in: directory, as: caller)
        if let secretFile { (place.secretFile, place.certificates) = (secretFile, nil) }
        return place
    }

    /// The address is known; what proves who calls is looked for.
    private func place(
        of service: String, at address: Address, as caller: String, _ settings: PeerSettings
    ) throws -> PeerPlace {
        let directory = dataDir.map { DataDirectory($0) }
        if secretFile == nil, let directory, let cluster = try? RunningCluster.read(directory), cluster.encrypts {
            return PeerPlace(
                service: service, address: address, secretFile: directory.secretFile,
                certificates: directory.tlsFiles(of: caller))
        }
        guard
            let file = secretFile ?? directory?.secretFile ?? settings.secretFile ?? settings.certificates?.key
        else {
            throw CommandFailure(
                line: "An address needs the cluster's secret: give --secret-file FILE or IBP_RPC_SECRET_FILE, "
                    + "or IBP_RPC_TLS_CERT_FILE, …_KEY_FILE and …_AUTHORITY_FILE for a cluster that encrypts.",
                code: CommandFailure.usage)
        }
        return PeerPlace(
            service: service, address: address, secretFile: file,
            certificates: secretFile == nil ? settings.certificates : nil)
    }
}

/// What the environment says of a service, under the names that services themselves read.
private struct PeerSettings {
    let address: Address?
    let secretFile: String?
    let certificates: TLSIdentity.Files?

    init(of service: String, _ environment: [String: String]) throws {
        var reader = SettingsReader(environment: environment)
        do {
            address = try reader.optionalAddress("peer.\(service)", "HOST:PORT of the service")
            secretFile = try reader.optionalString("rpc.secret.file", "path of the file that holds the shared secret")
            certificates = try reader.tlsFiles()
        } catch {
            throw CommandFailure(line: "\(error)", code: CommandFailure.usage)
        }
    }
}
