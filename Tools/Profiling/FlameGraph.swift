/// Samples as a picture: the functions that were called stand on those that called them, each as wide as its share of the
/// time. An SVG that needs nothing from elsewhere; a pointer on a function shows its whole name and share.
package struct FlameGraph {
    /// A function where it was called from one stack, with all that it called.
    final class Node {
        let name: String
        var samples = 0
        var children: [String: Node] = [:]

        init(_ name: String) { self.name = name }

        func child(_ name: String) -> Node {
            if let child = children[name] { return child }
            let child = Node(name)
            children[name] = child
            return child
        }

        var depth: Int { 1 + (children.values.map(\.depth).max() ?? 0) }
    }

    private static let (width, rowHeight, margin) = (1200.0, 17.0, 10.0)
    /// Narrower than this a function is not drawn, in points.
    private static let narrowest = 0.4

    let root: Node
    private let title: String

    /// - Parameter stacks: each from the outermost to the innermost function, with how often it was seen.
    package init(title: String, stacks: some Sequence<(frames: [String], count: Int)>) {
        self.title = title
        root = Node("all")
        for (frames, count) in stacks {
            var node = root
            node.samples += count
            for frame in frames {
                node = node.child(frame)
                node.samples += count
            }
        }
    }

    package var svg: String {
        let height = Double(root.depth) * Self.rowHeight + 2 * Self.margin + 24
        var boxes = ""
        draw(root, left: Self.margin, level: 0, height: height, into: &boxes)
        return """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(Int(Self.width)) \(Int(height))" role="img" \
            aria-label="\(Self.escaped(title))" font-family="ui-monospace, monospace" font-size="11">
            <rect width="100%" height="100%" fill="#fdfcfa"/>
            <text x="\(Int(Self.width / 2))" y="22" text-anchor="middle" font-size="14">\(Self.escaped(title))</text>
            \(boxes)</svg>

            """
    }

    private func draw(_ node: Node, left: Double, level: Int, height: Double, into boxes: inout String) {
        let scale = (Self.width - 2 * Self.margin) / Double(max(1, root.samples))
        let width = Double(node.samples) * scale
        guard width >= Self.narrowest else { return }
        let top = height - Self.margin - Double(level + 1) * Self.rowHeight
        let share = Double(node.samples) / Double(max(1, root.samples)) * 100
        let name = Self.escaped(node.name)
        boxes += """
            <g><title>\(name) · \(Self.text(share, 1)) %</title>\
            <rect x="\(Self.text(left, 1))" y="\(Self.text(top, 1))" width="\(Self.text(width, 1))" \
            height="\(Self.text(Self.rowHeight - 1, 0))" rx="2" fill="\(Self.colour(node.name, level))"/>
            """
        // A letter is about 6.6 points wide.
        let letters = Int((width - 6) / 6.6)
        if letters >= 3 {
            let label = node.name.count <= letters ? name : Self.escaped(String(node.name.prefix(letters - 1))) + "…"
            boxes += "<text x=\"\(Self.text(left + 3, 1))\" y=\"\(Self.text(top + 12, 1))\">\(label)</text>"
        }
        boxes += "</g>\n"
        var childLeft = left
        for child in node.children.values.sorted(by: { ($1.samples, $0.name) < ($0.samples, $1.name) }) {
            draw(child, left: childLeft, level: level + 1, height: height, into: &boxes)
            childLeft += Double(child.samples) * scale
        }
    }

    /// The same function has the same colour everywhere; those of the kernel are grey.
    private static func colour(_ name: String, _ level: Int) -> String {
        if name.hasSuffix(" [kernel]") { return "#c9ced6" }
        if level <= 1 { return "#9fc5c1" }
        let hash = name.utf8.reduce(UInt32(2_166_136_261)) { ($0 ^ UInt32($1)) &* 16_777_619 }
        return "hsl(\(18 + hash % 34), \(62 + hash / 64 % 24)%, \(70 + hash / 4096 % 12)%)"
    }

    private static func text(_ value: Double, _ digits: Int) -> String {
        let factor = digits == 0 ? 1.0 : 10.0
        let rounded = (value * factor).rounded() / factor
        return digits == 0 ? "\(Int(rounded))" : "\(rounded)"
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
            .replacing("\"", with: "&quot;")
    }
}
