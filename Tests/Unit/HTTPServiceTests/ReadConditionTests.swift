import HTTPService
import HTTPTypes
import Testing

@Suite("If-Match and If-None-Match on what is read")
struct ReadConditionTests {
    static let cases: [(String?, String?, ReadCondition)] = [
        (nil, nil, .met), (nil, #""7-2""#, .met), (nil, #""7-1", W/"7-3""#, .notModified), (nil, "*", .notModified),
        (#""7-3""#, nil, .met), ("*", nil, .met), (#"W/"7-3""#, nil, .failed), (#""7-2""#, nil, .failed),
        (#""7-3""#, #""7-3""#, .notModified), (#""7-2""#, #""7-3""#, .failed), ("", nil, .failed),
    ]

    @Test("If-Match comes first and compares strongly, If-None-Match weakly", arguments: cases)
    func conditions(match: String?, noneMatch: String?, expected: ReadCondition) {
        var headers = HTTPFields()
        headers[.ifMatch] = match
        headers[.ifNoneMatch] = noneMatch
        #expect(ReadCondition(headers, of: EntityTag("7-3")) == expected)
    }
}
