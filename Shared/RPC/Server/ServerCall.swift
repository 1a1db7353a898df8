import Foundation
import NIOCore

/// One call from the server's side, as it arrived: what is decided about it, without I/O. `ServerCalls` acts on that.
struct ServerCall {
    let frame: Frame
    let method: ServedMethod
    let arrival: NIODeadline
    /// Nil for a stream without one.
    let deadline: NIODeadline?
    /// Given up by the caller before its turn came.
    var isCancelled = false
    /// What the reader of a stream has asked for before its turn came.
    var credit: UInt32 = 0

    /// The one peer that may say on whose behalf it calls.
    private static let identityPeer = "gateway"
    /// EX_TEMPFAIL of sysexits(3): what a part below says that could not take the work now and did none of it.
    private static let temporaryFailure = 75

    var id: UInt32 { frame.id }

    // MARK: before it runs

    /// Why `peer` cannot be served this call, whatever the load.
    func refusal(to peer: String) -> RPCFault? {
        let entry = method.entry
        guard method.isKnown else { return .refused(.unimplemented, "unimplemented", "No such method.") }
        guard frame.flags.isSubset(of: .ofRequest), frame.flags.contains(.wantsStream) == entry.isStream else {
            return .refused(.invalidArgument, "bad_frame", "The request frame cannot be served.")
        }
        guard entry.callers == BuiltInMethods.anyone || entry.callers.contains(peer) else {
            return .refused(.permissionDenied, "caller_not_allowed", "\(peer) may not call \(entry.name).")
        }
        return nil
    }

    /// A quarter of the time that it brought may be spent waiting; the rest is for the call itself, and for the sockets
    /// of both sides, whose queues nobody here sees.
    func canWait(_ expected: TimeAmount) -> Bool {
        deadline.map { expected <= .nanoseconds(($0 - arrival).nanoseconds / 4) } ?? true
    }

    /// Why it is answered instead of begun, now that its turn has come.
    func refusal(at now: NIODeadline, isDraining: Bool) -> RPCFault? {
        if isCancelled { return .cancelledBeforeStart }
        if isDraining, method.entry.isLongPoll { return .draining }
        if let deadline, now >= deadline { return .expired }
        return nil
    }

    /// What the handler gets.
    /// - Parameter bytesMax: of the body, once it is unpacked.
    /// - Throws: `FrameError` or `RPCFault` when it cannot be read or says what this peer may not say.
    func opened(from peer: String, bytesMax: Int) throws -> (ByteBuffer, RPCContext) {
        var frame = frame
        try frame.inflateBody(bytesMax: bytesMax)
        let metadata = try RPCMetadata(frame.metadata)
        guard metadata.identity == nil || peer == Self.identityPeer else {
            throw RPCFault.refused(
                .permissionDenied, "identity_not_allowed", "\(peer) may not speak for a user.")
        }
        let context = RPCContext(
            peer: peer, identity: metadata.identity, trace: metadata.trace ?? .random(), requestID: metadata.requestID,
            resource: metadata.resource, ifMatch: metadata.ifMatch, idempotencyKey: metadata.idempotencyKey,
            clientAddress: metadata.clientAddress, userAgent: metadata.userAgent, deadline: deadline ?? .distantFuture)
        return (frame.body, context)
    }

    // MARK: after it failed

    /// What the caller may know of the error that ended it; nil when that is only for the log.
    func fault(for error: any Error, at now: NIODeadline, isDraining: Bool) -> RPCFault? {
        switch error {
        case var fault as RPCFault:
            // That a call of the handler's own had no effect says nothing about what the handler did before it.
            if fault.isReceived { fault.isNotExecuted = false }
            return fault
        case let error as FrameError:
            return .refused(.invalidArgument, "bad_frame", "\(error)")
        case is CancellationError where isDraining && method.entry.isStream:
            return .streamDrained
        case is CancellationError where isDraining && method.entry.isLongPoll:
            // It only waited for news. Any other may have had its effect.
            return .draining
        case let error as any CustomNSError where error.errorCode == Self.temporaryFailure && !(error is POSIXError):
            return RPCFault(
                .resourceExhausted, "busy", "Too much to do at the moment.", retryAfterMilliseconds: 1000,
                isNotExecuted: true)
        case is CancellationError where deadline.map { $0 <= now } ?? false:
            return RPCFault(.deadlineExceeded, "deadline_exceeded", "The call did not end in time.")
        case is CancellationError:
            return RPCFault(.cancelled, "cancelled", "The caller gave up.")
        default:
            return nil
        }
    }
}
