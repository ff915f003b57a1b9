/// Does something with all elements at once, until all is done or one fails.
///
/// The first failure cancels the others: they may be waiting for the very one that failed.
///
/// - Throws: the first failure.
package func runTogether<Element: Sendable>(
    _ elements: [Element], _ body: @escaping @Sendable (Element) async throws -> Void
) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
        for element in elements { group.addTask { try await body(element) } }
        // Not waitForAll(), which waits for the others before it throws.
        while try await group.next() != nil {}
    }
}
