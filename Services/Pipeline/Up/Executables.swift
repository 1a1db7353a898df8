import Foundation

/// The services' executables, which are installed and built into the same directory as this tool.
enum Executables {
    static func ownDirectory() throws -> String {
        let link = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        guard let own = link ?? Bundle.main.executablePath else {
            throw CommandFailure(line: "Cannot find out where ibpipeline itself lies.")
        }
        return (own as NSString).deletingLastPathComponent
    }

    /// The path of each service's executable.
    static func beside(_ directory: String) throws -> [String: String] {
        let names = ClusterPlan.services
        let missing = names.filter { !FileManager.default.isExecutableFile(atPath: "\(directory)/\($0)") }
        guard missing.isEmpty else {
            let builds = missing.map { "swift build --product \($0)" }.joined(separator: " && ")
            throw CommandFailure(
                line:
                    "Not found in \(directory), beside ibpipeline: \(missing.joined(separator: ", ")). Build: \(builds)"
            )
        }
        return Dictionary(uniqueKeysWithValues: names.map { ($0, "\(directory)/\($0)") })
    }
}
