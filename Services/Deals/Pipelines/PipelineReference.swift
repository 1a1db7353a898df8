import Contracts
import Foundation
import RPC

/// How a path names a pipeline: by its id or by its deal type.
enum PipelineReference: Sendable, Hashable {
    case id(UUID)
    case type(DealType)

    /// - Throws: `notFound` when the text is neither.
    init(_ context: RPCContext) throws(RPCFault) {
        guard let text = context.resource.first else { throw .notFound("pipeline") }
        if let type = DealType(rawValue: text) {
            self = .type(type)
        } else if let id = UUID(uuidString: text) {
            self = .id(id)
        } else {
            throw .notFound("pipeline")
        }
    }

    func find(in pipelines: [DealType: StoredPipeline]) throws(RPCFault) -> StoredPipeline {
        let found: StoredPipeline? =
            switch self {
            case .id(let id): pipelines.values.first { $0.id == id }
            case .type(let type): pipelines[type]
            }
        guard let found else { throw .notFound("pipeline") }
        return found
    }
}
