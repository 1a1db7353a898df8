import NIOPosix

/// Loops for the tests that keep them busy, so that the other tests have theirs to themselves.
enum FaultLoops {
    static let group = MultiThreadedEventLoopGroup(numberOfThreads: 2)
}
