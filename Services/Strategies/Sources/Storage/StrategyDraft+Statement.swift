import JSON
import Postgres

extension StrategyDraft {
    /// Name, description, parameters, tags and status, as ``Queries/create`` and ``Queries/replace`` take them.
    var parametersOfStatement: [PostgresValue] {
        [
            .text(name), .optional(description), .text(JSONValue.object(parameters).serialized()),
            .text(ArrayLiteral.text(tags)), .text(status),
        ]
    }

    /// The parameters of ``Queries/replace``.
    func replacement(id: Int, userID: Int, if precondition: VersionPrecondition) -> [PostgresValue] {
        [.integer(userID), .integer(id)] + parametersOfStatement + precondition.parameters
    }
}
