extension AnswerContext {
    /// Before what the upstream has to say of the same cookies: to a browser the last word counts.
    func writeCookies(into head: inout HeadBytes) {
        for cookie in cookies { head.writeLine("Set-Cookie", cookie) }
    }

    /// Writes the lines that do not depend on who made the answer.
    ///
    /// - Parameter present: security fields that the upstream has set itself.
    func write(besides present: SecurityFields, into head: inout HeadBytes) {
        head.writeLine("X-Request-Id", requestID)
        if let traceParent { head.writeLine("traceparent", traceParent) }
        present.writeOthers(isSecure: isSecure, into: &head)
        if let rateLimit {
            head.writeLine("RateLimit-Policy", rateLimit.policyField)
            head.writeStaticString("RateLimit: ")
            rateLimit.writeLimitField(into: &head)
            head.writeStaticString("\r\n")
        }
        if let allowedOrigin { head.writeString(CORSPolicy.lines(origin: allowedOrigin)) }
        if variesByOrigin { head.writeStaticString("Vary: Origin\r\n") }
        if closesConnection { head.writeStaticString("Connection: close\r\n") }
    }
}
