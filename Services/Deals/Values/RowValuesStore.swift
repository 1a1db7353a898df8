import Contracts
import GRDB

/// A stored value that this version does not understand. The schema rules it out; seen only when a file was tampered
/// with.
struct StoredValueFault: Error, CustomStringConvertible {
    let column: String

    var description: String { "unreadable value in column \(column)" }
}

extension Row {
    func choice<Choice: RawRepresentable<String>>(_ index: Int, _: Choice.Type = Choice.self) throws -> Choice {
        guard let value = Choice(rawValue: self[index]) else { throw fault(index) }
        return value
    }

    func optionalChoice<Choice: RawRepresentable<String>>(_ index: Int, _: Choice.Type = Choice.self) throws -> Choice?
    {
        hasNull(atIndex: index) ? nil : try choice(index)
    }

    func day(_ index: Int) throws -> BusinessDate {
        guard let day = BusinessDate(text: self[index]) else { throw fault(index) }
        return day
    }

    func optionalDay(_ index: Int) throws -> BusinessDate? { hasNull(atIndex: index) ? nil : try day(index) }

    func money(minor: Int, currency: Int) throws -> Money? {
        guard !hasNull(atIndex: minor) else { return nil }
        guard let currency = Currency(code: self[currency]) else { throw fault(currency) }
        return Money(minorUnits: self[minor], currency: currency)
    }

    private func fault(_ index: Int) -> StoredValueFault {
        StoredValueFault(column: columnNames.dropFirst(index).first ?? "")
    }
}
