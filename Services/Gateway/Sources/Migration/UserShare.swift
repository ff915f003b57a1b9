/// The place of a user among ten thousand, by which a canary takes more and more of them.
///
/// It follows from the salt and the user alone: the same on every gateway and after every start, and a user who is within
/// a share is within every larger one. Users of another salt are spread in another way.
package struct UserShare: Sendable {
    package static let places = 10_000

    private let seed: UInt64

    /// - Parameter salt: what the migration is known by.
    package init(salt: String) {
        // FNV-1a; the places are spread by the finalizer below.
        seed = salt.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    }

    /// 0 to 9999.
    package func place(of user: Int) -> Int {
        // The finalizer of SplitMix64: each bit of the number moves half of the result's.
        var hash = seed ^ (UInt64(bitPattern: Int64(user)) &* 0x9e37_79b9_7f4a_7c15)
        hash = (hash ^ hash >> 30) &* 0xbf58_476d_1ce4_e5b9
        hash = (hash ^ hash >> 27) &* 0x94d0_49bb_1331_11eb
        hash ^= hash >> 31
        return Int(hash.multipliedFullWidth(by: UInt64(Self.places)).high)
    }

    package func contains(_ user: Int, percent: Int) -> Bool { place(of: user) < percent * Self.places / 100 }
}
