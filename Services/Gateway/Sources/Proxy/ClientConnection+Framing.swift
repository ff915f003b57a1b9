// How much of a chunked body may be something else than body.
extension ClientConnection {
    /// Bytes of sizes and extensions that are taken besides those in proportion to the body.
    private static let framingAllowance = 128 * 1024
    /// For each byte of the body. A chunk of one byte takes five more.
    private static let framingShare = 16

    /// Refuses a chunked body that is mostly sizes and extensions (RFC 9112 §7.1.1): it would keep us busy without ever
    /// coming to the limit of bodies.
    ///
    /// - Returns: whether the request is over.
    func refusesFraming(of exchange: Exchange) -> Bool {
        guard exchange.state.framing == .chunked, !exchange.state.isFinished,
            gate.bytesSinceHead > Self.framingAllowance + Self.framingShare * exchange.state.bodyBytes
        else { return false }
        answer(
            exchange, RequestRefusal.malformed("The request's chunks are hardly anything but extensions").error,
            closes: true)
        return true
    }
}
