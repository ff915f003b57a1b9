import Postgres
import Testing

@Suite("Which errors of a replica another server may do without")
struct PostgresErrorRoutingTests {
    @Test(
        "those that say something of the server",
        arguments: ["40001", "40P01", "57P01", "57P02", "57P03", "57014", "25006", "08006", "53300", "42P01", "XX000"])
    func ofTheServer(_ state: String) {
        #expect(PostgresError(.server, "m", sqlState: state).mayBeAnsweredElsewhere)
    }

    @Test("those of the statement are the same everywhere", arguments: ["22012", "22P02", "23505", "28000", "54000"])
    func ofTheStatement(_ state: String) {
        #expect(!PostgresError(.server, "m", sqlState: state).mayBeAnsweredElsewhere)
    }

    @Test("a lost connection, no answer in time and a full queue; not a cancelled task")
    func codes() {
        for code in [PostgresError.Code.unavailable, .deadlineExceeded, .queueFull] {
            #expect(PostgresError(code, "m").mayBeAnsweredElsewhere)
        }
        for code in [PostgresError.Code.cancelled, .invalidParameter, .outcomeUnknown, .revisionLost] {
            #expect(!PostgresError(code, "m").mayBeAnsweredElsewhere)
        }
    }

    @Test("a read-only server has executed nothing of the write")
    func readOnly() {
        #expect(PostgresError(.server, "m", sqlState: "25006").saysServerIsReadOnly)
        #expect(!PostgresError(.outcomeUnknown, "m", sqlState: "25006").saysServerIsReadOnly)
        #expect(!PostgresError(.server, "m", sqlState: "25P02").saysServerIsReadOnly)
    }
}
