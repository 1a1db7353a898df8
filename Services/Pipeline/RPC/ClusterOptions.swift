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
        guard timeout.duration > .zero else { throw ValidationError("--timeout must be longer than 0.") }
    }

    /// Options go before the environment, and the environment before the default data directory.
    func place(
        of service: String, as caller: String, environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws -> PeerPlace {
        var reader = SettingsReader(environment: environment)
        let address: Address?
        let secret: String?
        let certificates: TLSIdentity.Files?
        do {
            address = try reader.optionalAddress("peer.\(service)", "HOST:PORT of the service")
            secret = try reader.optionalString("rpc.secret.file", "path of the file that holds the shared secret")
            certificates = try reader.tlsFiles()
        } catch {
            throw CommandFailure(line: "\(error)", code: CommandFailure.usage)
        }
        if let address = self.address ?? (dataDir == nil ? address : nil) {
            let own = dataDir.map { DataDirectory($0) }
            if secretFile == nil, let own, let cluster = try? RunningCluster.read(own), cluster.encrypts {
                return PeerPlace(
                    service: service, address: address, secretFile: own.secretFile,
                    certificates: own.tlsFiles(of: caller))
            }
            guard let file = secretFile ?? dataDir.map({ DataDirectory($0).secretFile }) ?? secret ?? certificates?.key
            else {
                throw CommandFailure(
                    line: "An address needs the cluster's secret: give --secret-file FILE or IBP_RPC_SECRET_FILE, "
                        + "or IBP_RPC_TLS_CERT_FILE, …_KEY_FILE and …_AUTHORITY_FILE for a cluster that encrypts.",
                    code: CommandFailure.usage)
            }
            return PeerPlace(
                service: service, address: address, secretFile: file,
                certificates: secretFile == nil ? certificates : nil)
        }
        let directory = DataDirectory(dataDir ?? "data")
        var place = try RunningCluster.read(directory).place(of: service, in: directory, as: caller)
        if let secretFile { (place.secretFile, place.certificates) = (secretFile, nil) }
        return place
    }
}
