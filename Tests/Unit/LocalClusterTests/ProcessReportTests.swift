import FoundationEssentials
import LocalCluster
import Testing

@Suite struct ProcessReportTests {
    @Test("a process's status has all members, with null where there is no value")
    func json() throws {
        let status = ProcessStatus(
            name: "nginx", pid: nil, port: 8080, adminPort: nil, ready: false, residentMegabytes: 1.5, cpu: 0)
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let text = String(decoding: try encoder.encode(status), as: UTF8.self)
        #expect(
            text
                == #"{"admin_port":null,"cpu":0,"epoch":null,"lag_bytes":null,"lag_ms":null,"name":"nginx","pid":null,"#
                + #""port":8080,"ready":false,"role":null,"rss_mb":1.5,"sync":null}"#)
        #expect(try JSONDecoder().decode(ProcessStatus.self, from: Data(text.utf8)) == status)
    }

    @Test("a PostgreSQL server's status tells its role, its epoch and how far it is behind")
    func replication() throws {
        let status = ProcessStatus(
            name: "postgres-2", pid: 7, port: 8481, adminPort: nil, ready: true, residentMegabytes: 30, cpu: 0,
            replication: ReplicationStatus(
                role: .standby, epoch: 3, lagMilliseconds: 12, lagBytes: 4096, isSynchronous: true))
        let json = try JSONEncoder().encode(status)
        let text = String(decoding: json, as: UTF8.self)
        for part in [#""role":"standby""#, #""epoch":3"#, #""lag_ms":12"#, #""lag_bytes":4096"#, #""sync":true"#] {
            #expect(text.contains(part))
        }
        #expect(try JSONDecoder().decode(ProcessStatus.self, from: json) == status)
    }

    @Test(
        "the end of a process is read from its wait status",
        arguments: [(0, .status(0)), (256, .status(1)), (9, .signal(9)), (0x8b, .signal(11))] as [(Int32, ProcessExit)])
    func exits(waitStatus: Int32, exit: ProcessExit) {
        #expect(ProcessExit(waitStatus: waitStatus) == exit)
    }

    @Test("a test with many issues is one failed test, and a skipped one is none at all")
    func testReport() {
        let text = """
            <testsuite name="TestResults" errors="0" tests="3" failures="3" skipped="1">
            <testcase classname="A" name="good()" time="0.1" />
            <testcase classname="A" name="bad()" time="0.1">
            <failure message="one" /><failure message="two" />
            </testcase>
            <testcase classname="A" name="skipped()" ><skipped>no</skipped></testcase>
            </testsuite>
            """
        #expect(TestReport(xUnit: text, exitStatus: 1).line == "1 passed, 1 failed")
    }

    @Test("a run that crashed counts as a failure even if its report says nothing")
    func crashed() {
        let sum = TestReport(xUnit: "", exitStatus: 133) + TestReport(xUnit: "<testcase name=\"a\" />", exitStatus: 0)
        #expect(sum.line == "1 passed, 1 failed")
    }
}
