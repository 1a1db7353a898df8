import ArgumentParser
import Foundation

/// Fills a running cluster with the sample data, by its public API.
struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Fills a running cluster with sample deals.",
        discussion: """
            Signs in as an administrator, makes seven people, and lets them work through 41 deals. Running it again \
            adds only what is missing. All sample people share one password, which is made at the first run.

            Example:
              ibpipeline demo --url http://127.0.0.1:8080 --email admin@firm.example --password-file ./admin-password
            """)

    @Option(help: "The cluster's address.")
    var url = "http://127.0.0.1:8080"

    @Option(help: "An administrator's e-mail address.")
    var email: String

    @Option(help: ArgumentHelp("The file that holds the administrator's password.", valueName: "file"))
    var passwordFile: String

    @Option(
        help: ArgumentHelp(
            "The file that keeps the sample people's password. (default: demo-password beside the other one)",
            valueName: "file"))
    var demoPasswordFile: String?

    func run() async throws {
        guard let password = PrivateFile(path: passwordFile).content else {
            throw CommandFailure(line: "Cannot read \(passwordFile), or it is empty.")
        }
        let beside = URL(fileURLWithPath: passwordFile).deletingLastPathComponent().path + "/demo-password"
        let passphrase = try PrivateFile(path: demoPasswordFile ?? beside)
            .readOrCreate(bytesMin: Passphrase.charactersMin, Passphrase.make)
        let administrator = Credentials(email: email, password: password)
        try await APIClient.withClient(for: url) { api in
            try await DemoLoader(
                api: api, console: Console(), administrator: administrator, passphrase: passphrase
            ).load()
        }
    }
}
