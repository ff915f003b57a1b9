/// How many tests of a run passed and failed, from the xUnit file that `swift test` writes.
package struct TestReport: Hashable, Sendable {
    package var passed = 0
    package var failed = 0

    package init() {}

    /// - Parameter xUnit: may be empty or cut off after a crash; a run that failed counts at least one failure.
    package init(xUnit: String, exitStatus: Int32) {
        // "failures" in the file counts issues, of which one test may have many.
        for test in xUnit.split(separator: "<testcase ", omittingEmptySubsequences: false).dropFirst() {
            if test.contains("<failure") || test.contains("<error") {
                failed += 1
            } else if !test.contains("<skipped") {
                passed += 1
            }
        }
        if exitStatus != 0, failed == 0 { failed = 1 }
    }

    package static func + (left: TestReport, right: TestReport) -> TestReport {
        var sum = left
        sum.passed += right.passed
        sum.failed += right.failed
        return sum
    }

    package var line: String { "\(passed) passed, \(failed) failed" }
}
