import Testing

@testable import deals

struct BlindRowTests {
    @Test func numbersOfThreeAndMoreAreTold() {
        #expect(BlindRow([3, 7, 4]).cells == [3, 7, 4])
        #expect(BlindRow([3, 7, 4]).total == 14)
    }

    @Test func aSmallNumberIsWithheldWithTheSmallestThatCouldBeTold() {
        #expect(BlindRow([2, 7, 4]).cells == [nil, 7, nil])
        #expect(BlindRow([2, 7, 4]).total == 13)
        #expect(BlindRow([0, 4, 4, 9]).cells == [nil, nil, nil, 9])
    }

    @Test func whereNoNumberCanBeToldTheTotalIsNotEither() {
        #expect(BlindRow([2, 2, 2]).total == nil)
        #expect(BlindRow([0, 0]).cells == [nil, nil])
    }

    /// Whoever knows how numbers are withheld, and tries every row that is told alike, learns no number below three.
    @Test(arguments: [(2, 9), (3, 7), (4, 5)]) func noSmallNumberFollowsFromWhatIsTold(width: Int, max: Int) {
        var alike: [BlindRow: [Set<Int>]] = [:]
        for counts in Self.rows(width, max) {
            var seen = alike[BlindRow(counts)] ?? Array(repeating: [], count: width)
            for index in counts.indices { seen[index].insert(counts[index]) }
            alike[BlindRow(counts)] = seen
        }
        #expect(alike.count > 50)
        for (row, seen) in alike {
            for values in seen {
                #expect(values.count > 1 || values.allSatisfy { $0 >= BlindRow.cellMin }, "\(row)")
            }
        }
    }

    /// What is told, alone or as the difference of a total and all that is told beside it, is of three deals or more.
    @Test func noDifferenceIsOfFewerThanThree() {
        for counts in Self.rows(4, 5) {
            let row = BlindRow(counts)
            let told = row.cells.compactMap(\.self)
            #expect(told.allSatisfy { $0 >= BlindRow.cellMin })
            guard let total = row.total else {
                #expect(told.isEmpty)
                continue
            }
            let rest = total - told.reduce(0, +)
            #expect(told.count == counts.count ? rest == 0 : rest >= BlindRow.cellMin)
        }
    }

    private static func rows(_ width: Int, _ max: Int) -> [[Int]] {
        guard width > 0 else { return [[]] }
        return rows(width - 1, max).flatMap { row in (0...max).map { row + [$0] } }
    }
}
