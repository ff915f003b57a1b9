import Consistency
import Crypto
import Postgres
import Testing

@Suite("Issued consistency tokens")
struct IssuedTokensTests {
    private let codec = ConsistencyTokenCodec(key: SymmetricKey(size: .bits256))

    private func token(_ userID: Int, _ number: Int, epoch: Int = 1) -> ConsistencyToken {
        ConsistencyToken(userID: userID, revision: Revision(epoch: epoch, number: number))
    }

    @Test("the text is always that of the token that is asked for, however revisions come and go")
    func followsRevisions() {
        let issued = IssuedTokens(codec)
        for token in [token(1, 5), token(1, 5), token(1, 6), token(1, 5), token(2, 5), token(1, 5, epoch: 2)] {
            #expect(codec.decode(issued.text(of: token))?.token == token)
        }
    }

    @Test("texts of more users than are kept are right as well")
    func beyondCapacity() {
        let issued = IssuedTokens(codec, capacity: 4)
        for round in 0..<3 {
            for user in 1...10 {
                let token = token(user, round)
                #expect(codec.decode(issued.text(of: token))?.token == token)
            }
        }
    }
}
