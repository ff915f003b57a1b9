import HTTPService
import Testing

@Suite("entity tags")
struct EntityTagTests {
    @Test(
        "If-None-Match compares weakly", arguments: [#""17-3""#, #"W/"17-3""#, "*", #""x" , "17-3""#, #""a",W/"17-3""#])
    func noneMatch(field: String) {
        #expect(EntityTag("17-3").isNamed(byIfNoneMatch: field))
    }

    @Test("another tag is another tag", arguments: ["", "17-3", #""17-33""#, #"W/17-3"#, #""17-4", "18-3""#])
    func other(field: String) {
        #expect(!EntityTag("17-3").isNamed(byIfNoneMatch: field))
        #expect(!EntityTag("17-3").isNamed(byIfMatch: field))
    }

    @Test("If-Match compares strongly")
    func match() {
        #expect(EntityTag("17-3").isNamed(byIfMatch: #""1", "17-3""#))
        #expect(!EntityTag("17-3").isNamed(byIfMatch: #"W/"17-3""#))
        #expect(EntityTag.opaqueTags(inIfMatch: #""1-1", W/"2-2" , "3-3""#) == ["1-1", "3-3"])
        #expect(EntityTag.opaqueTags(inIfMatch: " * ") == nil)
        #expect(EntityTag.opaqueTags(inIfMatch: "junk")?.isEmpty == true)
    }

    @Test("the tags of If-None-Match are read without their W/")
    func weakTags() {
        #expect(EntityTag.opaqueTags(inIfNoneMatch: #""1-1", W/"2-2" , w/"3-3", W/4"#) == ["1-1", "2-2"])
        #expect(EntityTag.opaqueTags(inIfNoneMatch: "*") == nil)
    }
}
