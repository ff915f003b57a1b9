/// What Redis answered to one question: the stream's state and the entries after the asker's last number, of one moment.
package struct RevocationStreamAnswer: Sendable, Equatable {
    /// What an Auth instance wrote down when it had last compared the stream with PostgreSQL.
    package struct Beat: Sendable, Equatable {
        /// The run of the Redis server that it was written in. One of another run says nothing: what the server had
        /// acknowledged since may have been lost at its restart.
        package let run: String
        /// Counts the beats of a generation and run.
        package let sequence: Int
        /// PostgreSQL was read after the beat of this sequence had been written; 0 when no beat of this run was seen.
        package let readAfter: Int
        /// The highest number that was committed by then.
        package let highest: Int

        package init(run: String, sequence: Int, readAfter: Int, highest: Int) {
            self.run = run
            self.sequence = sequence
            self.readAfter = readAfter
            self.highest = highest
        }
    }

    package let generation: RevocationGeneration
    /// The run of the server that answered.
    package let run: String
    package let beat: Beat
    /// Every revocation below this number has expired.
    package let floor: Int
    /// Of one generation without gaps: from the asker's last number on, or from the floor when it held another generation.
    package let entries: [Revocation]
    /// There may be more entries than one answer holds.
    package let isFull: Bool

    package init(
        generation: RevocationGeneration, run: String, beat: Beat, floor: Int, entries: [Revocation], isFull: Bool
    ) {
        self.generation = generation
        self.run = run
        self.beat = beat
        self.floor = floor
        self.entries = entries
        self.isFull = isFull
    }
}
