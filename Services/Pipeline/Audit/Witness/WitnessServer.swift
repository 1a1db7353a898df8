import Foundation
import HTTPServer
import NIOCore
import NIOHTTP1
import TransparencyLog

/// The door of a witness: `POST /add-checkpoint` (C2SP tlog-witness), what it cosigned last at
/// `GET /checkpoint/<SHA-256 of the origin>`, and `/livez`.
struct WitnessServer: HTTPHandler {
    static let submission = "/add-checkpoint"
    private static let text = "text/plain; charset=utf-8"

    let witness: Witness
    let console: Console

    func admit(_ head: HTTPHead) -> HTTPAdmission {
        .read(bodyBytesMax: head.path == Self.submission ? AddCheckpoint.bytesMax : 0)
    }

    func respond(to request: HTTPRequest) async -> HTTPResponse {
        let head = request.head
        if head.path == Self.submission {
            guard head.method == "POST" else { return answer(405, "use POST\n", ["allow": "POST"]) }
            return await add(Data(request.body.readableBytesView))
        }
        guard head.method == "GET" || head.method == "HEAD" else {
            return answer(405, "use GET\n", ["allow": "GET, HEAD"])
        }
        switch head.pathSegments.first {
        case "livez" where head.pathSegments.count == 1: return answer(200, "ok\n")
        case "checkpoint" where head.pathSegments.count == 2:
            let note = await witness.note(head.pathSegments[1])
            guard let note else { return answer(404, "nothing is cosigned of such a log\n") }
            return answer(200, String(decoding: note.bytes, as: UTF8.self), ["cache-control": "no-store"])
        default: return answer(404, "not here; there is POST \(Self.submission)\n")
        }
    }

    private func add(_ body: Data) async -> HTTPResponse {
        guard let request = AddCheckpoint(body) else { return answer(400, "not an add-checkpoint request\n") }
        let decided: Witness.Answer
        do {
            decided = try await witness.add(request)
        } catch {
            console.note("cannot store a checkpoint: \(error)")
            return answer(500, "the checkpoint cannot be stored\n")
        }
        switch decided {
        case .cosigned(let signature): return answer(200, signature.line)
        case .refused(let decision):
            let type: HTTPHeaders = decision.body == nil ? [:] : ["content-type": "text/x.tlog.size"]
            return answer(decision.status, decision.body ?? "\(decision.words)\n", type)
        }
    }

    private func answer(_ status: Int, _ body: String, _ headers: HTTPHeaders = [:]) -> HTTPResponse {
        var headers = headers
        if !headers.contains(name: "content-type") { headers.add(name: "content-type", value: Self.text) }
        return HTTPResponse(
            status: HTTPResponseStatus(statusCode: status), headers: headers, body: ByteBuffer(string: body))
    }
}

extension WitnessDecision {
    /// Why nothing is cosigned.
    var words: String {
        switch self {
        case .accept: "accepted"
        case .malformed: "the request contradicts itself"
        case .notSigned: "no key that is trusted for this log has signed it"
        case .originUnknown: "this log is not one that is witnessed here"
        case .conflict(let size): "another checkpoint of this log was cosigned at size \(size)"
        case .inconsistent:
            "the log does not continue what was cosigned before: it was rewritten, or shows two histories"
        }
    }
}
