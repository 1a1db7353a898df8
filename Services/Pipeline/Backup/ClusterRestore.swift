import Storage

/// Restores all services, one after the other.
struct ClusterRestore {
    let parts: [(service: String, restoration: Restoration)]
    let work: LongWork

    /// Throws at the first that fails; those before it stay.
    func run(into data: DataDirectory) throws -> [ServiceReport] {
        try parts.map { service, restoration in
            let start = ContinuousClock.now
            let contents = try restoration.restore(into: data.folder(of: service), progress: work.report(service))
            return ServiceReport(
                service: service, moment: restoration.moment, segments: restoration.segmentCount, contents: contents,
                bytes: restoration.bytes, took: ContinuousClock.now - start)
        }
    }
}
