import Foundation
import GRDB
import Storage

/// Which code names are free. What is left out of an answer is not told from what was not drawn.
struct CodeNameStore: Sendable {
    let store: Store

    func salt() async throws -> Data {
        try await store.read { db in
            let statement = try db.cachedStatement(sql: "SELECT salt FROM code_name_salt")
            guard let salt = try Data.fetchOne(statement) else { throw StoredValueFault(column: "salt") }
            return salt
        }
    }

    /// The first of the candidates that no deal has, alone or after the word that everybody puts before them.
    func free(_ candidates: [String], count: Int) async throws -> [String] {
        try await store.read { db in
            var free: [String] = []
            for name in candidates where !free.contains(name) {
                guard free.count < count else { break }
                let isTaken = try ["", "Project "].contains { prefix in
                    try DealRows.isTaken(codeName: prefix + name, except: nil, in: db)
                }
                if !isTaken { free.append(name) }
            }
            return free
        }
    }
}
