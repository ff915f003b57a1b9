import Postgres
import Testing

@Suite("Revisions")
struct RevisionTests {
    @Test("are ordered by epoch, and then by number")
    func order() {
        let ascending = [
            Revision.zero, Revision(epoch: 1, number: 0), Revision(epoch: 1, number: 9), Revision(epoch: 2, number: 3),
            Revision(epoch: 10, number: 1),
        ]
        #expect(ascending.shuffled().sorted() == ascending)
        #expect(!(Revision(epoch: 1, number: 1) < Revision(epoch: 1, number: 1)))
    }
}
