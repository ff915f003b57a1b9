import AsyncHTTPClient
import FoundationEssentials
import JSON
import NIOHTTP1

/// Brings users to the state in which a run begins: registered, signed in, with their strategies.
package struct UserPreparation: Sendable {
    /// How many users are prepared at a time.
    private static let width = 16

    private let url: LoadURL
    private let strategies: Int
    /// Access tokens must hold for so many seconds.
    private static let margin = 180

    /// - Parameter strategies: that each user has at least.
    package init(url: LoadURL, strategies: Int) {
        self.url = url
        self.strategies = strategies
    }

    /// Prepares users, those of the file first, and keeps them there.
    ///
    /// - Parameters:
    ///   - count: how many.
    ///   - progress: told how many are ready.
    /// - Throws: ``LoadFailure``.
    package func prepare(
        _ count: Int, file: inout UserFile, progress: (Int) -> Void
    ) async throws -> [PreparedUser] {
        let client = PreparationClient(HTTPClient.shared, url: url)
        var ready: [PreparedUser] = []
        do {
            try await withThrowingTaskGroup(of: PreparedUser.self) { group in
                let known = Array(file.users.prefix(count))
                var next = 0
                func add() {
                    guard next < count else { return }
                    let index = next
                    next += 1
                    let user = index < known.count ? known[index] : nil
                    group.addTask { try await self.prepare(user, client) }
                }
                for _ in 0..<Self.width { add() }
                while let user = try await group.next() {
                    ready.append(user)
                    progress(ready.count)
                    add()
                }
            }
        } catch {
            try? file.keep(ready.map(\.user))
            throw error
        }
        try file.keep(ready.map(\.user))
        return ready.sorted { $0.user.id < $1.user.id }
    }

    private func prepare(
        _ known: LoadUser?, _ client: PreparationClient
    ) async throws -> PreparedUser {
        var user: LoadUser
        if let known { user = known } else { user = try await register(client) }
        let now = Int(Date.now.timeIntervalSince1970)
        if user.accessTokenEnds - now < Self.margin { user = try await signIn(user, client) }
        var list = try await self.list(user, client)
        if list.status == 401 {
            user = try await signIn(user, client)
            list = try await self.list(user, client)
        }
        guard list.status == 200, let items = list.json.array else {
            throw LoadFailure("The strategies of \(user.email) cannot be listed: status \(list.status).")
        }
        return try await fill(user, items.compactMap { $0.object?["id"]?.integer }, client)
    }

    // MARK: Accounts

    private func register(_ client: PreparationClient) async throws -> LoadUser {
        let (email, password) = ("load-\(Self.random())@example.com", "L1-\(Self.random())")
        let answer = try await client.send(
            .POST, "/api/v1/auth/register",
            body: (
                "application/json",
                #"{"email":"\#(email)","password":"\#(password)","full_name":"Load Test"}"#
            ))
        guard answer.status == 201, let id = answer.json.object?["id"]?.integer else {
            throw LoadFailure("\(email) cannot be registered: status \(answer.status).")
        }
        return LoadUser(email: email, password: password, id: id, accessToken: "", accessTokenEnds: 0, refreshToken: "")
    }

    private static func random() -> String {
        (0..<2).map { _ in String(UInt64.random(in: .min ... .max), radix: 36) }.joined()
    }

    /// By the refresh token if that still holds, which spares a password's hash.
    private func signIn(_ user: LoadUser, _ client: PreparationClient) async throws -> LoadUser {
        if !user.refreshToken.isEmpty {
            let answer = try await client.send(
                .POST, "/api/v1/auth/refresh",
                body: ("application/json", #"{"refresh_token":\#(user.refreshToken.jsonEscaped)}"#))
            if answer.status == 200, let user = Self.signedIn(user, answer.json) { return user }
        }
        let answer = try await client.send(
            .POST, "/api/v1/auth/login",
            body: (
                "application/x-www-form-urlencoded",
                "username=\(RequestBuilder.formEncoded(user.email))&password=\(RequestBuilder.formEncoded(user.password))"
            ))
        guard answer.status == 200, let user = Self.signedIn(user, answer.json) else {
            throw LoadFailure(
                "\(user.email) cannot sign in (status \(answer.status)): if the cluster is a new one, remove the file of users."
            )
        }
        return user
    }

    private static func signedIn(_ user: LoadUser, _ answer: JSONValue) -> LoadUser? {
        guard let pair = answer.object, let access = pair["access_token"]?.string,
            let refresh = pair["refresh_token"]?.string, let lifetime = pair["expires_in"]?.integer
        else { return nil }
        var user = user
        user.accessToken = access
        user.refreshToken = refresh
        user.accessTokenEnds = Int(Date.now.timeIntervalSince1970) + lifetime
        return user
    }

    // MARK: Strategies

    private func list(_ user: LoadUser, _ client: PreparationClient) async throws -> PreparationClient.Answer {
        try await client.send(
            .GET, "/api/v1/strategies?consistency=strong", fields: [("Authorization", "Bearer \(user.accessToken)")])
    }

    private func fill(
        _ user: LoadUser, _ existing: [Int], _ client: PreparationClient
    ) async throws -> PreparedUser {
        var (ids, token) = (existing, String?.none)
        while ids.count < strategies {
            let answer = try await client.send(
                .POST, "/api/v1/strategies", fields: [("Authorization", "Bearer \(user.accessToken)")],
                body: (
                    "application/json",
                    #"{"strategy_name":"Strategy \#(ids.count + 1)","description":"Follows a trend, and stands aside when "#
                        + #"there is none.","parameters":{"symbol":"BTC-USD","window":\#(10 + ids.count),"risk":0.01},"#
                        + #""tags":["trend","btc"],"status":"active"}"#
                ))
            guard answer.status == 201, let id = answer.json.object?["id"]?.integer else {
                throw LoadFailure("A strategy of \(user.email) cannot be created: status \(answer.status).")
            }
            ids.append(id)
            token = answer.consistencyToken
        }
        return PreparedUser(user: user, strategies: ids, consistencyToken: token)
    }
}
