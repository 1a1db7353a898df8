import NIOCore

/// What the connections of one event loop share. Confined to that loop.
final class ServerLoop: @unchecked Sendable {  // confined to its event loop
    let executor: EventLoopTaskExecutor
    var load = LoopLoad()

    init(_ eventLoop: any EventLoop) { executor = EventLoopTaskExecutor(eventLoop) }

    var eventLoop: any EventLoop { executor.eventLoop }
}
