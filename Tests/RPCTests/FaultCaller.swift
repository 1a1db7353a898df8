import NIOCore
import Synchronization
import Testing

@testable import RPC

/// Makes calls with short deadlines and notes how each ended.
struct FaultCaller: Sendable {
    static let timeout = TimeAmount.milliseconds(400)
    /// A call that takes longer hangs.
    private static let watchdog = Duration.seconds(30)

    let client: RPCClient
    let ledger: FaultLedger
    let place: String

    /// Calls of every sort at once; one of them is never answered and runs into its deadline.
    func wave(_ number: Int) async {
        await withTaskGroup { tasks in
            for (method, count) in [(FaultMethods.repeatable, 2), (FaultMethods.once, 2), (FaultMethods.hold, 1)] {
                for index in 0..<count {
                    tasks.addTask { _ = await call(method, "\(method.entry.name)-\(number)-\(index)") }
                }
            }
            tasks.addTask { await follow("\(FaultMethods.items.entry.name)-\(number)") }
        }
    }

    /// Reads a stream to its end. Windows of one item, so that every item costs a CREDIT.
    private func follow(_ key: String) async {
        _ = await note(FaultMethods.items.entry, key) {
            var count = 0
            let items = try client.stream(FaultMethods.items, Text(text: key), timeout: Self.timeout, window: 1)
            for try await item in items where item.text == key { count += 1 }
            return Text(text: count == FaultMethods.itemCount ? key : "\(count) items")
        }
    }

    /// - Returns: true when the call was answered.
    func call(_ method: RPCMethod<Text, Text>, _ key: String) async -> Bool {
        await note(method.entry, key) { try await client.call(method, Text(text: key), timeout: Self.timeout) }
    }

    private func note(
        _ method: RPCMethodEntry, _ key: String, _ call: @escaping @Sendable () async throws -> Text
    ) async -> Bool {
        let started = NIODeadline.now()
        let outcome = await withTaskGroup(of: Result<Text, any Error>?.self) { tasks in
            tasks.addTask {
                do {
                    return .success(try await call())
                } catch {
                    return .failure(error)
                }
            }
            tasks.addTask {
                if (try? await Task.sleep(for: Self.watchdog)) != nil {
                    Issue.record("\(place): \(method.name) \(key) hangs")
                }
                return nil
            }
            var outcome: Result<Text, any Error>?
            while let next = await tasks.next() {
                outcome = outcome ?? next
                tasks.cancelAll()
            }
            return outcome
        }
        let fault: RPCFault?
        switch outcome {
        case .success, nil: fault = nil
        case .failure(let error):
            fault = error as? RPCFault
            #expect(fault != nil, "\(place): \(key) ended with \(error), which is no fault")
        }
        let answer = try? outcome?.get().text
        ledger.note(
            CallRecord(
                key: key, method: method, started: started, deadline: started + Self.timeout, ended: .now(),
                fault: fault, answer: answer))
        return answer != nil
    }
}
