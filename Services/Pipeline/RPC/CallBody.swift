import Foundation
import RPC

/// The input of a call as an operator gives it: JSON, `@FILE`, or `-` for standard input.
enum CallBody {
    static let bytesMax = RPCLimits.default.frameBytesMax

    /// - Throws: `CommandFailure` for what cannot be read, is too large or is no JSON.
    static func read(_ argument: String, standardInput: FileHandle = .standardInput) throws -> Data {
        let (data, source) = try content(argument, standardInput)
        guard data.count <= bytesMax else {
            throw CommandFailure(line: "\(source) is larger than \(bytesMax >> 20) MiB.", code: CommandFailure.usage)
        }
        guard JSONText.isValid(data) else {
            throw CommandFailure(
                line: "\(source) is not JSON; quote it as in '{\"limit\":5}'.", code: CommandFailure.usage)
        }
        return data
    }

    private static func content(_ argument: String, _ standardInput: FileHandle) throws -> (Data, String) {
        if argument == "-" { return (try read(standardInput, "Standard input"), "Standard input") }
        guard argument.hasPrefix("@") else { return (Data(argument.utf8), "The body") }
        let path = String(argument.dropFirst())
        guard let file = FileHandle(forReadingAtPath: path) else {
            throw CommandFailure(line: "Cannot read \(path).", code: CommandFailure.usage)
        }
        defer { try? file.close() }
        return (try read(file, path), path)
    }

    /// One byte more than is allowed tells that there is too much.
    private static func read(_ file: FileHandle, _ name: String) throws -> Data {
        do {
            var data = Data()
            while data.count <= bytesMax, let part = try file.read(upToCount: bytesMax + 1 - data.count), !part.isEmpty
            {
                data += part
            }
            return data
        } catch {
            throw CommandFailure(line: "Cannot read \(name).", code: CommandFailure.usage)
        }
    }
}
