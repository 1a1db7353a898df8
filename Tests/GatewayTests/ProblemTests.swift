import Foundation
import HTTPServer
import NIOCore
import NIOHTTP1
import RPC
import Testing

@testable import gateway

@Test func faultsBecomeTheirStatus() {
    for (fault, status) in [
        (RPCFault.notFound("deal"), 404), (.invalid([]), 422), (.forbidden(""), 403), (.internal, 500),
        (RPCFault(.aborted, "version_mismatch", ""), 412), (RPCFault(.failedPrecondition, "version_required", ""), 428),
        (RPCFault(.failedPrecondition, "rules_unmet", ""), 422), (RPCFault(.invalidArgument, "json_invalid", ""), 400),
        (RPCFault(.resourceExhausted, "busy", ""), 503), (RPCFault(.unavailable, "x", ""), 503),
        (RPCFault(.deadlineExceeded, "x", ""), 504), (RPCFault(.alreadyExists, "x", ""), 409),
    ] as [(RPCFault, UInt)] {
        #expect(Problem(fault).status.code == status, "\(fault.code)")
    }
}

@Test func problemIsRFC9457WithTheCurrentStateInside() throws {
    var fault = RPCFault(
        .aborted, "version_mismatch", "Stale.", errors: [FieldFault("value", "changed", "has changed")])
    fault.current = #"{"version":3}"#
    fault.conflictingFields = ["sector", "value"]
    let response = Problem(fault).response(instance: "/api/deals/1", requestID: "r")
    #expect(response.headers["content-type"] == ["application/problem+json"])
    let body = try #require(response.body)
    let json = try #require(try JSONSerialization.jsonObject(with: Data(body.readableBytesView)) as? [String: Any])
    #expect(json["status"] as? Int == 412)
    #expect(json["code"] as? String == "version_mismatch")
    #expect((json["current"] as? [String: Any])?["version"] as? Int == 3)
    #expect(json["conflictingFields"] as? [String] == ["sector", "value"])
    #expect((json["errors"] as? [[String: Any]])?.first?["field"] as? String == "value")
}

@Test func waitOfAnHourIsToldToTheSecond() {
    let fault = RPCFault(.resourceExhausted, "sign_in_throttled", "Later.", retryAfterMilliseconds: 3_600_000)
    let problem = Problem(fault)
    #expect(problem.status == .tooManyRequests)
    #expect(problem.headers["retry-after"] == ["3600"])
}
