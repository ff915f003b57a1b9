import JSON

/// A line of a file as `POST /api/v1/strategies/import` takes it.
enum ImportLine {
    /// What an exported strategy has and a new one is given.
    private static let given = ["id", "user_id", "version", "created_at", "updated_at"]

    /// The line without what an export adds; what is no JSON object goes as it is, and the server says what is wrong with it.
    static func importable(_ line: [UInt8]) -> [UInt8] {
        guard let object = try? JSONValue(parsing: line).object, given.contains(where: { object[$0] != nil }) else {
            return line
        }
        return Array(JSONValue.object(object.removing(given)).serialized().utf8)
    }
}
