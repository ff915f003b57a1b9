/// Waits until a condition holds, looking every 10 ms.
///
/// - Parameter timeout: a bound for a test that would otherwise hang; a condition that is true sooner ends it sooner.
/// - Returns: whether it held in time.
package func eventually(
    within timeout: Duration = .seconds(20), _ condition: () async throws -> Bool
) async throws -> Bool {
    let deadline = ContinuousClock.now + timeout
    while ContinuousClock.now < deadline {
        if try await condition() { return true }
        try await Task.sleep(for: .milliseconds(10))
    }
    return try await condition()
}
