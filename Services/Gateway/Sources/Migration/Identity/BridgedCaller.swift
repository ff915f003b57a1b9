import Authentication

/// What the two sides of a migration know a caller as. Identities are joined by what the import has written, and by nothing else.
enum BridgedCaller {
    /// Signed in here, and has an account at the monolith.
    case ours(LegacyAccount)
    /// Signed in here, and is nobody there.
    case oursAlone
    /// Signed in here; whether there is an account at the monolith could not be found out.
    case oursPerhaps(reason: String)
    /// Signed in at the monolith, and stands for an account here.
    case legacy(subject: String, LegacyIdentities.Standing)
    /// Signed in at the monolith, and has not been brought over.
    case legacyAlone

    /// Who is known to one side alone is served there, whatever the stage.
    var onlySide: MigrationSide? {
        switch self {
        case .ours, .oursPerhaps, .legacy: nil
        case .oursAlone: .candidate
        case .legacyAlone: .legacy
        }
    }

    /// Whether the caller came with a token of the monolith's.
    var isSignedInThere: Bool {
        switch self {
        case .legacy, .legacyAlone: true
        case .ours, .oursAlone, .oursPerhaps: false
        }
    }
}
