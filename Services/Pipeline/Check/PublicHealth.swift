import Contracts

/// What `GET /api/health` tells everybody: states without details.
struct PublicHealth: Decodable {
    struct Part: Decodable {
        var status: HealthState
    }

    var status: HealthState
    var services: [String: Part]

    /// One line per service, then the whole.
    var table: [String] {
        let rows = services.sorted { $0.key < $1.key }.map { ($0.key, $0.value.status.rawValue) }
        return TextTable(["SERVICE", "STATUS"], rows.map { [$0.0, $0.1] } + [["cluster", status.rawValue]]).lines
    }
}
