import Contracts
import ServiceKit
import Testing

private let start = Instant(milliseconds: 1_790_000_000_000)

@Test func whatRepeatsWithinTheSpanIsNoFirst() {
    var window = RepeatWindow<String>(span: .seconds(600), keysMax: 10)
    #expect(window.isFirst("a", at: start))
    #expect(!window.isFirst("a", at: start.advanced(bySeconds: 599)))
    #expect(window.isFirst("b", at: start.advanced(bySeconds: 1)))
    // From the first on, not from the last: who polls for hours is told of again and again.
    #expect(window.isFirst("a", at: start.advanced(bySeconds: 600)))
    #expect(!window.isFirst("a", at: start.advanced(bySeconds: 601)))
}

@Test func whatDidNotComeAboutIsForgotten() {
    var window = RepeatWindow<String>(span: .seconds(600), keysMax: 10)
    #expect(window.isFirst("a", at: start))
    window.forget("a")
    #expect(window.isFirst("a", at: start))
}

@Test func clockThatWasSetBackSilencesNothing() {
    var window = RepeatWindow<String>(span: .seconds(600), keysMax: 10)
    #expect(window.isFirst("a", at: start))
    #expect(window.isFirst("a", at: start.advanced(bySeconds: -1)))
}

@Test func windowHoldsNoMoreThanItMay() {
    var window = RepeatWindow<Int>(span: .seconds(600), keysMax: 10)
    for key in 0..<25 {
        #expect(window.isFirst(key, at: start))
        #expect(window.count <= 10)
    }
    #expect(window.isFirst(0, at: start))
}

@Test func fullWindowForgetsFirstWhatIsOver() {
    var window = RepeatWindow<Int>(span: .seconds(600), keysMax: 3)
    let late = start.advanced(bySeconds: 700)
    for (key, time) in [(1, start), (2, start), (3, late), (4, late)] { #expect(window.isFirst(key, at: time)) }
    #expect(!window.isFirst(3, at: late))
}
