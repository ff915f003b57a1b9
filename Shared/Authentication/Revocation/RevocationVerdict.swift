/// What a process can say of a token that is otherwise good.
package enum RevocationVerdict: Sendable, Equatable {
    /// It was not ended, as far as the promise reaches: the proof is young enough.
    case valid
    /// It is known to be ended. This needs no proof.
    case revoked
    /// It is not known to be ended, and the proof that this would be known is too old.
    case unproven
}
