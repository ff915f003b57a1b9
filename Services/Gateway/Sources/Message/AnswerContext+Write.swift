import NIOCore

extension AnswerContext {
    /// Before what the upstream has to say of the same cookies: to a browser the last word counts.
    func writeCookies(into buffer: inout ByteBuffer) {
        for cookie in cookies { buffer.writeLine("Set-Cookie", cookie) }
    }

    /// Writes the lines that do not depend on who made the answer.
    ///
    /// - Parameter present: security fields that the upstream has set itself.
    func write(besides present: SecurityFields, into buffer: inout ByteBuffer) {
        buffer.writeLine("X-Request-Id", requestID)
        if let traceParent { buffer.writeLine("traceparent", traceParent) }
        present.writeOthers(isSecure: isSecure, into: &buffer)
        if let rateLimit {
            buffer.writeLine("RateLimit-Policy", rateLimit.policyField)
            buffer.writeLine("RateLimit", rateLimit.limitField)
        }
        if let allowedOrigin { buffer.writeString(CORSPolicy.lines(origin: allowedOrigin)) }
        if variesByOrigin { buffer.writeStaticString("Vary: Origin\r\n") }
        if closesConnection { buffer.writeStaticString("Connection: close\r\n") }
    }
}

extension ByteBuffer {
    mutating func writeLine(_ name: String, _ value: String) {
        writeString(name)
        writeStaticString(": ")
        writeString(value)
        writeStaticString("\r\n")
    }

    /// A number in decimal digits, without making a string of it.
    mutating func writeDecimal(_ number: Int) {
        guard number >= 10 else {
            writeInteger(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number))
            return
        }
        writeDecimal(number / 10)
        writeInteger(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number % 10))
    }
}
