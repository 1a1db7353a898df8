import ArgumentParser
import Foundation

/// What proves to the API that the caller may read the log.
struct LogTokenOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("The file of the access token; otherwise it is read from IBP_TOKEN.", valueName: "file"),
        completion: .file())
    var tokenFile: String?
}

/// The option's value alone, which many tasks may share.
struct TokenReader: Sendable {
    private let file: String?

    init(_ options: LogTokenOptions) { file = options.tokenFile }

    /// Reads the token anew, so that a long-lived process sees one that was replaced. Nil where none is given.
    func read() throws -> String? {
        guard let file else { return ProcessInfo.processInfo.environment[Self.variable] }
        guard let token = PrivateFile(path: file).content else {
            throw CommandFailure(line: "Cannot read \(file), or it is empty.", code: CommandFailure.usage)
        }
        return token
    }

    private static let variable = "IBP_TOKEN"
}

/// Where a cluster serves its log. Other machines are asked over TLS only: a token travels with each request.
enum LogURL {
    static func check(_ url: String, allowsPlainHTTP: Bool = false) throws {
        guard let parts = URLComponents(string: url), let host = parts.host, !host.isEmpty else {
            throw CommandFailure(
                line: "\(url) is not a URL such as https://deals.firm.example.", code: CommandFailure.usage)
        }
        switch parts.scheme {
        case "https": return
        case "http" where allowsPlainHTTP || isLoopback(host): return
        default:
            throw CommandFailure(
                line: "\(url) must begin with https:// unless it is on this machine.", code: CommandFailure.usage)
        }
    }

    private static func isLoopback(_ host: String) -> Bool {
        let octets = host.split(separator: ".", omittingEmptySubsequences: false)
        return ["localhost", "::1", "[::1]"].contains(host)
            || (octets.count == 4 && octets[0] == "127" && octets.allSatisfy { UInt8($0) != nil })
    }
}
