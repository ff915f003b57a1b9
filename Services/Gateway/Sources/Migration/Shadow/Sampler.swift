/// Takes a share of what comes by, at random.
struct Sampler {
    private var state: UInt64

    init(seed: UInt64 = .random(in: .min ... .max)) { state = seed }

    /// - Parameter share: of 1.
    mutating func takes(_ share: Double) -> Bool {
        // SplitMix64; a cryptographic generator costs more than the rest of the decision.
        state &+= 0x9e37_79b9_7f4a_7c15
        var hash = (state ^ state >> 30) &* 0xbf58_476d_1ce4_e5b9
        hash = (hash ^ hash >> 27) &* 0x94d0_49bb_1331_11eb
        hash ^= hash >> 31
        return Double(hash >> 11) < share * Double(1 << 53 as UInt64)
    }
}
