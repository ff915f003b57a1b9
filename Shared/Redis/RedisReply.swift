/// A reply of the server (RESP2).
package enum RedisReply: Sendable, Equatable {
    case null
    case integer(Int)
    case status(String)
    case string([UInt8])
    case array([RedisReply])
    /// An error inside an array. An error that is the whole reply is thrown as `RedisError` instead.
    case error(String)
}

extension RedisReply {
    /// The value of an integer reply, or of a string that spells one; else nil.
    package var integerValue: Int? {
        switch self {
        case .integer(let value): value
        case .string(let bytes): Int(String(decoding: bytes, as: UTF8.self))
        default: nil
        }
    }

    /// The text of a string or status reply; else nil.
    package var stringValue: String? {
        switch self {
        case .string(let bytes): String(decoding: bytes, as: UTF8.self)
        case .status(let text): text
        default: nil
        }
    }

    /// The elements of an array reply; else nil.
    package var elements: [RedisReply]? {
        if case .array(let elements) = self { elements } else { nil }
    }
}
