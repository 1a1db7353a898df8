import Contracts
import HTTPServer

/// What the access log says of one request.
struct AccessLine {
    var time: Instant
    var head: HTTPHead
    var client: String
    /// The route's template, so that lines can be counted.
    var route: String
    var status: UInt
    var micros: Int64
    var bytes: Int
    var user: String?
    var requestID: String
    var traceID: String

    /// Fields in the spelling of the OpenTelemetry semantic conventions.
    func append(to out: inout [UInt8]) {
        out += #"{"time":""#.utf8
        out += time.text.utf8
        out += #"","log":"access","http.request.method":""#.utf8
        out += head.method.utf8
        out += #"","url.path":""#.utf8
        Self.append(escaped: Self.shown(head.path), to: &out)
        out += #"","http.route":""#.utf8
        Self.append(escaped: route, to: &out)
        out += #"","http.response.status_code":"#.utf8
        out += String(status).utf8
        out += #","duration_us":"#.utf8
        out += String(micros).utf8
        out += #","http.response.body.size":"#.utf8
        out += String(bytes).utf8
        out += #","network.protocol.version":""#.utf8
        out += head.version.utf8
        out += #"","client.address":""#.utf8
        out += client.utf8
        if let user {
            out += #"","user.id":""#.utf8
            out += user.utf8
        }
        out += #"","request.id":""#.utf8
        out += requestID.utf8
        out += #"","trace.id":""#.utf8
        out += traceID.utf8
        out += "\"}\n".utf8
    }

    /// Of a UUID, the longest id there is.
    private static let idBytesMax = 36

    /// What is longer than any id may be a token that somebody put into the path by mistake: only its beginning is told.
    private static func shown(_ path: String) -> String {
        guard path.utf8.split(separator: UInt8(ascii: "/")).contains(where: { $0.count > idBytesMax }) else {
            return path
        }
        return path.split(separator: "/", omittingEmptySubsequences: false)
            .map { $0.utf8.count > idBytesMax ? $0.prefix(4) + "*" : $0 }.joined(separator: "/")
    }

    /// Paths are free of control characters (`RequestPath`), so quotes and backslashes are all there is to escape.
    private static func append(escaped text: String, to out: inout [UInt8]) {
        for byte in text.utf8 {
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { out.append(UInt8(ascii: "\\")) }
            out.append(byte)
        }
    }
}
