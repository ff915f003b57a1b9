// Stages of routes that move, and the writes that wait for one.
extension LoopContext {
    /// Requests that begin from now on follow these stages.
    func adopt(_ stages: MigrationStages) {
        self.stages = stages
        let waiting = heldWrites
        heldWrites.removeAll()
        for write in waiting { write.connection.goOn(write.exchange) }
    }

    /// A write that goes on waiting keeps its deadline.
    func hold(_ exchange: Exchange, of connection: ClientConnection) {
        let deadline = exchange.heldUntil ?? tick &+ HeldWrite.longestWait
        exchange.heldUntil = deadline
        heldWrites.append(HeldWrite(connection: connection, exchange: exchange, deadline: deadline))
    }

    func advanceHeldWrites() {
        guard !heldWrites.isEmpty else { return }
        let late = heldWrites.filter { Int32(bitPattern: tick &- $0.deadline) >= 0 }
        heldWrites.removeAll { Int32(bitPattern: tick &- $0.deadline) >= 0 }
        for write in late { write.connection.refuseHeld(write.exchange) }
    }
}
