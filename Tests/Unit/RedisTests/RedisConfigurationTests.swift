import Redis
import Testing

@Suite("Redis URLs")
struct RedisConfigurationTests {
    @Test("host, port, database and credentials are read")
    func tcp() throws {
        let plain = try RedisConfiguration(url: "redis://127.0.0.1:7000/3")
        #expect(plain.address == .tcp(host: "127.0.0.1", port: 7000))
        #expect(plain.database == 3)
        #expect(plain.password == nil)
        let full = try RedisConfiguration(url: "redis://desk:p%40ss%3Aw@cache.internal")
        #expect(full.address == .tcp(host: "cache.internal", port: 6379))
        #expect(full.username == "desk")
        #expect(full.password == "p@ss:w")
        let bracketed = try RedisConfiguration(url: "redis://:secret@[::1]:6380")
        #expect(bracketed.address == .tcp(host: "::1", port: 6380))
        #expect(bracketed.username == nil)
        #expect(bracketed.password == "secret")
    }

    @Test("a password of its own wins over the URL's, an empty one does not")
    func password() throws {
        #expect(try RedisConfiguration(url: "redis://:a@h", password: "b").password == "b")
        #expect(try RedisConfiguration(url: "redis://:a@h", password: "").password == "a")
    }

    @Test("a Unix socket is a path")
    func unix() throws {
        let configuration = try RedisConfiguration(url: "unix:///run/redis/redis.sock?db=2")
        #expect(configuration.address == .unixSocket(path: "/run/redis/redis.sock"))
        #expect(configuration.database == 2)
    }

    @Test(
        "a wrong URL is refused with a sentence that does not show it",
        arguments: [
            "", "127.0.0.1:6379", "http://:hunter2@h", "redis://:hunter2@", "redis://:hunter2@h:0",
            "redis://:hunter2@h:70000", "redis://:hunter2@h/x", "unix://relative", "redis://h?db=-1",
        ])
    func wrong(url: String) {
        let error = #expect(throws: RedisConfigurationError.self) { try RedisConfiguration(url: url) }
        #expect(error?.description.contains("hunter2") == false)
    }
}
