package import APIContract

extension APIError {
    /// 400: a header that no answer to this user carried.
    package static let invalidConsistencyToken = APIError.malformed(
        "The Consistency-Token is not one that this user was given", code: .invalidConsistencyToken)

    /// 409, once: the answer carries a token of what there is.
    package static let changesLost = APIError.conflict(
        .changesLost,
        "A failover lost changes that you had been told of: look at what is there, with the token of this answer")

    /// 503: every server that may be asked is behind what the client has seen.
    package static let replicaBehind = APIError.unavailable(
        .replicaBehind, "No replica has caught up with your last change yet")
}
