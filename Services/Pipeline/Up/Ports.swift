import Foundation
import NIOCore
import NIOPosix
import ServiceKit

/// Finds ports by listening on them for a moment. Should another process take one before the child does, the child ends
/// and is started again with the same one, so the start fails loudly after its time limit.
///
/// They lie below the ports that systems give to outgoing connections (Linux: from 32 768, IANA: from 49 152), of which
/// one may be taken at any moment.
enum Ports {
    private static let range = 20_000..<32_000
    private static let triesMax = 1000

    static func free(_ count: Int) async throws -> [Int] {
        var channels: [any Channel] = []
        do {
            // All are held until the last one is found, so that none comes twice.
            for _ in 0..<count { channels.append(try await bindSomewhere(on: "127.0.0.1")) }
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
            let channel = try await address.port == 0 ? bindSomewhere(on: address.host) : bind(address)
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

    private static func bindSomewhere(on host: String) async throws -> any Channel {
        for _ in 0..<triesMax {
            do {
                return try await bind(Address(host: host, port: Int.random(in: range)))
            } catch let error as IOError where error.errnoCode == EADDRINUSE {
                continue
            }
        }
        return try await bind(Address(host: host, port: 0))
    }

    private static func bind(_ address: Address) async throws -> any Channel {
        // As servers do it: without this option, connections of an earlier run that linger in TIME_WAIT look like
        // somebody who still listens.
        try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .bind(host: address.host, port: address.port).get()
    }
}
