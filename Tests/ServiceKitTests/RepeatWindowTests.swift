import Contracts
import ServiceKit
import Testing

/// A window whose questions can be asked within an expectation.
private final class Noted<Key: Hashable & Sendable> {
    private var window: RepeatWindow<Key>

    init(span: Duration, keysMax: Int) { window = RepeatWindow(span: span, keysMax: keysMax) }

    var count: Int { window.count }
    func isFirst(_ key: Key, at now: Instant) -> Bool { window.isFirst(key, at: now) }
    func isRepeat(_ key: Key, at now: Instant) -> Bool { window.isRepeat(key, at: now) }
    func forget(_ key: Key) { window.forget(key) }
}

private let start = Instant(milliseconds: 1_790_000_000_000)

@Test func whatRepeatsWithinTheSpanIsNoFirst() {
    let window = Noted<String>(span: .seconds(600), keysMax: 10)
    #expect(window.isFirst("a", at: start))
    #expect(!window.isFirst("a", at: start.advanced(bySeconds: 599)))
    #expect(window.isFirst("b", at: start.advanced(bySeconds: 1)))
    // From the first on, not from the last: who polls for hours is told of again and again.
    #expect(window.isFirst("a", at: start.advanced(bySeconds: 600)))
    #expect(!window.isFirst("a", at: start.advanced(bySeconds: 601)))
}

@Test func whatDidNotComeAboutIsForgotten() {
    let window = Noted<String>(span: .seconds(600), keysMax: 10)
    #expect(window.isFirst("a", at: start))
    window.forget("a")
    #expect(window.isFirst("a", at: start))
}

@Test func clockThatWasSetBackSilencesNothing() {
    let window = Noted<String>(span: .seconds(600), keysMax: 10)
    #expect(window.isFirst("a", at: start))
    #expect(window.isFirst("a", at: start.advanced(bySeconds: -660)))
    #expect(!window.isFirst("a", at: start.advanced(bySeconds: -659)))
}

@Test func callThatBeganEarlierAndIsSeenLaterIsNoFirst() {
    let window = Noted<String>(span: .seconds(600), keysMax: 10)
    #expect(window.isFirst("a", at: start))
    #expect(!window.isFirst("a", at: Instant(milliseconds: start.milliseconds - 1)))
    // Nor does it move the window.
    #expect(window.isFirst("a", at: start.advanced(bySeconds: 600)))
}

@Test func askingForARepeatNotesNothing() {
    let window = Noted<String>(span: .seconds(600), keysMax: 10)
    #expect(!window.isRepeat("a", at: start))
    #expect(window.isFirst("a", at: start))
    #expect(window.isRepeat("a", at: start.advanced(bySeconds: 599)))
    #expect(!window.isRepeat("a", at: start.advanced(bySeconds: 600)))
}

@Test func windowHoldsNoMoreThanItMay() {
    let window = Noted<Int>(span: .seconds(600), keysMax: 10)
    for key in 0..<25 {
        #expect(window.isFirst(key, at: start))
        #expect(window.count <= 10)
    }
    #expect(window.isFirst(0, at: start))
}

@Test func fullWindowForgetsFirstWhatIsOver() {
    let window = Noted<Int>(span: .seconds(600), keysMax: 3)
    let late = start.advanced(bySeconds: 700)
    for (key, time) in [(1, start), (2, start), (3, late), (4, late)] { #expect(window.isFirst(key, at: time)) }
    #expect(!window.isFirst(3, at: late))
}
