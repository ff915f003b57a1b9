/// A path as one word of a command that PostgreSQL hands to a shell, where `%` stands for something else.
struct ShellWord: CustomStringConvertible {
    let description: String

    init(_ path: String) {
        description =
            "'"
            + path.reduce(into: "") { text, character in
                switch character {
                case "'": text += #"'\''"#
                case "%": text += "%%"
                default: text.append(character)
                }
            } + "'"
    }
}
