import Foundation
import Testing

@testable import TransparencyLog

@Test func entriesStandBehindTheirLengths() {
    let bundle = EntryBundle.encode([Data("ab".utf8), Data(), Data(repeating: 7, count: 258)])
    #expect(bundle == Data([0, 2, 0x61, 0x62, 0, 0, 1, 2]) + Data(repeating: 7, count: 258))
}

@Test func bundleComesBackEntryByEntry() throws {
    for count in [1, 2, 255, 256] {
        let entries = (0..<count).map { Data(repeating: UInt8($0 & 0xFF), count: $0 * 3) }
        let bundle = try #require(EntryBundle.encode(entries))
        #expect(EntryBundle.decode(bundle, width: count) == entries)
        #expect(
            EntryBundle.decode(bundle, width: count + 1) == nil && EntryBundle.decode(bundle, width: count - 1) == nil)
        #expect(EntryBundle.decode(bundle.dropLast(), width: count) == nil || count == 1)
        #expect(EntryBundle.decode(bundle + [0], width: count) == nil)
    }
}

@Test func whatDoesNotFitIsNotBundled() {
    #expect(EntryBundle.encode([]) == nil)
    #expect(EntryBundle.encode(Array(repeating: Data(), count: 257)) == nil)
    #expect(EntryBundle.encode([Data(count: 65_536)]) == nil)
    #expect(EntryBundle.encode([Data(count: 65_535)])?.count == 65_537)
}
