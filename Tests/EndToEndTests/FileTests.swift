import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import Testing

extension Browser {
    fileprivate func put(_ path: String, _ bytes: Data) async throws -> Answer {
        var request = HTTPClientRequest(url: url + path)
        request.method = .PUT
        if let token { request.headers.add(name: "Authorization", value: "Bearer \(token)") }
        request.headers.add(name: "Content-Type", value: "application/octet-stream")
        request.body = .bytes(bytes)
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(20))
        let body = try await response.body.collect(upTo: 1 << 20)
        return Answer(status: Int(response.status.code), headers: response.headers, body: Data(body.readableBytesView))
    }
}

private let chunkBytes = 1 << 20

/// Three megabytes and a bit that do not compress: the top bytes of a linear congruential generator.
private let file: Data = {
    var state: UInt64 = 7
    return Data(
        (0..<3 * chunkBytes + 1000).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8(truncatingIfNeeded: state >> 56)
        })
}()

private let sha256 = "de53b6f76aab349a8b2af2927b9d1dd813b1bcad6def916030a1de1e6425fb13"

/// A file goes in by chunks, comes out as it was, is refused once it is damaged, and all of it is in the log.
@Test(.timeLimit(.minutes(5)))
func fileOfADocumentComesOutAsItWentInOrNotAtAll() async throws {
    try await Cluster.with(environment: Root.settings) { cluster in
        let admin = try await Browser.root(cluster.url)
        for (name, role) in [("ana", "banker"), ("bob", "banker"), ("cleo", "compliance")] {
            try await admin.addPerson(
                "\(name)@firm.example", name: name.capitalized, role: role, password: "nineteen purple owls")
        }
        let ana = try await Browser.signIn(cluster.url, "ana@firm.example", "nineteen purple owls")
        let bob = try await Browser.signIn(cluster.url, "bob@firm.example", "nineteen purple owls")
        let cleo = try await Browser.signIn(cluster.url, "cleo@firm.example", "nineteen purple owls")
        let deal = try await ana.post(
            "/api/deals", #"{"codeName":"Project Fern","type":"levfin","clientName":"Moss Ltd"}"#)
        let documents = "/api/deals/\(try #require(deal.json["id"].string))/documents"

        let id = try await upload(to: documents, by: ana)
        let content = "\(documents)/\(id)/content"
        let whole = try await ana.get(content)
        #expect(whole.status == 200 && whole.body == file)
        #expect(whole.headers["etag"] == ["\"\(sha256)\""])
        #expect(whole.headers["content-type"] == ["application/octet-stream"])
        #expect(whole.headers["content-disposition"].first?.hasPrefix("attachment; filename=\"fern.html\"") == true)
        #expect(whole.headers["x-content-type-options"] == ["nosniff"])
        let known = try await ana.send(.GET, content, headers: [("If-None-Match", "\"\(sha256)\"")])
        #expect(known.status == 304 && known.body.isEmpty)
        let head = try await ana.send(.HEAD, content)
        #expect(head.status == 200 && head.headers["content-length"] == [String(file.count)])
        let hidden = try await bob.get(content)
        let absent = try await bob.get("\(documents)/x/content")
        #expect(hidden.status == 404 && hidden.json["detail"] == absent.json["detail"])

        let path = cluster.directory.appending(path: "deals/documents/\(id)")
        var bytes = try Data(contentsOf: path)
        bytes[bytes.count - 1] ^= 1
        try bytes.write(to: path)
        let damaged = try await ana.get(content)
        #expect(damaged.status == 500 && damaged.json["code"].string == "document_damaged", "\(damaged.status)")

        let removed = try await ana.send(.DELETE, "\(documents)/\(id)", #"{"reason":"It is damaged."}"#)
        #expect(removed.status == 204, "\(removed.text)")
        let types = try await eventually("the events in the log") {
            let items = try await cleo.get("/api/audit?type=deal.document.").json["items"].items
            return items.count == 2 ? items.compactMap { $0["type"].string } : nil
        }
        #expect(types == ["deal.document.removed", "deal.document.added"])
        #expect(try await cleo.get("/api/audit?type=document.downloaded").json["items"].items.count == 1)
        #expect(cluster.log.contains("a document is damaged"))
    }
}

/// - Returns: the document's id.
private func upload(to documents: String, by person: Browser) async throws -> String {
    let registered = try await person.post(
        documents,
        """
        {"type":"pitch","title":"Pitch","fileName":"fern.html","mediaType":"text/html","size":\(file.count),
        "sha256":"\(sha256)"}
        """)
    #expect(registered.status == 201, "\(registered.text)")
    let id = try #require(registered.json["upload"]["id"].string)
    let content = "\(documents)/\(id)/content"
    for offset in stride(from: 0, to: file.count, by: chunkBytes) {
        let gap = try await person.put("\(content)?offset=\(offset + 1)", file[offset..<offset + 1])
        #expect(gap.status == 409 && gap.json["current"]["received"].int == offset, "\(gap.text)")
        let end = min(offset + chunkBytes, file.count)
        let sent = try await person.put("\(content)?offset=\(offset)", file[offset..<end])
        #expect(sent.status == 200, "\(sent.text)")
        let isLast = end == file.count
        #expect(isLast ? sent.json["document"]["id"].string == id : sent.json["upload"]["received"].int == end)
    }
    return id
}
