/// What the event loops share for routes that move.
package struct MigrationParts: Sendable {
    package let writes: WritesInFlight
    package let evidence: MigrationEvidence
    /// `nil` where nothing is compared.
    package let shadow: ShadowRunner?

    package init(
        writes: WritesInFlight = WritesInFlight(), evidence: MigrationEvidence = MigrationEvidence(),
        shadow: ShadowRunner? = nil
    ) {
        self.writes = writes
        self.evidence = evidence
        self.shadow = shadow
    }
}
