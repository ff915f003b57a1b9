package import JSON

/// Revocations as PostgreSQL's primary has them at one moment: its answer to "what comes after my last number?".
package struct RevocationPage: Sendable, Equatable {
    /// The primary's epoch.
    package let epoch: Int
    /// The highest number that is committed; 0 when there was none.
    package let highest: Int
    /// Every revocation below this number has expired.
    package let floor: Int
    /// In order and without gaps, from the later of the floor and the first number that was asked for.
    package let revocations: [Revocation]

    /// Where Auth's private port tells it; `?after=N` names the last number that is known.
    package static let path = "/internal/revocations"

    package init(epoch: Int, highest: Int, floor: Int, revocations: [Revocation]) {
        self.epoch = epoch
        self.highest = highest
        self.floor = floor
        self.revocations = revocations
    }
}

/// What one Auth instance says when it is asked on its private port.
package enum RevocationReport: Sendable, Equatable {
    /// What PostgreSQL's primary had after the question came.
    case database(RevocationPage)
    /// The primary does not answer the instance. It knows of no commit past `highest` of the epoch, and it gives no
    /// promise to a client for one that it does not know of yet for a second to come.
    case memory(epoch: Int, highest: Int)
    /// Nobody listens there: no process that could give promises.
    case gone
    /// No answer in time, or one that makes no sense.
    case silent
}

extension RevocationReport {
    /// The document of `GET /internal/revocations?after=N`. Nil for ``gone`` and ``silent``, which are not answers.
    package var json: JSONValue? {
        var object = JSONObject()
        switch self {
        case .database(let page):
            object["source"] = .string("database")
            object["epoch"] = .number(String(page.epoch))
            object["highest"] = .number(String(page.highest))
            object["floor"] = .number(String(page.floor))
            object["revocations"] = .array(page.revocations.map(\.json))
        case .memory(let epoch, let highest):
            object["source"] = .string("memory")
            object["epoch"] = .number(String(epoch))
            object["highest"] = .number(String(highest))
        case .gone, .silent: return nil
        }
        return .object(object)
    }

    /// Reads the document; ``silent`` when it is none.
    package init(document: JSONValue) {
        self = Self.read(document) ?? .silent
    }

    private static func read(_ document: JSONValue) -> RevocationReport? {
        guard let object = document.object, let epoch = object["epoch"]?.integer,
            let highest = object["highest"]?.integer
        else { return nil }
        switch object["source"]?.string {
        case "memory": return .memory(epoch: epoch, highest: highest)
        case "database":
            guard let floor = object["floor"]?.integer, let list = object["revocations"]?.array else { return nil }
            let revocations = list.compactMap(Revocation.init(json:))
            guard revocations.count == list.count else { return nil }
            return .database(
                RevocationPage(epoch: epoch, highest: highest, floor: floor, revocations: revocations))
        default: return nil
        }
    }
}

extension Revocation {
    fileprivate var json: JSONValue {
        var object = JSONObject()
        object["number"] = .number(String(number))
        object["kind"] = .string(subject.kind)
        object["name"] = .string(subject.name)
        if let epoch = subject.epoch { object["epoch"] = .number(String(epoch)) }
        object["expires_at"] = .number(String(expiresAt))
        return .object(object)
    }

    fileprivate init?(json: JSONValue) {
        guard let object = json.object, let number = object["number"]?.integer,
            let kind = object["kind"]?.string, let name = object["name"]?.string,
            let subject = Subject(kind: kind, name: name, epoch: object["epoch"]?.integer),
            let expiresAt = object["expires_at"]?.integer
        else { return nil }
        self.init(number: number, subject: subject, expiresAt: expiresAt)
    }
}
