/// Where one user's data stands: raised by every write of it, in the same transaction.
///
/// Ordered by epoch, then by number: a promotion starts a new epoch, and what is written in it is later than all
/// that was written before.
package struct Revision: Hashable, Comparable, Sendable {
    /// Before the first write.
    package static let zero = Revision(epoch: 0, number: 0)

    /// The epoch of the primary that made the last write; counts from 1.
    package let epoch: Int
    /// How many writes there have been.
    package let number: Int

    package init(epoch: Int, number: Int) {
        self.epoch = epoch
        self.number = number
    }

    package static func < (left: Revision, right: Revision) -> Bool {
        (left.epoch, left.number) < (right.epoch, right.number)
    }
}
