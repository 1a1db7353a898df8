import Contracts
import Foundation
import HTTPServer
import NIOHTTP1
import Testing
import Tokens

@testable import gateway

/// What a line of the access log says, and what it never does.
struct AccessLogTests {
    private func line(path: String = "/api/deals/D-2026-0001", user: String? = nil) -> AccessLine {
        AccessLine(
            time: Instant(milliseconds: 0),
            head: HTTPHead(
                method: "GET", target: path + "?q=secret", path: path, pathSegments: [], query: "q=secret",
                headers: ["authorization": "Bearer hush", "cookie": "hush"], host: "a", remoteAddress: "10.0.0.1"),
            client: "192.0.2.7", route: "GET /api/deals/{id}", status: 200, micros: 1234, bytes: 99, user: user,
            requestID: "r-1", traceID: String(repeating: "a", count: 32))
    }

    private func members(_ line: AccessLine) throws -> [String: Any] {
        var bytes: [UInt8] = []
        line.append(to: &bytes)
        #expect(bytes.last == UInt8(ascii: "\n"))
        let object = try JSONSerialization.jsonObject(with: Data(bytes))
        return try #require(object as? [String: Any])
    }

    @Test func lineIsOneJSONObject() throws {
        let members = try members(line(user: "u-1"))
        #expect(members["http.route"] as? String == "GET /api/deals/{id}")
        #expect(members["http.response.status_code"] as? Int == 200)
        #expect(members["client.address"] as? String == "192.0.2.7")
        #expect(members["user.id"] as? String == "u-1")
        #expect(members["time"] as? String == "1970-01-01T00:00:00.000Z")
    }

    @Test func quotesInPathsAreEscaped() throws {
        #expect(try members(line(path: "/a\"b\\c"))["url.path"] as? String == "/a\"b\\c")
    }

    @Test func queryAndHeadersStayOut() {
        var bytes: [UInt8] = []
        line().append(to: &bytes)
        let text = String(decoding: bytes, as: UTF8.self)
        #expect(!text.contains("secret"))
        #expect(!text.contains("hush"))
    }

    /// A token in the place of its id, as in a script that revokes what it was given.
    @Test func whatIsLongerThanAnIdIsCut() throws {
        let token = PersonalTokenSecret().text
        #expect(
            try members(line(path: "/api/users/me/tokens/\(token)/"))["url.path"] as? String
                == "/api/users/me/tokens/ibp_*/")
        let path = "/api/deals/01900000-0000-7000-8000-000000000000/team/01900000-0000-7000-8000-000000000001"
        #expect(try members(line(path: path))["url.path"] as? String == path)
    }

    @Test func linesReachTheFile() throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("access-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        #expect(FileManager.default.createFile(atPath: path, contents: nil))
        let log = AccessLog(try #require(FileHandle(forWritingAtPath: path)))
        for _ in 0..<3 { log.write(line()) }
        log.flush()
        let text = try String(contentsOfFile: path, encoding: .utf8)
        #expect(text.split(separator: "\n").count == 3)
    }

    @Test func linesBeyondTheBoundAreDropped() throws {
        let pipe = Pipe()
        let log = AccessLog(pipe.fileHandleForWriting)
        for _ in 0..<20_000 { log.write(line()) }
        #expect(log.waitingBytes <= AccessLog.bytesMax + 1024)
    }
}
