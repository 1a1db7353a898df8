import Foundation

/// The sockets that this process has open, by port. A port that is given back may be another test's next.
/// The sockets themselves are asked: the kernel's table (/proc/net/tcp) can miss entries while it changes.
enum OpenSockets {
    /// - Returns: how many open IPv4 sockets of this process have one of these ports at either end.
    static func count(onPorts ports: Set<Int>) throws -> Int { try names(onPorts: ports).count }

    /// What tells those sockets from later ones on the same ports: the kernel's `socket:[12345]`.
    static func names(onPorts ports: Set<Int>) throws -> Set<String> {
        let files = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").compactMap(Int32.init)
        let found = files.filter { file in
            [port(of: file, getsockname), port(of: file, getpeername)].contains { $0.map(ports.contains) ?? false }
        }
        // One that is closed meanwhile has no name any more.
        return Set(
            found.compactMap { try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\($0)") })
    }

    private typealias Ask = (Int32, UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Int32

    /// Nil for what is no IPv4 socket, or has no such end.
    private static func port(of file: Int32, _ ask: Ask) -> Int? {
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let answer = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { ask(file, $0, &length) }
        }
        guard answer == 0, address.sin_family == AF_INET else { return nil }
        return Int(UInt16(bigEndian: address.sin_port))
    }
}
