/// What one process held at one moment of a soak.
package struct SoakSample: Codable, Hashable, Sendable {
    package let process: String
    /// Since the soak began, in seconds.
    package let time: Double
    package let megabytes: Double
    package let descriptors: Int
    package let sockets: Int

    package init(process: String, time: Double, megabytes: Double, descriptors: Int, sockets: Int) {
        self.process = process
        self.time = time
        self.megabytes = megabytes
        self.descriptors = descriptors
        self.sockets = sockets
    }
}
