import ArgumentParser
import Foundation
import NIOHTTP1
import ServiceKit
import Testing

@testable import gateway
@testable import ibpipeline

/// What the documents name exists: commands with their options, routes, settings, `make` targets, files.
struct DocumentsTests {
    @Test(arguments: try Document.all()) func linksLeadSomewhere(document: Document) {
        for match in document.text.matches(of: /\]\(([^)#:]+)(#[^)]*)?\)/) {
            let path = document.folder.appending(path: String(match.1)).path
            #expect(FileManager.default.fileExists(atPath: path), "\(document): \(match.1)")
        }
    }

    @Test(arguments: try Document.all()) func filesAreThere(document: Document) {
        for span in document.codeSpans {
            guard let match = try? /(Shared|Services|Tests|compose|k8s|\.ci)\/[\w.\/+-]+/.wholeMatch(in: span) else {
                continue
            }
            // What commands make there.
            if span.hasPrefix("compose/secrets/") || span.contains("/.build/") { continue }
            let path = Document.root.appending(path: String(match.0)).path
            #expect(FileManager.default.fileExists(atPath: path), "\(document): \(span)")
        }
    }

    @Test(arguments: try Document.all()) func makeTargetsExist(document: Document) throws {
        let targets = try Set(
            String(contentsOf: Document.root.appending(path: "Makefile"), encoding: .utf8)
                .matches(of: /(?m)^([a-z-]+):/).map { String($0.1) })
        for line in document.codeLines {
            for match in line.matches(of: /(?:^|[;&|] *)make ((?:[a-z-]+ ?)+)/) {
                for target in match.1.split(separator: " ") {
                    #expect(targets.contains(String(target)), "\(document): \(line)")
                }
            }
        }
    }

    @Test(arguments: try Document.all()) func routesExist(document: Document) {
        for match in document.text.matches(
            of: /(?:\b(GET|POST|PUT|PATCH|DELETE) )?(\/(?:api|\.well-known)\/[\w{}\/.$-]*)([…*])?/)
        {
            guard match.3 == nil else { continue }
            let path = String(match.2.trimmingSuffix { ".-/".contains($0) })
            guard path != Pages.docs else { continue }
            #expect(
                RouteTable.all.contains {
                    $0.takes(path) && (match.1 == nil || $0.method.rawValue == match.1.map(String.init))
                }, "\(document): \(match.0)")
        }
    }

    @Test(arguments: try Document.all()) func settingsAreRead(document: Document) throws {
        let settings = try Settings.inSources.get()
        for match in document.text.matches(of: /\bIBP_[A-Z0-9_]*[A-Z0-9]\b/) {
            let isRead = settings.contains(String(match.0))
            #expect(isRead, "\(document): \(match.0)")
        }
    }

    @Test func everySettingIsDocumented() throws {
        let documents = try Document.all().map(\.text).joined()
        for name in try Settings.inSources.get().read where !documents.contains(name) {
            // The tables write `IBP_X_FILE, _KEY_FILE` short.
            let end = try #require(name.split(separator: "_").last)
            let isThere = documents.contains("_\(end)`")
            #expect(isThere, "\(name) stands in no document")
        }
    }

