import NIOCore

/// Makes request, trace and span ids on one event loop.
///
/// The ids tell requests apart and keep no secret, so a generator that is seeded once will do: asking the kernel for
/// each of them costs more than routing the request.
struct IdentifierGenerator {
    private var state: (UInt64, UInt64, UInt64, UInt64)

    init() {
        var system = SystemRandomNumberGenerator()
        state = (system.next(), system.next(), system.next(), system.next() | 1)
    }

    /// 32 hexadecimal digits.
    mutating func requestID() -> String {
        let (high, low) = (next(), next())
        return String(unsafeUninitializedCapacity: 32) { buffer in
            Self.write(high, to: buffer, at: 0)
            Self.write(low, to: buffer, at: 16)
            return 32
        }
    }

    /// A `traceparent` with a new span, in a new trace that is not sampled unless one is given.
    ///
    /// - Parameter trace: 32 hexadecimal digits.
    mutating func traceParent(in trace: String? = nil, isSampled: Bool = false) -> String {
        let (high, low, span) = (next() | 1, next(), next() | 1)
        return String(unsafeUninitializedCapacity: 55) { buffer in
            let form: StaticString = "00-00000000000000000000000000000000-0000000000000000-00"
            _ = buffer.update(fromContentsOf: UnsafeBufferPointer(start: form.utf8Start, count: 55))
            let isGiven = trace?.utf8.withContiguousStorageIfAvailable { digits in
                buffer[3...].update(fromContentsOf: digits.prefix(32))
            }
            if isGiven == nil {
                Self.write(high, to: buffer, at: 3)
                Self.write(low, to: buffer, at: 19)
            }
            Self.write(span, to: buffer, at: 36)
            if isSampled { buffer[54] = UInt8(ascii: "1") }
            return 55
        }
    }

    /// Whether something happens that does so in that share of the cases.
    ///
    /// - Parameter share: from 0, which is never, to 1, which is always.
    mutating func chance(_ share: Double) -> Bool { Double(next() >> 11) * 0x1p-53 < share }

    private static func write(_ value: UInt64, to buffer: UnsafeMutableBufferPointer<UInt8>, at offset: Int) {
        let digits: StaticString = "0123456789abcdef"
        for index in 0..<16 {
            buffer[offset + index] = digits.utf8Start[Int(value >> UInt64(60 - 4 * index) & 0xF)]
        }
    }

    /// xoshiro256** (Blackman and Vigna, 2018).
    private mutating func next() -> UInt64 {
        func rotate(_ value: UInt64, _ count: UInt64) -> UInt64 { value << count | value >> (64 - count) }
        let result = rotate(state.1 &* 5, 7) &* 9
        let shifted = state.1 << 17
        state.2 ^= state.0
        state.3 ^= state.1
        state.1 ^= state.2
        state.0 ^= state.3
        state.2 ^= shifted
        state.3 = rotate(state.3, 45)
        return result
    }
}
