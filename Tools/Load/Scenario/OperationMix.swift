/// Operations and how often each of them comes.
package struct OperationMix: Sendable, Hashable {
    package let shares: [(operation: Operation, weight: Int)]
    private let total: Int

    /// - Parameter shares: weights of at least 1; whatever they add up to is the whole.
    package init(_ shares: [(operation: Operation, weight: Int)]) {
        self.shares = shares
        total = shares.reduce(0) { $0 + $1.weight }
    }

    package var operations: [Operation] { shares.map(\.operation) }

    /// The operation that stands at a place of the whole.
    ///
    /// - Parameter number: any number; evenly spread ones give each operation its share.
    package func operation(at number: UInt64) -> Operation {
        var rest = Int(number % UInt64(max(1, total)))
        for (operation, weight) in shares {
            if rest < weight { return operation }
            rest -= weight
        }
        return shares[0].operation
    }

    package static func == (left: OperationMix, right: OperationMix) -> Bool {
        left.shares.elementsEqual(right.shares) { $0 == $1 }
    }

    package func hash(into hasher: inout Hasher) {
        for share in shares {
            hasher.combine(share.operation)
            hasher.combine(share.weight)
        }
    }
}
