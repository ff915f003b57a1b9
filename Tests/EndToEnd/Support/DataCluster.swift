/// A cluster without our own processes: its servers, and the schema.
enum DataCluster {
    static func start(_ arguments: [String] = [], folder: String? = nil) async throws -> ClusterUnderTest {
        try await ClusterUnderTest.start(
            ["--gateways", "0", "--auth", "0", "--strategies", "0", "--no-demo"] + arguments, folder: folder)
    }
}
