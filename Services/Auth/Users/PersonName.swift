import RPC

/// What a person is called.
struct PersonName: Sendable, Hashable {
    /// Unicode scalars.
    private static let lengthMax = 120

    static let fault = OneLine.fault("name", lengthMax: lengthMax)

    let text: String

    init?(_ text: String) {
        guard let text = OneLine.text(text, lengthMax: Self.lengthMax) else { return nil }
        self.text = text
    }
}
