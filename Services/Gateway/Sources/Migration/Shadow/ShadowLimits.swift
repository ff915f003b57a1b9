/// How much a candidate is asked for comparison alone, by each gateway.
package struct ShadowLimits: Sendable, Hashable {
    /// Of the reads that the monolith answers.
    package var sample = 0.1
    /// Comparisons of the route at once; further ones are dropped.
    package var inFlight = 16
    /// Of an answer, in bytes; larger ones of the monolith are not compared, and one of the candidate counts as another.
    package var maximumBody = 256 * 1024
    /// How long either side may take.
    package var timeout = Duration.seconds(2)

    package init() {}
}
