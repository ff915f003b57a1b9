/// Takes CSV (RFC 4180) apart, however its bytes come in pieces. Lines may end with LF alone, and a byte order mark is passed
/// over.
package struct CSVParser {
    package struct Record: Equatable {
        /// The line on which it begins, from 1 on.
        package let line: Int
        /// nil where the bytes are no UTF-8.
        package let fields: [String?]
    }

    private enum State {
        /// → unquoted, quoted, carriageReturn.
        case fieldStart
        /// → fieldStart, carriageReturn.
        case unquoted
        /// → quoteInQuoted.
        case quoted
        /// Behind a quote within a quoted field: its end, or the first half of a quote that is meant. → quoted, fieldStart,
        /// carriageReturn.
        case quoteInQuoted
        /// Behind a carriage return that ends a record. → fieldStart.
        case carriageReturn
    }

    /// The longest record that is read, in bytes.
    package static let maximumRecord = 64 << 10

    /// Why nothing more is read: what follows cannot be believed.
    package private(set) var failure: AccountFileError?

    private var state = State.fieldStart
    private var line = 1
    private var recordLine = 1
    private var recordBytes = 0
    private var field: [UInt8] = []
    private var fields: [String?] = []
    private var records: [Record] = []
    private var isFirstField = true

    package init() {}

    /// The records that are complete with these bytes.
    package mutating func parse(_ bytes: [UInt8]) -> [Record] {
        for byte in bytes where failure == nil {
            recordBytes += 1
            take(byte)
            if byte == UInt8(ascii: "\n") { line += 1 }
            if recordBytes == 0 { recordLine = line }
            if recordBytes > Self.maximumRecord {
                fail("it has more than \(Self.maximumRecord) bytes", at: recordLine)
            }
        }
        return takeRecords()
    }

    /// The last record, which may have no line's end.
    package mutating func finish() -> [Record] {
        guard failure == nil, recordBytes > 0 else { return [] }
        switch state {
        case .quoted: fail("a quote is not closed", at: recordLine)
        case .carriageReturn: fail("a carriage return stands alone", at: line)
        case .fieldStart, .unquoted, .quoteInQuoted: endRecord()
        }
        return takeRecords()
    }

    private mutating func take(_ byte: UInt8) {
        switch (state, byte) {
        case (.quoted, UInt8(ascii: "\"")): state = .quoteInQuoted
        case (.quoted, _): field.append(byte)
        case (.quoteInQuoted, UInt8(ascii: "\"")):
            field.append(byte)
            state = .quoted
        case (.fieldStart, UInt8(ascii: "\"")): state = .quoted
        case (_, UInt8(ascii: "\n")): endRecord()
        case (.carriageReturn, _): fail("a carriage return stands alone", at: line)
        case (_, UInt8(ascii: "\r")): state = .carriageReturn
        case (_, UInt8(ascii: ",")): endField()
        case (.unquoted, UInt8(ascii: "\"")): fail("a quote stands in a field that is not quoted", at: line)
        case (.quoteInQuoted, _): fail("a field goes on behind its closing quote", at: line)
        case (.fieldStart, _), (.unquoted, _):
            field.append(byte)
            state = .unquoted
            // A byte order mark does not keep the first field from being quoted.
            if isFirstField, field == [0xef, 0xbb, 0xbf] {
                field = []
                state = .fieldStart
            }
        }
    }

    private mutating func endField() {
        fields.append(String(validating: field, as: UTF8.self))
        field.removeAll(keepingCapacity: true)
        isFirstField = false
        state = .fieldStart
    }

    /// A line with nothing on it is no record.
    private mutating func endRecord() {
        endField()
        if fields != [""] { records.append(Record(line: recordLine, fields: fields)) }
        fields.removeAll(keepingCapacity: true)
        recordBytes = 0
    }

    private mutating func fail(_ reason: String, at line: Int) {
        failure = AccountFileError(line: line, reason: reason)
    }

    private mutating func takeRecords() -> [Record] {
        defer { records = [] }
        return records
    }
}
