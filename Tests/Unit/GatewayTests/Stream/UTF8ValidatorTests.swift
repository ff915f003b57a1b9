import Gateway
import Testing

@Suite("UTF-8, piece by piece")
struct UTF8ValidatorTests {
    /// As one piece, and byte by byte.
    private func verdicts(_ bytes: [UInt8]) -> Set<Bool> {
        var whole = UTF8Validator()
        let isWhole = whole.append(bytes) && whole.isComplete
        var single = UTF8Validator()
        let isSingle = bytes.allSatisfy { single.append([$0]) } && single.isComplete
        return [isWhole, isSingle]
    }

    @Test("every character is taken, and cut off it is not complete")
    func characters() {
        for scalar in (0...0x10FFFF as ClosedRange<UInt32>).lazy.filter({ $0 % 61 == 0 || $0 < 0x900 })
            .compactMap(Unicode.Scalar.init) + [
                "\u{7FF}", "\u{800}", "\u{D7FF}", "\u{E000}", "\u{FFFF}", "\u{10000}", "\u{10FFFF}",
            ]
        {
            let bytes = Array(String(scalar).utf8)
            #expect(verdicts(bytes) == [true], "\(scalar.value)")
            if bytes.count > 1 { #expect(verdicts(bytes.dropLast()) == [false], "\(scalar.value), cut off") }
        }
    }

    @Test(
        "what is no UTF-8 is refused",
        arguments: [
            [0x80], [0xBF], [0xC0, 0x80], [0xC1, 0xBF], [0xE0, 0x80, 0x80], [0xE0, 0x9F, 0xBF], [0xED, 0xA0, 0x80],
            [0xED, 0xBF, 0xBF], [0xF0, 0x80, 0x80, 0x80], [0xF0, 0x8F, 0xBF, 0xBF], [0xF4, 0x90, 0x80, 0x80],
            [0xF5, 0x80, 0x80, 0x80], [0xFE], [0xFF], [0xC2, 0x41], [0xE2, 0x82, 0x41], [0x41, 0xC2],
        ] as [[UInt8]])
    func refused(bytes: [UInt8]) {
        #expect(verdicts(bytes) == [false])
    }

    @Test("it agrees with Swift's own decoder on two bytes of every value")
    func pairs() {
        for first in UInt8.min...UInt8.max {
            for second in stride(from: 0, through: 255, by: 1).map(UInt8.init) {
                let bytes = [first, second]
                #expect(verdicts(bytes) == [String(validating: bytes, as: UTF8.self) != nil])
            }
        }
    }
}
