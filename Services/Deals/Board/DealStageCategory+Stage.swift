import Contracts

extension DealStageCategory {
    init(_ category: StageCategory) {
        switch category {
        case .origination: self = .origination
        case .pitch: self = .pitch
        case .mandate: self = .mandate
        case .execution: self = .execution
        case .signed: self = .signed
        case .closed: self = .closed
        }
    }
}
