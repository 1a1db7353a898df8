import RPC

/// How many items a page may have.
enum PageLimit {
    static let sizes = 1...200
    /// When nobody asks for a number.
    static let usual = 50
    /// A page of long texts ends early, so that it always fits into a frame of the RPC.
    static let bytesMax = 1 << 20

    /// - Throws: `query_invalid` when it does not fit.
    static func checked(
        _ asked: Int?, in sizes: ClosedRange<Int> = PageLimit.sizes, usual: Int = PageLimit.usual
    ) throws(RPCFault) -> Int {
        let limit = asked ?? usual
        guard sizes.contains(limit) else {
            throw RPCFault(
                .invalidArgument, "query_invalid", "The query does not fit; see errors.", errors: [fault(sizes)])
        }
        return limit
    }

    static func fault(_ sizes: ClosedRange<Int>) -> FieldFault {
        FieldFault("limit", "out_of_range", "must be \(sizes.lowerBound) to \(sizes.upperBound)")
    }
}
