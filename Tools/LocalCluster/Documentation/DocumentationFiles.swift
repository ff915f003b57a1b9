import FoundationEssentials

/// The files behind `/openapi.json`, `/docs` and `/redoc`, put together for nginx.
struct DocumentationFiles {
    private let repository: String

    init(repository: String) { self.repository = repository }

    /// Where `deploy/documentation/install.sh` puts Swagger UI and ReDoc; without a network there is nothing.
    private var fetched: String { repository + "/.build/documentation" }

    /// - Throws: ``ClusterError`` when the document cannot be read.
    func write(to folder: String) throws {
        try? FileManager.default.removeItem(atPath: folder)
        let source = repository + "/" + OpenAPIDocument.path
        guard let yaml = Files.read(source) else { throw ClusterError("\(source) cannot be read.") }
        try Files.makeFolder(folder, mode: 0o755)
        try Files.write(try OpenAPIDocument(yaml: yaml).json, to: folder + "/openapi.json")
        for page in ["docs", "redoc"] {
            try Files.makeFolder("\(folder)/\(page)", mode: 0o755)
            for origin in ["\(repository)/deploy/documentation/\(page)", "\(fetched)/\(page)"] {
                let names = (try? FileManager.default.contentsOfDirectory(atPath: origin)) ?? []
                for name in names.sorted() {
                    try FileManager.default.copyItem(atPath: "\(origin)/\(name)", toPath: "\(folder)/\(page)/\(name)")
                }
            }
        }
    }
}
