import Testing

@testable import gateway

@Test(arguments: [0, 7, 10, 99, 100, 1_234_567_890, Int64.max])
func numbersAreWrittenAsTheyAre(_ number: Int64) {
    #expect(ASCIIText.string(32) { $0.append(number) } == "\(number)")
}

@Test func textBeyondItsRoomIsCut() {
    let text = ASCIIText.string(4) { text in
        text.append("abc")
        text.append(123)
    }
    #expect(text.hasPrefix("abc1"))
    #expect(text.utf8.count == 4)
}
