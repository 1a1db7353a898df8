// The two halves of the greeting, as values without I/O:
//
//     client → server  HELLO      versions, name, nonce, limits
//     server → client  HELLO_ACK  version, name, nonce, limits, proof
//     client → server  HELLO      proof; calls may follow at once
//
// `HandshakeSecret` says what a proof is.

/// The client's half: says HELLO, judges the answer, proves its own name.
struct ClientGreeting {
    private let client: RPCClient.Configuration
    private let nonce = HandshakeNames.nonce()

    init(_ client: RPCClient.Configuration) { self.client = client }

    func hello() throws -> Frame {
        var hello = unsigned
        hello.nonce = nonce
        hello.tableHash = client.tableHash
        return try hello.frame(.hello)
    }

    /// - Parameter peer: who the server is by its certificate; nil without TLS.
    /// - Returns: the frame after which calls may follow.
    /// - Throws: `FrameError` when the server is not the one that was called, or cannot prove it.
    func proof(after answer: Hello, from peer: TLSPeer?) throws -> Frame {
        guard let serverNonce = answer.nonce, serverNonce.count == Hello.nonceBytes else {
            throw FrameError.handshake("no nonce")
        }
        let names = HandshakeNames(
            clientNonce: nonce, serverNonce: serverNonce, client: client.service, server: answer.service)
        guard answer.service == client.peer else {
            throw FrameError.wrongPeer(expected: client.peer, found: answer.service)
        }
        guard answer.version == nil || answer.version == Frame.version else {
            throw FrameError.handshake("the server chose version \(answer.version ?? 0)")
        }
        try client.security.check(answer.proof, of: .server, names, peer)
        var proven = unsigned
        proven.proof = client.security.proof(of: .client, names)
        return try proven.frame(.hello)
    }

    private var unsigned: Hello {
        var hello = Hello(service: client.service, limits: client.limits)
        hello.build = client.version
        return hello
    }
}

/// The server's half, once HELLO has come: answers it, and judges the client's proof.
struct ServerGreeting {
    let answer: Frame
    /// The client was built with another method table.
    let hasOtherTable: Bool
    private let security: RPCSecurity
    private let names: HandshakeNames

    /// - Parameter peer: who the client is by its certificate; nil without TLS.
    /// - Throws: `FrameError.handshake`.
    init(_ server: RPCServer.Configuration, answering hello: Hello, from peer: TLSPeer?) throws {
        // A peer that cannot prove its name later need not be told that it is welcome.
        if case .certificates = server.security, peer?.names.contains(hello.service) != true {
            throw FrameError.handshake("the certificate is not of \(hello.service)")
        }
        guard let clientNonce = hello.nonce, clientNonce.count == Hello.nonceBytes else {
            throw FrameError.handshake("no nonce")
        }
        security = server.security
        names = HandshakeNames(
            clientNonce: clientNonce, serverNonce: HandshakeNames.nonce(), client: hello.service, server: server.service
        )
        hasOtherTable = hello.tableHash != nil && server.tableHash != nil && hello.tableHash != server.tableHash
        var welcome = Hello(service: server.service, limits: server.limits)
        welcome.version = hello.commonVersion
        welcome.build = server.version
        welcome.tableHash = server.tableHash
        welcome.nonce = names.serverNonce
        welcome.proof = security.proof(of: .server, names)
        answer = try welcome.frame(.helloAck)
    }

    /// - Returns: the client's name, which it has proved.
    /// - Throws: `FrameError` when it has not.
    func admit(_ hello: Hello, from peer: TLSPeer?) throws -> String {
        try security.check(hello.proof, of: .client, names, peer)
        return names.client
    }
}
