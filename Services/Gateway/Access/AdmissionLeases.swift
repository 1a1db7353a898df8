import Synchronization

/// Large bodies of senders of whom only auth can say who they are: so many at a time, because all of them may turn out to
/// be nobody.
final class AdmissionLeases: Sendable {
    static let leasesMax = 32

    private let count = Atomic(0)

    final class Lease: Sendable {
        private let leases: AdmissionLeases

        fileprivate init(_ leases: AdmissionLeases) { self.leases = leases }

        deinit { leases.count.subtract(1, ordering: .relaxed) }
    }

    /// Nil when all are out. Letting go of it gives it back.
    func take() -> Lease? {
        guard count.add(1, ordering: .relaxed).newValue <= Self.leasesMax else {
            count.subtract(1, ordering: .relaxed)
            return nil
        }
        return Lease(self)
    }

    var outstanding: Int { count.load(ordering: .relaxed) }
}
