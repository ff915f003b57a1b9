package import HTTPTypes

/// The names and values of a request's cookies, in order (RFC 6265 §4.2.1).
package struct CookiePairs: Sequence {
    package typealias Element = (name: Substring, value: Substring)

    private let pairs: [Element]

    package init(_ headers: HTTPFields) {
        pairs = headers[values: .cookie].flatMap { field in
            field.split(separator: ";").compactMap { pair in
                let pair = pair.drop { $0 == " " }
                guard let end = pair.firstIndex(of: "=") else { return nil }
                return (pair[..<end], pair[pair.index(after: end)...])
            }
        }
    }

    package func makeIterator() -> Array<Element>.Iterator { pairs.makeIterator() }
}
