package import NIOCore

/// Lets a `Task` run on an event loop, so that a call and its connection never change threads.
package final class EventLoopTaskExecutor: TaskExecutor, @unchecked Sendable {  // confined to its event loop
    package let eventLoop: any EventLoop
    /// Jobs that came from the loop itself; all that one burst of replies wakes run in one go.
    private var waiting: [UnownedJob] = []
    private var running: [UnownedJob] = []
    private var startsAtOnce = false

    package init(_ eventLoop: any EventLoop) { self.eventLoop = eventLoop }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        guard eventLoop.inEventLoop else {
            return eventLoop.execute { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
        }
        if startsAtOnce {
            startsAtOnce = false
            return job.runSynchronously(on: asUnownedTaskExecutor())
        }
        waiting.append(job)
        if waiting.count == 1 { eventLoop.execute { self.runWaiting() } }
    }

    /// Creates a task that runs, until it first has to wait, before this returns. To be called on the loop, outside tasks.
    func start(_ body: sending @escaping () async -> Void) -> Task<Void, Never> {
        eventLoop.preconditionInEventLoop()
        startsAtOnce = true
        defer { startsAtOnce = false }
        return Task(executorPreference: self, operation: body)
    }

    private func runWaiting() {
        swap(&waiting, &running)
        for job in running { job.runSynchronously(on: asUnownedTaskExecutor()) }
        running.removeAll(keepingCapacity: true)
    }
}
