import Configuration
import Foundation

/// Reads one process's settings from its environment: the key `data.dir` is the variable `IBP_DATA_DIR`. Missing or wrong
/// values stop the start with the name of the variable and what it wants; a variable that nobody asked for does too, because
/// it is most likely misspelt.
package struct SettingsReader {
    private let config: ConfigReader
    private let names: Set<String>
    /// The one that is known from the start is the build's.
    private var asked: Set<String> = ["IBP_WARNINGS_AS_ERRORS"]

    package init(environment: [String: String] = ProcessInfo.processInfo.environment) {
        names = Set(environment.keys.filter { $0.hasPrefix("IBP_") })
        config = ConfigReader(provider: EnvironmentVariablesProvider(environmentVariables: environment)).scoped(
            to: "ibp")
    }

    /// - Parameter help: what the value is for; part of the error when it is missing or wrong.
    package mutating func string(_ key: String, default fallback: String? = nil, _ help: String) throws -> String {
        if let value = try optionalString(key, help) ?? fallback { return value }
        throw SettingsError("\(Self.variable(key)) is not set: \(help)")
    }

    package mutating func optionalString(_ key: String, _ help: String) throws -> String? {
        asked.insert(Self.variable(key))
        guard let value = config.string(forKey: ConfigKey(key)) else { return nil }
        guard !value.isEmpty else { throw SettingsError("\(Self.variable(key)) is empty: \(help)") }
        return value
    }

    package mutating func int(_ key: String, default fallback: Int, in range: ClosedRange<Int>, _ help: String) throws
        -> Int
    {
        guard let text = try optionalString(key, help) else { return fallback }
        guard let value = Int(text), range.contains(value) else {
            throw SettingsError(
                "\(Self.variable(key)) is \(text), but must be a whole number from \(range.lowerBound) to \(range.upperBound): \(help)"
            )
        }
        return value
    }

    /// `500ms`, `10s`, `5m`, `12h`, `30d`.
    package mutating func duration(
        _ key: String, default fallback: Duration, in range: ClosedRange<Duration>, _ help: String
    ) throws -> Duration {
        try optionalDuration(key, in: range, help) ?? fallback
    }

    package mutating func optionalDuration(
        _ key: String, in range: ClosedRange<Duration>, _ help: String
    ) throws -> Duration? {
        guard let text = try optionalString(key, help) else { return nil }
        guard let value = Duration(setting: text), range.contains(value) else {
            throw SettingsError(
                "\(Self.variable(key)) is \(text), but must be a time such as 500ms, 10s, 5m, 12h or 30d "
                    + "from \(range.lowerBound) to \(range.upperBound): \(help)")
        }
        return value
    }

    /// A value that must not show in a process list: from the variable itself, or from the file that `…_FILE` names.
    package mutating func secret(_ key: String, _ help: String) throws -> String? {
        let direct = try optionalString(key, help)
        let file = try optionalString(key + ".file", "path of a file that holds it: \(help)")
        guard let file else { return direct }
        guard direct == nil else {
            throw SettingsError("both \(Self.variable(key)) and \(Self.variable(key))_FILE are set; use one")
        }
        guard let text = try? String(contentsOfFile: file, encoding: .utf8) else {
            throw SettingsError("\(Self.variable(key))_FILE names \(file), which cannot be read")
        }
        let value = text.trimmingCharacters(in: .whitespacesAndNewlines)
        guard !value.isEmpty else {
            throw SettingsError("\(Self.variable(key))_FILE names \(file), which is empty: \(help)")
        }
        return value
    }

    /// `HOST:PORT`; IPv6 hosts in brackets.
    package mutating func address(_ key: String, default fallback: Address, _ help: String) throws -> Address {
        try optionalAddress(key, help) ?? fallback
    }

    package mutating func optionalAddress(_ key: String, _ help: String) throws -> Address? {
        guard let text = try optionalString(key, help) else { return nil }
        guard let address = Address(text) else {
            throw SettingsError("\(Self.variable(key)) is \(text), but must be HOST:PORT: \(help)")
        }
        return address
    }

    /// Call after everything has been asked for.
    package func refuseUnknown(process: String) throws {
        guard let unknown = names.subtracting(asked).min() else { return }
        throw SettingsError(
            "\(unknown) is not a setting of \(process); it knows \(asked.sorted().joined(separator: ", "))")
    }

    /// `IBP_RATE_USER` for `rate.user`.
    package static func variable(_ key: String) -> String { "IBP_" + key.uppercased().replacing(".", with: "_") }
}

extension Duration {
    /// A whole number and its unit: `500ms`, `10s`, `5m`, `12h` or `30d`; nil for anything else.
    package init?(setting text: String) {
        let digits = text.prefix { $0.isNumber }
        guard let number = Int64(digits), number <= 1_000_000 else { return nil }
        switch text.dropFirst(digits.count) {
        case "ms": self = .milliseconds(number)
        case "s": self = .seconds(number)
        case "m": self = .seconds(number * 60)
        case "h": self = .seconds(number * 3600)
        case "d": self = .seconds(number * 86_400)
        default: return nil
        }
    }
}

/// One line that says which setting is wrong and what it wants.
package struct SettingsError: Error, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }
}
