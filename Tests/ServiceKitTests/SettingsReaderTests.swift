import Foundation
import Testing

@testable import ServiceKit

private func message(_ body: () throws -> some Any) -> String {
    do {
        _ = try body()
        return ""
    } catch {
        return "\(error)"
    }
}

@Test func missingSettingIsNamedWithWhatItWants() {
    var reader = SettingsReader(environment: [:])
    #expect(
        message { try reader.string("data.dir", "the directory of the data") }
            == "IBP_DATA_DIR is not set: the directory of the data")
}

@Test func unknownSettingStopsTheStart() throws {
    var reader = SettingsReader(environment: ["IBP_DATA_DIR": "/d", "IBP_DATADIR": "/d", "PATH": "/bin"])
    _ = try reader.string("data.dir", "x")
    #expect(message { try reader.refuseUnknown(process: "deals") }.hasPrefix("IBP_DATADIR is not a setting of deals"))
}

@Test func numbersAndTimesHaveRanges() throws {
    var reader = SettingsReader(environment: ["IBP_N": "7", "IBP_M": "70", "IBP_T": "500ms", "IBP_U": "9d"])
    #expect(try reader.int("n", default: 1, in: 0...10, "n") == 7)
    #expect(message { try reader.int("m", default: 1, in: 0...10, "m") }.contains("whole number from 0 to 10"))
    #expect(try reader.duration("t", default: .seconds(1), in: .zero ... .seconds(9), "t") == .milliseconds(500))
    #expect(
        message { try reader.duration("u", default: .seconds(1), in: .zero ... .seconds(9), "u") }.contains(
            "must be a time"))
    #expect(try reader.duration("v", default: .seconds(1), in: .zero ... .seconds(9), "v") == .seconds(1))
    #expect(try reader.optionalDuration("u", in: .zero ... .seconds(777_600), "u") == .seconds(777_600))
}

@Test func secretComesFromTheVariableOrItsFile() throws {
    let file = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try Data("s3cret\n".utf8).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    var reader = SettingsReader(environment: [
        "IBP_P_FILE": file.path, "IBP_Q": "x", "IBP_Q_FILE": file.path, "IBP_R_FILE": "/nowhere",
    ])
    #expect(try reader.secret("p", "p") == "s3cret")
    #expect(message { try reader.secret("q", "q") }.contains("use one"))
    #expect(message { try reader.secret("r", "r") } == "IBP_R_FILE names /nowhere, which cannot be read")
}

@Test func emptySecretFileStopsTheStartAsAnEmptyVariableDoes() throws {
    let file = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try Data("\n".utf8).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    var reader = SettingsReader(environment: ["IBP_P_FILE": file.path, "IBP_Q": ""])
    #expect(
        message { try reader.secret("p", "the password") }
            == "IBP_P_FILE names \(file.path), which is empty: the password")
    #expect(message { try reader.secret("q", "the password") } == "IBP_Q is empty: the password")
}

@Test(arguments: [("127.0.0.1:80", "127.0.0.1", 80), ("[::1]:9", "::1", 9), ("deals:7102", "deals", 7102)])
func addressesAreHostAndPort(_ text: String, _ host: String, _ port: Int) {
    #expect(Address(text) == Address(host: host, port: port))
}

@Test(arguments: ["", "80", ":80", "host", "host:", "host:x", "host:70000"])
func otherAddressesAreRefused(_ text: String) { #expect(Address(text) == nil) }
