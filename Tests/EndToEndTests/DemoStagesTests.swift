import Contracts
import Testing

@testable import deals
@testable import ibpipeline

/// The sample deals are moved from outside, so their loader has stages of its own.
@Test(arguments: DealType.allCases) func demoDealsKnowTheStagesOfTheirPipeline(type: DealType) {
    #expect(DemoData.stages(of: type) == deals.Pipeline.builtIn(for: type).stages.map(\.key))
}
