package import APIContract
package import HTTPService

/// The query parameter `consistency` of a GET.
package enum ReadConsistency: String, CaseIterable, Sendable {
    /// The primary answers.
    case strong

    package static let parameter = "consistency"

    /// Reads it among parameters that somebody else goes through.
    package static func read(_ parameters: inout QueryValidator) -> ReadConsistency? {
        parameters.choice(parameter, of: allCases.map(\.rawValue)).flatMap(ReadConsistency.init)
    }

    /// - Parameter query: of the request's target, percent-encoded.
    /// - Throws: ``APIError`` 422 for another value, or one given twice; 400 for a malformed query.
    package init?(query: String?) throws(APIError) {
        guard query != nil else { return nil }
        var parameters = try QueryValidator(query)
        let value = Self.read(&parameters)
        let errors = parameters.errors.filter { $0.location.last == Self.parameter }
        guard errors.isEmpty else { throw APIError.validation(errors) }
        guard let value else { return nil }
        self = value
    }
}
