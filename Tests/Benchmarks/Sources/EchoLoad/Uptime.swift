import Dispatch

package enum Uptime {
    /// The same clock in every process of the machine.
    package static var nanoseconds: UInt64 { DispatchTime.now().uptimeNanoseconds }
}
