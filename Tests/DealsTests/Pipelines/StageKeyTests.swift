import Testing

@testable import deals

struct StageKeyTests {
    @Test(arguments: [
        ("Round 2 (LOI)", "round_2_loi"), ("  Teaser / NDA ", "teaser_nda"), ("2nd look", "stage_2nd_look"),
        ("Über-Prüfung", "ber_pr_fung"), ("…", "stage"), ("PITCH", "pitch_2"), ("Won", "won_2"),
        ("Withdrawn", "withdrawn_2"),
    ])
    func keysAreMadeFromNames(name: String, key: String) {
        let made = StageKey.made(from: name, except: StageKey.reserved.union(["pitch"]))
        #expect(made == key)
        #expect(StageKey.isValid(made))
    }

    @Test func aLongNameIsCutAndNumberedWhenTaken() {
        let name = String(repeating: "long ", count: 40)
        var taken: Set<String> = []
        for _ in 0..<150 {
            let key = StageKey.made(from: name, except: taken)
            #expect(StageKey.isValid(key))
            #expect(taken.insert(key).inserted)
        }
    }

    @Test(arguments: ["", "Pitch", "1st", "_a", "a-b", "a b", "é", String(repeating: "a", count: 51)])
    func whatIsNoKey(key: String) { #expect(!StageKey.isValid(key)) }
}
