import APIContract
import Consistency
import HTTPService
import HTTPTypes
import Hummingbird
import Logging

// `export` and `import`: many strategies at once, a JSON object a line.
extension StrategyRoutes {
    func addTransfers(to group: RouterGroup<ServiceRequestContext>) {
        group.get("export") { try await exportAll($0, $1) }
        group.post("import") { try await importLines($0, $1) }
    }

    func exportAll(_ request: Request, _ context: ServiceRequestContext) async throws -> Response {
        let query = try StrategyListQuery(exporting: request.uri.query)
        return try await consistency.answer(request, context) { database in
            try await StrategyExport(StrategyRepository(database), query).response { error in
                context.requestLogger(for: request).warning("Export ended early", metadata: ["error": "\(error)"])
            }
        }
    }

    func importLines(_ request: Request, _ context: ServiceRequestContext) async throws -> Response {
        let isAtomic = try Self.isAtomic(request.uri.query)
        let key = try IdempotencyKey(request.headers)
        return try await consistency.answer(request, context) { database in
            // What was stored counts, however the import ends.
            defer { cache?.invalidate(userID: database.userID) }
            let strategies = StrategyImport(StrategyRepository(database), events: events)
            // The event loop that this task runs on has other requests to serve meanwhile.
            let report = try await withTaskExecutorPreference(globalConcurrentExecutor) {
                isAtomic
                    ? try await strategies.allLines(of: request, once: key)
                    : try await strategies.eachLine(of: request, once: key)
            }
            let body = ResponseBody { writer in
                for piece in report.pieces { try await writer.write(piece) }
                try await writer.finish(nil)
            }
            return Response(status: .ok, headers: [.contentType: JSONMediaType.ndjson.rawValue], body: body)
        }
    }

    private static func isAtomic(_ query: String?) throws(APIError) -> Bool {
        var parameters = try QueryValidator(query)
        let choice = parameters.choice("atomic", of: ["true", "false"])
        try parameters.finish()
        return choice == "true"
    }
}
