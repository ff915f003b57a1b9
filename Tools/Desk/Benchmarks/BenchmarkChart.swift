/// Bars of requests a second, as a picture that stands by itself on light and dark pages.
struct BenchmarkChart {
    struct Bar {
        let name: String
        let value: Double
        /// Ours, which stands out.
        let isOurs: Bool
        let note: String
    }

    let title: String
    let bars: [Bar]
    let footer: String

    var svg: String {
        let most = max(1, bars.map(\.value).max() ?? 1)
        let height = 64 + bars.count * 40 + 36
        let rows = bars.enumerated().map { index, bar in
            let y = 60 + index * 40
            let width = max(2, Int(bar.value / most * 300))
            return """
                  <text x="244" y="\(y + 19)" text-anchor="end">\(Self.escaped(bar.name))</text>
                  <rect x="256" y="\(y)" width="\(width)" height="28" rx="3" fill="\(bar.isOurs ? "#0b7a75" : "#8a94a6")"/>
                  <text x="\(264 + width)" y="\(y + 19)" font-weight="600">\(Self.escaped(bar.note))</text>
                """
        }
        return """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 760 \(height)" role="img" \
            aria-label="\(Self.escaped(title))" font-family="system-ui, sans-serif" font-size="14" fill="#1f2733">
              <rect width="760" height="\(height)" rx="8" fill="#ffffff"/>
              <text x="20" y="34" font-size="17" font-weight="600">\(Self.escaped(title))</text>
            \(rows.joined(separator: "\n"))
              <text x="20" y="\(height - 16)" font-size="12" fill="#5b6575">\(Self.escaped(footer))</text>
            </svg>

            """
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing("\"", with: "&quot;")
    }
}
