/// One word of a command. Redis sees bytes in every case.
package enum RedisArgument: Sendable, Equatable {
    case string(String)
    case integer(Int)
    case bytes([UInt8])
}

extension RedisArgument: ExpressibleByStringLiteral, ExpressibleByStringInterpolation {
    package init(stringLiteral value: String) { self = .string(value) }
}

extension RedisArgument: ExpressibleByIntegerLiteral {
    package init(integerLiteral value: Int) { self = .integer(value) }
}