    @Test(arguments: try Document.all()) func commandsExistWithTheirOptions(document: Document) {
        for line in document.codeLines {
            for match in line.matches(of: /(?:^|\s)ibpipeline ([a-z][^#;`]*)/) where !line.contains("kubectl") {
                var words = match.1.split(separator: " ").map(String.init)
                var command: any ParsableCommand.Type = Pipeline.self
                while let name = words.first,
                    let next = command.configuration.subcommands.first(where: { $0.names.contains(name) })
                {
                    command = next
                    words.removeFirst()
                }
                #expect(
                    command.configuration.subcommands.isEmpty || command.configuration.defaultSubcommand != nil
                        || words.first?.contains("|") == true,
                    "\(document): there is no command \(words.first ?? "") in: \(line)")
                let help = Pipeline.helpMessage(
                    for: command.configuration.defaultSubcommand ?? command, includeHidden: true)
                for match in words.joined(separator: " ").matches(of: /--[a-z-]+/) {
                    let isThere = help.contains(match.0)
                    #expect(isThere, "\(document): \(command._commandName) has no \(match.0)")
                }
            }
        }
    }

    @Test func everyMetricIsListed() throws {
        let counted = try Document.texts(in: ["Services", "Shared"], ["swift"]).matches(of: /label: "(ibp_\w+)"/)
            .map { String($0.1) }
        let listed = try Document.texts(in: ["Shared/Telemetry"], ["md"]).matches(of: /(?m)^\| `(ibp_\w+)/)
            .map { String($0.1) }
        #expect(Set(listed) == Set(counted))
    }

    @Test func theReadmeIsAmongThem() throws {
        #expect(try Document.all().count >= 8)
        #expect(try Document.all().contains { $0.description == "README.md" && $0.codeLines.count > 30 })
    }
}

/// One Markdown file of the tree.
struct Document: CustomStringConvertible {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// The files of these kinds, as one text.
    static func texts(in places: [String], _ kinds: Set<String>) throws -> String {
        try files(in: places).filter { kinds.contains($0.pathExtension) }
            .map { try String(contentsOf: $0, encoding: .utf8) }.joined(separator: "\n")
    }

    let description: String
    let folder: URL
    let text: String

    static func all() throws -> [Document] {
        try files(in: ["Services", "Shared", "Tests", "compose", "k8s"]).filter { $0.pathExtension == "md" }
            .map(Document.init)
            + FileManager.default.contentsOfDirectory(at: root, includingPropertiesForKeys: nil)
            .filter { $0.pathExtension == "md" }.map(Document.init)
    }

    private static func files(in places: [String]) throws -> [URL] {
        try places.flatMap { place -> [URL] in
            let url = root.appending(path: place)
            guard try url.resourceValues(forKeys: [.isDirectoryKey]).isDirectory == true else { return [url] }
            return try FileManager.default.enumerator(at: url, includingPropertiesForKeys: [.isRegularFileKey])?
                .compactMap { $0 as? URL }.filter {
                    try !$0.path.contains("/.build/")
                        && $0.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile == true
                } ?? []
        }
    }

    private init(_ file: URL) throws {
        description = String(file.path.dropFirst(Self.root.path.count).trimmingPrefix("/"))
        folder = file.deletingLastPathComponent()
        text = try String(contentsOf: file, encoding: .utf8)
    }

    /// Between single backticks.
    var codeSpans: [String] {
        text.replacing(/(?s)```.*?```/, with: "").matches(of: /`([^`\n]+)`/).map { String($0.1) }
    }

    /// Those of fenced blocks, and code spans.
    var codeLines: [String] {
        text.matches(of: /(?s)```\w*\n(.*?)```/).flatMap {
            $0.1.replacing("\\\n", with: " ").split(separator: "\n").map { String($0.prefix { $0 != "#" }) }
        } + codeSpans
    }
}

/// The settings that the services read, as their sources name them: `reader.string("data.dir", …)` is IBP_DATA_DIR.
private struct Settings {
    static let inSources = Result { try Settings() }

    /// Whole names.
    let read: Set<String>
    /// Of names with a part that is put in, such as the peer of `IBP_PEER_DEALS`.
    private let beginnings: [String]
    /// What is no setting of a service but read by tests, scripts and the build.
    private let others: String

    private init() throws {
        let sources = try Document.texts(in: ["Services", "Shared"], ["swift"])
        let keys = sources.matches(of: /(?:reader\.|try )(\w+)\(\s*"([a-z.]+)(")?/)
            .filter { $0.1 != "word" }  // of JSON
            .map {
                let isSecret = ["secret", "fileKey"].contains($0.1)
                return (name: SettingsReader.variable(String($0.2)), isWhole: $0.3 != nil, isSecret: isSecret)
            }
        let whole = keys.filter { $0.isWhole && $0.name != "IBP_SUPERVISOR_PID" }  // `up` sets it itself
        read = Set(whole.map(\.name)).union(whole.filter(\.isSecret).map { $0.name + "_FILE" })
            .union(BudgetName.allCases.map { SettingsReader.variable($0.settingKey) })
        beginnings = keys.filter { !$0.isWhole && $0.name.hasSuffix("_") }.map(\.name)
        others =
            sources
            + (try Document.texts(
                in: ["Tests", ".ci", "compose", "Makefile", "Package.swift"], ["swift", "py", "yaml", ""]))
    }

    func contains(_ name: String) -> Bool {
        read.contains(name) || beginnings.contains { name.hasPrefix($0) } || others.contains("\"\(name)")
            || others.contains("\(name)=")
    }
}

extension Route {
    /// Whether a document's path means this route: it names the parameter, or has something in its place.
    fileprivate func takes(_ path: String) -> Bool {
        let segments = path.split(separator: "/").map(String.init)
        return segments.count == pattern.count
            && zip(segments, pattern).allSatisfy { segment, own in own.hasPrefix("{") || segment == own }
    }
}

extension ParsableCommand {
    fileprivate static var names: [String] { [configuration.commandName ?? _commandName] + configuration.aliases }
}

extension StringProtocol {
    fileprivate func trimmingSuffix(while isPart: (Character) -> Bool) -> SubSequence {
        var rest = self[...]
        while let last = rest.last, isPart(last) { rest.removeLast() }
        return rest
    }
}
