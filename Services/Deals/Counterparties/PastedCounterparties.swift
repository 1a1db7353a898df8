import Contracts
import RPC

/// What a column of a pasted table says of a counterparty.
enum PastedColumn: Sendable, Hashable {
    case name, kind, tier, country, codeAlias, contact, nextAction, notes

    /// Nil for what no counterparty has.
    init?(header: String) {
        switch FoldedText.of(header) {
        case "name", "company", "buyer", "investor", "lender", "target", "organization", "counterparty": self = .name
        case "kind", "type": self = .kind
        case "tier": self = .tier
        case "country": self = .country
        case "alias", "code alias", "codealias", "code name": self = .codeAlias
        case "contact": self = .contact
        case "next action", "nextaction", "next step": self = .nextAction
        case "notes", "note", "comment", "comments": self = .notes
        default: return nil
        }
    }
}

/// A row of a text, by line; cells that are empty are not there.
struct PastedRow: Sendable, Hashable {
    let line: Int
    var cells: [PastedColumn: String] = [:]
}

/// What somebody pasted: a table with tabs or commas whose first line names its columns, or one name a line.
struct PastedCounterparties: Sendable {
    static let bytesMax = 200_000

    private(set) var rows: [PastedRow] = []
    /// Names of columns that no counterparty has, some of them.
    private(set) var ignored: [String] = []

    /// - Throws: `validation_failed` for what is neither.
    init(_ text: String) throws(RPCFault) {
        guard text.utf8.count <= Self.bytesMax else {
            throw Self.fault("too_long", "must have at most \(Self.bytesMax) bytes")
        }
        let lines = text.split(omittingEmptySubsequences: false) { $0.isNewline }.map { String($0).trimmed }
        guard let first = lines.first(where: { !$0.isEmpty }) else { throw Self.fault("required", "must have a line") }
        for separator in ["\t", ","] as [Character] where Self.isHeader(first, separator) {
            try readTable(text, separator)
            return
        }
        guard !first.contains("\t") else {
            throw Self.fault("header_missing", "The first line of a table must name its columns, one of them name.")
        }
        for (index, line) in lines.enumerated() where !line.isEmpty {
            rows.append(PastedRow(line: index + 1, cells: [.name: line]))
        }
    }

    private static func isHeader(_ line: String, _ separator: Character) -> Bool {
        line.split(separator: separator).contains { cell in
            PastedColumn(header: cell.filter { $0 != "\"" }) == .name
        }
    }

    private mutating func readTable(_ text: String, _ separator: Character) throws(RPCFault) {
        var (columns, rows): ([PastedColumn?]?, [PastedRow]) = (nil, [])
        var ignored: [String] = []
        func take(_ row: CSVRow) {
            guard let columns else {
                columns = row.cells.map(PastedColumn.init(header:))
                ignored = row.cells.filter { PastedColumn(header: $0) == nil && !$0.trimmed.isEmpty }
                return
            }
            var read = PastedRow(line: row.line)
            for (column, cell) in zip(columns, row.cells) where !cell.trimmed.isEmpty {
                if let column, read.cells[column] == nil { read.cells[column] = cell }
            }
            if !read.cells.isEmpty { rows.append(read) }
        }
        var reader = CSVReader(separator: separator.asciiValue ?? UInt8(ascii: ","))
        do {
            try reader.read(text.utf8, take)
            try reader.end(take)
        } catch let fault as CSVFault {
            throw Self.fault(fault.code, "line \(fault.line): \(fault.message)")
        } catch {
            throw Self.fault("unreadable", "is not a table")
        }
        (self.rows, self.ignored) = (rows, ignored.prefix(20).map { String($0.prefix(100)) })
    }

    private static func fault(_ code: String, _ message: String) -> RPCFault {
        .invalid([FieldFault("text", code, message)])
    }
}

extension NewCounterparty {
    /// - Throws: `validation_failed` for a kind that nobody knows.
    init(_ row: PastedRow, kind usual: CounterpartyKind, tier: String?) throws(RPCFault) {
        let kind = row.cells[.kind].map(CounterpartyKind.init(pasted:))
        if case .some(.none) = kind {
            let all = CounterpartyKind.allCases.map(\.rawValue).joined(separator: ", ")
            throw .invalid([FieldFault("kind", "invalid", "must be one of \(all)")])
        }
        self.init(name: row.cells[.name] ?? "", kind: kind.flatMap { $0 } ?? usual)
        self.tier = row.cells[.tier].map { $0.trimmed.uppercased() } ?? tier
        country = row.cells[.country].map { $0.trimmed.uppercased() }
        codeAlias = row.cells[.codeAlias]
        contact = row.cells[.contact]
        nextAction = row.cells[.nextAction]
        notes = row.cells[.notes]
    }
}

extension CounterpartyKind {
    /// As people write it.
    init?(pasted text: String) {
        let word = FoldedText.of(text)
        switch word {
        case "corporate", "trade": self = .strategic
        case "pe", "private equity", "financial sponsor", "financial": self = .sponsor
        case "swf", "sovereign wealth fund": self = .sovereign
        case "bank": self = .lender
        default: self.init(rawValue: word.replacing(" ", with: "_").replacing("-", with: "_"))
        }
    }

    /// Nil for organizations that are no buyers of a kind.
    init?(_ organization: OrganizationKind) {
        switch organization {
        case .strategic: self = .strategic
        case .sponsor: self = .sponsor
        case .lender: self = .lender
        case .adviser, .issuer, .other: return nil
        }
    }
}
