import NIOCore
import ServiceKit
import Testing

@testable import gateway

private func parse(_ text: String) throws -> [RESPValue] {
    var buffer = ByteBuffer(string: text)
    var values: [RESPValue] = []
    while buffer.readableBytes > 0, let value = try RESPValue.parse(&buffer) { values.append(value) }
    return values
}

@Suite struct RESPTests {
    @Test func eachKindOfAnswerIsRead() throws {
        #expect(
            try parse("+OK\r\n-ERR no\r\n:-42\r\n$3\r\na\r\n\r\n$-1\r\n*-1\r\n*2\r\n:1\r\n*1\r\n$0\r\n\r\n") == [
                .simple("OK"), .error("ERR no"), .integer(-42), .string("a\r\n"), .null, .null,
                .array([.integer(1), .array([.string("")])]),
            ])
    }

    @Test func anAnswerInPiecesIsReadOnceItIsWhole() throws {
        let whole = Array("*2\r\n$3\r\nabc\r\n:7\r\n".utf8)
        for end in 1..<whole.count {
            var buffer = ByteBuffer(bytes: whole[..<end])
            #expect(try RESPValue.parse(&buffer) == nil)
            #expect(buffer.readableBytes == end)
        }
    }

    @Test(arguments: [
        ("HTTP/1.1 400\r\n", RESPValue.Malformed.badLine), (":x\r\n", .badLine), ("$x\r\n", .badLine),
        ("$-2\r\n", .badLine), ("$1\r\nabc", .badLine), ("+a\rb", .badLine), ("$65537\r\n", .tooLong),
        ("*1025\r\n", .tooLong), ("*1\r\n*1\r\n*1\r\n*1\r\n:1\r\n", .tooDeep),
        ("+" + String(repeating: "a", count: 65_536), .tooLong),
    ])
    func whatMakesNoSenseIsRefused(_ text: String, _ error: RESPValue.Malformed) {
        #expect(throws: error) { try parse(text) }
    }

    @Test func commandsAreArraysOfStrings() {
        #expect(RESPCommand("GET", "ü").bytes == ByteBuffer(string: "*2\r\n$3\r\nGET\r\n$2\r\nü\r\n"))
    }
}

@Suite struct RedisURLTests {
    @Test func allPartsAreTaken() throws {
        let url = try RedisURL("redis://gate:p%40ss@[::1]:6380/3")
        #expect(url.host == "::1")
        #expect(url.port == 6380)
        #expect(url.user == "gate")
        #expect(url.password == "p@ss")
        #expect(url.database == 3)
        let short = try RedisURL("redis://:secret@redis:6379")
        #expect(short.user == nil)
        #expect(short.password == "secret")
        #expect(short.database == 0)
    }

    @Test(arguments: [
        "rediss://redis:6379", "http://redis:6379", "redis://redis", "redis://:6379", "redis://redis:6379/x",
        "redis:6379",
        "redis://redis:6379/1?x=secret", "redis://secret@redis:6379", "redis://redis:0",
    ])
    func othersAreRefusedWithoutRepeatingThem(_ text: String) {
        let error = #expect(throws: SettingsError.self) { try RedisURL(text) }
        #expect(error?.description.contains("IBP_RATE_REDIS_URL") == true)
        #expect(error?.description.contains("secret") == false)
    }
}
