import JSON
import LocalCluster
import Testing

@Suite("docs/openapi.yaml")
struct DocumentTests {
    @Test("every reference leads somewhere, and every component is used")
    func references() throws {
        let contract = try Contract.read()
        var used: Set<String> = []
        contract.visit { value in
            guard let reference = value.object?["$ref"]?.string else { return }
            used.insert(reference)
            #expect(contract.value(at: reference) != nil, "\(reference) leads nowhere.")
        }
        // Messages of the stream have no operation: OpenAPI does not know WebSockets.
        used.formUnion(["#/components/schemas/StreamEvent", "#/components/schemas/StreamAuthentication"])
        for kind in ["headers", "parameters", "responses", "schemas"] {
            for name in contract.value(at: "#/components/\(kind)")?.object?.names ?? [] {
                #expect(used.contains("#/components/\(kind)/\(name)"), "\(kind)/\(name) is used nowhere.")
            }
        }
    }

    @Test("operation ids are names for generated clients, each there once; every operation has a summary and a tag")
    func operations() throws {
        let contract = try Contract.read()
        let tags = Set((contract.root.object?["tags"]?.array ?? []).compactMap { $0.object?["name"]?.string })
        var ids: Set<String> = []
        for operation in contract.operations {
            let id = try #require(operation.id, "\(operation.endpoint) has no operationId.")
            #expect(id.wholeMatch(of: /[a-z][A-Za-z0-9]+/) != nil && ids.insert(id).inserted, "\(id)")
            #expect(operation.value["summary"]?.string?.isEmpty == false, "\(id) has no summary.")
            let own = (operation.value["tags"]?.array ?? []).compactMap(\.string)
            #expect(own.count == 1 && tags.isSuperset(of: own), "\(id)")
        }
        #expect(ids.count > 20)
    }

    @Test("every answer has its request id, every error its codes, and default is there for what may befall anybody")
    func answers() throws {
        let contract = try Contract.read()
        for operation in contract.operations {
            let id = operation.id ?? ""
            #expect(operation.responses.contains { $0.status == "default" }, "\(id) has no default.")
            #expect(operation.responses.contains { $0.status.first.map { "123".contains($0) } ?? false }, "\(id)")
            for (status, response) in operation.responses {
                #expect(response["description"]?.string?.isEmpty == false, "\(id) \(status) has no description.")
                if status != "101" {
                    #expect(response["headers"]?.object?["X-Request-Id"] != nil, "\(id) \(status): X-Request-Id")
                }
                if status == "default" || status.hasPrefix("4") {
                    #expect(!Contract.codes(in: .object(response)).isEmpty, "\(id) \(status) names no code.")
                }
            }
            // Whoever must say who he is may be told that he has not.
            if operation.mustAuthenticate {
                #expect(operation.responses.contains { $0.status == "401" }, "\(id) lacks 401.")
            }
        }
    }

    @Test("every schema of a body has an example, or is made of what has one")
    func examples() throws {
        let contract = try Contract.read()
        for operation in contract.operations {
            let bodies = [operation.value["requestBody"] ?? .null] + operation.responses.map { .object($0.value) }
            for body in bodies {
                for media in contract.resolve(body).object?["content"]?.object?.members.map(\.value) ?? [] {
                    let schema = media.object?["schema"] ?? .null
                    let isShown = media.object?["example"] != nil || Self.hasExample(schema, contract)
                    #expect(isShown, "\(operation.id ?? ""): a body has no example.")
                }
            }
        }
    }

    private static func hasExample(_ schema: JSONValue, _ contract: Contract) -> Bool {
        let object = contract.resolve(schema).object ?? JSONObject()
        let parts = (object["allOf"]?.array ?? object["anyOf"]?.array ?? []) + [object["items"] ?? .null]
        return object["example"] != nil || parts.contains { !$0.isNull && hasExample($0, contract) }
    }

    @Test("plain scalars are read as JSON has them, quoted ones as texts")
    func scalars() throws {
        let yaml =
            "a: 1\nb: '1'\nc: true\nd: yes\ne: ~\nf: 3.1.0\ng: 1.50\nh: 2026-01-31\ni: [x, \"null\"]\n'200': {}\n"
        let expected =
            #"{"a":1,"b":"1","c":true,"d":"yes","e":null,"f":"3.1.0","g":1.50,"h":"2026-01-31","i":["x","null"],"200":{}}"#
        #expect(try OpenAPIDocument(yaml: yaml).json == expected)
    }

    @Test("what is no YAML, or has a name twice, is refused by the file's name")
    func malformed() throws {
        for yaml in ["a: [1, 2\nb: something long", "first: 1\nfirst: 2\nsecond: 3"] {
            let error = try #require(throws: ClusterError.self) { try OpenAPIDocument(yaml: yaml, file: "some.yaml") }
            #expect(error.sentence.contains("some.yaml"))
        }
    }
}
