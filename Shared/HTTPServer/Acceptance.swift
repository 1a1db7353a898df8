import NIOCore

/// What is known of a connection before its first byte.
struct Acceptance {
    let address: ClientAddress
    let admission: ConnectionCounts.Admission
    let opened: NIODeadline
    let isSecure: Bool

    /// Counts the connection until its channel closes.
    init(_ channel: any Channel, isSecure: Bool, _ environment: ConnectionEnvironment) {
        let address = ClientAddress(channel.remoteAddress)
        self.address = address
        self.isSecure = isSecure
        admission = environment.counts.enter(address.countedAs, limits: environment.limits)
        opened = .now()
        channel.closeFuture.whenComplete { [counts = environment.counts] _ in counts.leave(address.countedAs) }
    }
}
