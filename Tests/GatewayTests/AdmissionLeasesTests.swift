import Testing

@testable import gateway

@Test func leasesComeBackWhenTheyAreLetGo() {
    let leases = AdmissionLeases()
    var held = (0..<AdmissionLeases.leasesMax).compactMap { _ in leases.take() }
    #expect(held.count == AdmissionLeases.leasesMax)
    #expect(leases.take() == nil)
    held.removeLast()
    #expect(leases.take() != nil)
    held.removeAll()
    #expect(leases.outstanding == 0)
}
