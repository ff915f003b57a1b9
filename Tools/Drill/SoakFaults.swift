package import LocalCluster

/// Faults by chance, the same for the same seed.
///
/// The first instance of each service, and nginx, are never killed: they live as long as the soak, so that what they do
/// not give back adds up.
package struct SoakFaults: Sendable {
    private let faults: [DrillFault]
    private var state: UInt64

    package init(_ processes: [ProcessStatus], seed: UInt64) {
        faults = DrillFault.all(of: processes, names: [], kinds: DrillFault.Kind.allCases).filter { fault in
            let lives = fault.part == .edge || (fault.part == .service && fault.process.hasSuffix("-1"))
            return !(lives && fault.kind == .kill)
        }
        state = seed
    }

    package mutating func next() -> DrillFault? {
        // splitmix64 (Steele, Lea, Flood 2014).
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        mixed ^= mixed >> 31
        return faults.isEmpty ? nil : faults[Int(mixed % UInt64(faults.count))]
    }
}
