import Synchronization
import Testing

@testable import ServiceKit

struct ReadinessTests {
    @Test func watchedPartIsAskedEachTime() {
        let isWritable = Mutex(true)
        let readiness = Readiness()
        readiness.set("rpc", isReady: true)
        readiness.watch("storage") { isWritable.withLock { $0 } }
        #expect(readiness.isReady)
        isWritable.withLock { $0 = false }
        #expect(!readiness.isReady)
        #expect(readiness.missing == ["storage"])
        isWritable.withLock { $0 = true }
        #expect(readiness.isReady)
        #expect(readiness.missing == [])
    }

    @Test func nothingIsReadyBeforeEveryPartSaysSo() {
        let readiness = Readiness()
        #expect(!readiness.isReady)
        readiness.set("rpc", isReady: false)
        readiness.set("http", isReady: true)
        #expect(!readiness.isReady)
        #expect(readiness.missing == ["rpc"])
        readiness.set("rpc", isReady: true)
        #expect(readiness.isReady)
    }

    @Test func drainingIsNotReady() {
        let readiness = Readiness()
        readiness.set("rpc", isReady: true)
        readiness.drain()
        #expect(!readiness.isReady)
        #expect(readiness.missing == ["draining"])
    }
}
