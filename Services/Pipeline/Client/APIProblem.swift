import Foundation

/// What the API answered instead of a result (RFC 9457).
struct APIProblem: Error, CustomStringConvertible {
    private struct Document: Decodable {
        var code: String?
        var title: String?
        var detail: String?
        var errors: [Fault]?
    }

    private struct Fault: Decodable {
        var field: String?
        var message: String?
    }

    var status: Int
    var code: String?
    private var words: [String]

    init(status: Int, body: Data) {
        // An answer that is no problem document, from a proxy say, has still its status.
        let document = try? JSONDecoder().decode(Document.self, from: body)
        self.status = status
        code = document?.code
        let faults = (document?.errors ?? []).prefix(5).map { "\($0.field ?? "?"): \($0.message ?? "?")" }
        words = [document?.code, document?.detail ?? document?.title].compactMap(\.self) + faults
    }

    var description: String { (["HTTP \(status)"] + words).joined(separator: ", ") }
}
