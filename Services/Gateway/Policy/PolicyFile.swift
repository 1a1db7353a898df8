import Foundation
import Glibc

/// The policy as a JSON file:
///
///     {"rates": {"user": "50/s:100"}, "corsOrigins": ["https://app.example.com"], "trustedProxies": [], "publicHosts": []}
///
/// Strict: a member that is not known is most likely misspelt, so it is an error.
enum PolicyFile {
    private static let bytesMax = 256 * 1024
    fileprivate static let itemsMax = 1000
    fileprivate static let itemBytesMax = 1024

    /// - Throws: `PolicyError`.
    static func read(_ path: String) throws -> Policy {
        guard let file = FileHandle(forReadingAtPath: path) else { throw PolicyError("\(path) cannot be read") }
        defer { try? file.close() }
        let bytes: Data
        do { bytes = try file.read(upToCount: bytesMax + 1) ?? Data() } catch {
            throw PolicyError("\(path) cannot be read: \(error)")
        }
        guard bytes.count <= bytesMax else { throw PolicyError("\(path) is longer than \(bytesMax) bytes") }
        do { return try policy(bytes) } catch let error as PolicyError { throw PolicyError("\(path): \(error)") }
    }

    static func policy(_ bytes: Data) throws -> Policy {
        do { return try JSONDecoder().decode(Document.self, from: bytes).policy } catch let error as DecodingError {
            throw PolicyError(error)
        }
    }

    /// What tells one state of a file from the next, without reading it.
    struct Stamp: Sendable, Equatable {
        private let device: UInt64
        private let inode: UInt64
        private let modified: [Int]
        private let size: Int

        /// Nil when there is no such file.
        init?(_ path: String) {
            var info = stat()
            guard stat(path, &info) == 0 else { return nil }
            device = UInt64(info.st_dev)
            inode = UInt64(info.st_ino)
            modified = [info.st_mtim.tv_sec, info.st_mtim.tv_nsec]
            size = Int(info.st_size)
        }
    }
}

struct PolicyError: Error, Equatable, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }

    fileprivate init(_ error: DecodingError) {
        func place(_ context: DecodingError.Context) -> String {
            context.codingPath.isEmpty
                ? "the file"
                : context.codingPath.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }.joined(separator: ".")
        }
        switch error {
        case .typeMismatch(let type, let context): description = "\(place(context)) must be \(Self.name(of: type))"
        case .valueNotFound(_, let context): description = "\(place(context)) must not be null"
        case .dataCorrupted(let context) where context.codingPath.isEmpty: description = "it is not valid JSON"
        default: description = "it cannot be read as a policy"
        }
    }

    private static func name(of type: any Any.Type) -> String {
        switch type {
        case is String.Type: "a string"
        case is [Any].Type: "a list"
        default: "an object"
        }
    }
}

private struct Document: Decodable {
    let policy: Policy

    private enum Member: String, CaseIterable { case rates, corsOrigins, trustedProxies, publicHosts }

    init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: AnyMember.self)
        try Self.refuseUnknown(members, Member.allCases.map(\.rawValue), in: nil)
        var policy = Policy()
        if let rates = try members.present(Member.rates.rawValue) {
            let rates = try members.nestedContainer(keyedBy: AnyMember.self, forKey: rates)
            try Self.refuseUnknown(rates, BudgetName.allCases.map(\.rawValue), in: "rates")
            for name in BudgetName.allCases {
                guard let member = try rates.present(name.rawValue) else { continue }
                let text = try rates.decode(String.self, forKey: member)
                guard let rate = GCRA(text: text) else {
                    throw PolicyError(
                        "rates.\(name.rawValue) is \(text.prefix(40)), but must be COUNT/UNIT:BURST such as 50/s:100, 10/m:20"
                    )
                }
                policy.rates[name] = rate
            }
        }
        policy.corsOrigins = try Self.list(members, .corsOrigins)
        policy.trustedProxies = try Self.list(members, .trustedProxies)
        policy.publicHosts = try Self.list(members, .publicHosts)
        self.policy = policy
    }

    private static func list(_ members: KeyedDecodingContainer<AnyMember>, _ name: Member) throws -> [String]? {
        guard let member = try members.present(name.rawValue) else { return nil }
        let items = try members.decode([String].self, forKey: member)
        guard items.count <= PolicyFile.itemsMax else {
            throw PolicyError("\(name.rawValue) has more than \(PolicyFile.itemsMax) items")
        }
        guard items.allSatisfy({ !$0.isEmpty && $0.utf8.count <= PolicyFile.itemBytesMax }) else {
            throw PolicyError(
                "\(name.rawValue) has an item that is empty or longer than \(PolicyFile.itemBytesMax) bytes")
        }
        return items
    }

    private static func refuseUnknown(
        _ members: KeyedDecodingContainer<AnyMember>, _ known: [String], in place: String?
    ) throws {
        guard let name = members.allKeys.map(\.stringValue).filter({ !known.contains($0) }).min() else { return }
        let full = (place.map { $0 + "." } ?? "") + name.prefix(100)
        throw PolicyError(
            "\(full) is not known; \(place ?? "a policy") knows \(known.sorted().joined(separator: ", "))")
    }
}

private struct AnyMember: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}

extension KeyedDecodingContainer where K == AnyMember {
    /// Absent is as the settings have it; null is a mistake, which decoding tells.
    fileprivate func present(_ name: String) throws -> AnyMember? {
        let member = AnyMember(stringValue: name)
        return contains(member) ? member : nil
    }
}
