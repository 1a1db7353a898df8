import Foundation
import NIOCore
import NIOPosix
import ServiceKit

/// Finds ports by listening on them for a moment. Should another process take one before the child does, the child ends
/// and is started again with the same one, so the start fails loudly after its time limit.
enum Ports {
    static func free(_ count: Int) async throws -> [Int] {
        var channels: [any Channel] = []
        do {
            // All are held until the last one is found, so that none comes twice.
            for _ in 0..<count { channels.append(try await bind(Address(host: "127.0.0.1", port: 0))) }
        } catch {
            for channel in channels { try? await channel.close() }
            throw CommandFailure(line: "Cannot find free loopback ports: \(error)")
        }
        let ports = channels.compactMap { $0.localAddress?.port }
        for channel in channels { try? await channel.close() }
        return ports
    }

    /// Checks before anything is started that the address can be had, and puts a number in place of port 0.
    static func reserve(_ address: Address) async throws -> Address {
        do {
            let channel = try await bind(address)
            let port = channel.localAddress?.port ?? address.port
            try await channel.close()
            return Address(host: address.host, port: port)
        } catch let error as IOError where error.errnoCode == EADDRINUSE {
            throw CommandFailure(
                line: "\(address.text) is in use by another process; choose another address with --listen.")
        } catch {
            throw CommandFailure(line: "Cannot listen on \(address.text): \(error)")
        }
    }

    private static func bind(_ address: Address) async throws -> any Channel {
        // As servers do it: without this option, connections of an earlier run that linger in TIME_WAIT look like
        // somebody who still listens.
        try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .bind(host: address.host, port: address.port).get()
    }
}
