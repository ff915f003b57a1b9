import Auth
import Foundation
import Testing

@Suite("The file of common passwords")
struct CommonPasswordsTests {
    private func withFile<R>(_ bytes: some Sequence<UInt8>, _ body: (String) throws -> R) throws -> R {
        let file = FileManager.default.temporaryDirectory.appending(path: "common-\(UUID().uuidString)")
        try Data(bytes).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        return try body(file.path)
    }

    @Test("holds one password a line, whatever ends the lines")
    func lines() throws {
        let passwords = try withFile("trustno1\r\nPassword1\n\nwith blank 1".utf8) { try CommonPasswords(path: $0) }
        for password in ["trustno1", "PASSWORD1", "With Blank 1"] { #expect(passwords.contains(password)) }
        for password in ["", "trustno", "trustno1\n", "blank"] { #expect(!passwords.contains(password)) }
    }

    @Test("is told from one that is missing, empty, too large or no text")
    func unusable() throws {
        func cause(_ path: String) -> String {
            do throws(CommonPasswordsError) {
                _ = try CommonPasswords(path: path)
                return "none"
            } catch {
                return error.description
            }
        }
        #expect(cause("") == "no file is named")
        #expect(cause("/nowhere/common.txt") == "there is no file /nowhere/common.txt")
        #expect(try withFile("\n\n".utf8, cause).hasSuffix("is empty"))
        #expect(try withFile([0x61, 0xff, 0xfe], cause).hasSuffix("cannot be read as UTF-8"))
        let large = repeatElement(UInt8(ascii: "x"), count: CommonPasswords.maximumFileBytes + 1)
        #expect(try withFile(large, cause).contains("more than"))
    }
}
