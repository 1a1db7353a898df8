/// Comparing what a caller sends with what only we know.
enum ConstantTime {
    /// Whether both are the same. Takes as long wherever they differ, so that its time tells nothing of the one we know;
    /// only their lengths show.
    static func areEqual(_ a: some Collection<UInt8>, _ b: some Collection<UInt8>) -> Bool {
        a.count == b.count && zip(a, b).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
