/// One thing that was ended before it expired, under the number that its transaction gave it.
package struct Revocation: Sendable, Hashable {
    package enum Subject: Sendable, Hashable {
        /// One token, by its `jti`.
        case token(String)
        /// Every token of a session, by its `sid`.
        case session(String)
        /// Every token of a user with an epoch below.
        case userEpoch(userID: Int, below: Int)
        /// Every token of anybody with an epoch below.
        case globalEpoch(below: Int)
    }

    /// Counts from 1, without gaps, in the order of the commits.
    package let number: Int
    package let subject: Subject
    /// When the last token that it refuses has expired, in seconds since 1970.
    package let expiresAt: Int

    package init(number: Int, subject: Subject, expiresAt: Int) {
        self.number = number
        self.subject = subject
        self.expiresAt = expiresAt
    }
}

extension Revocation.Subject {
    /// The parts as the table, the stream and the JSON have them; nil when they make no subject.
    package init?(kind: String, userID: Int?, subject: String?, epoch: Int?) {
        switch (kind, userID, subject, epoch) {
        case ("token", _, let id?, _): self = .token(id)
        case ("session", _, let id?, _): self = .session(id)
        case ("user_epoch", let userID?, _, let epoch?): self = .userEpoch(userID: userID, below: epoch)
        case ("global_epoch", _, _, let epoch?): self = .globalEpoch(below: epoch)
        default: return nil
        }
    }

    /// `kind` of the table.
    package var kind: String {
        switch self {
        case .token: "token"
        case .session: "session"
        case .userEpoch: "user_epoch"
        case .globalEpoch: "global_epoch"
        }
    }

    /// What of it names the ended thing: the id of a token or session, or the user's.
    package var name: String {
        switch self {
        case .token(let id), .session(let id): id
        case .userEpoch(let userID, _): String(userID)
        case .globalEpoch: ""
        }
    }

    /// The epoch below which it refuses; nil for a token and a session.
    package var epoch: Int? {
        switch self {
        case .token, .session: nil
        case .userEpoch(_, let epoch), .globalEpoch(let epoch): epoch
        }
    }

    /// The parts that ``kind``, ``name`` and ``epoch`` were; nil when they make no subject.
    package init?(kind: String, name: String, epoch: Int?) {
        self.init(kind: kind, userID: Int(name), subject: name, epoch: epoch)
    }
}
