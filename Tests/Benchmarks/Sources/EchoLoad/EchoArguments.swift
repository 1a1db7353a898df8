/// The command line that all echo programs understand.
package enum EchoArguments {
    case server(port: Int)
    case client(port: Int, inFlight: Int, seconds: Double, bytes: Int)

    package static let usage = "server PORT | client PORT IN_FLIGHT SECONDS [BYTES]"
    package static let bytesDefault = 128

    /// Nil when they do not fit.
    package init?(_ arguments: [String]) {
        let numbers = arguments.dropFirst().compactMap(Double.init)
        guard numbers.count == arguments.count - 1, numbers.allSatisfy({ $0 > 0 }) else { return nil }
        switch (arguments.first, numbers.count) {
        case ("server", 1): self = .server(port: Int(numbers[0]))
        case ("client", 3...4):
            self = .client(
                port: Int(numbers[0]), inFlight: Int(numbers[1]), seconds: numbers[2],
                bytes: numbers.count == 4 ? Int(numbers[3]) : Self.bytesDefault)
        default: return nil
        }
    }

    /// Takes `name VALUE` out of the arguments. No number, or one below `least`, stays in, so that the usage is shown.
    package static func option(_ name: String, from least: Double = 1, in arguments: inout [String]) -> Double? {
        guard let index = arguments.firstIndex(of: name), index + 1 < arguments.count,
            let value = Double(arguments[index + 1]), value >= least
        else { return nil }
        arguments.removeSubrange(index...index + 1)
        return value
    }
}
