import APIContract
import HTTPService
import HTTPTypes
package import Hummingbird
import NIOCore

/// Strategies that come as NDJSON, as many as an import may have, in constant memory: a batch is stored before the next
/// one is read.
package struct StrategyImport: Sendable {
    package static let maximumLines = 100_000
    /// Of a line, in bytes.
    package static let longestLine = 1024 * 1024
    /// Items of the 422 of an import that is all or nothing.
    private static let maximumFailures = 1000

    private let repository: StrategyRepository
    private let events: any EventPublisher

    init(_ repository: StrategyRepository, events: any EventPublisher) {
        self.repository = repository
        self.events = events
    }

    /// Each line by itself: what is wrong with one keeps none of the others out.
    ///
    /// - Throws: ``APIError`` 415; 400 for a body that ended too early, whose whole lines may be stored; 503 when nothing was
    ///   stored. Errors of the connection and of the database pass through.
    package func eachLine(of request: Request, once key: IdempotencyKey?) async throws -> ImportReport {
        var (store, batch) = (ImportedLines(repository: repository, events: events, once: key), ImportBatch())
        try await Self.read(request) { line, draft in
            switch draft {
            case .failure(let error): store.report.refused(error, line: line)
            case .success(let draft): batch.append(draft, line: line)
            }
            guard batch.isFull else { return }
            try await store.store(batch.rows)
            batch = ImportBatch()
        }
        try await store.store(batch.rows)
        return store.report
    }

    /// All lines or none.
    ///
    /// - Throws: ``APIError`` 415; 422 with the failures of the lines, 413 for a line that is too long or one too many, 400
    ///   for a body that ended too early. Whatever is thrown, nothing was stored.
    package func allLines(of request: Request, once key: IdempotencyKey?) async throws -> ImportReport {
        let name = RequestID.make()
        do {
            return try await allLines(of: request, as: name, once: key)
        } catch {
            // What stays, the user's next import of this kind takes away.
            try? await repository.forgetImport(name)
            throw error
        }
    }

    private func allLines(
        of request: Request, as name: String, once key: IdempotencyKey?
    ) async throws -> ImportReport {
        var (batch, staged, lines) = (ImportBatch(), 0, [Int]())
        var (failures, fingerprint) = ([FieldError](), ImportFingerprint())
        try await Self.read(request) { line, draft in
            switch draft {
            case .failure(let error) where error.status == 413: throw error
            case .failure(let error) where failures.count < Self.maximumFailures: failures += error.failures(line: line)
            case .failure: break
            case .success(let draft):
                guard failures.isEmpty else { return }
                batch.append(draft, line: line)
                lines.append(line)
            }
            guard batch.isFull else { return }
            try await repository.stage(batch.rows, as: name, number: staged)
            fingerprint.add(batch.rows)
            (batch, staged) = (ImportBatch(), staged + 1)
        }
        guard failures.isEmpty else { throw APIError.validation(failures) }
        if !batch.rows.isEmpty {
            try await repository.stage(batch.rows, as: name, number: staged)
            fingerprint.add(batch.rows)
            staged += 1
        }
        var report = ImportReport()
        guard staged > 0 else { return report }
        let ids = try await repository.createStaged(
            as: name, batches: staged, rows: lines.count, once: key.map { ($0.part(0), fingerprint) })
        events.wake()
        for (line, id) in zip(lines, ids) { report.created(id, line: line) }
        return report
    }

    // MARK: Lines

    /// Reads the lines that hold more than spaces, one after the other; the body waits meanwhile.
    private static func read(
        _ request: Request, _ take: (_ line: Int, _ draft: Result<StrategyDraft, APIError>) async throws -> Void
    ) async throws {
        guard let type = request.headers[.contentType], JSONMediaType.ndjson.matches(type),
            !request.headers.contains(.contentEncoding)
        else { throw APIError.unsupportedMediaType(expected: JSONMediaType.ndjson.rawValue) }
        var (splitter, bytes) = (LineSplitter(longest: longestLine), 0)
        for try await piece in request.body {
            bytes += piece.readableBytes
            splitter.append(piece)
            while let line = splitter.next() {
                guard !line.isBlank else { continue }
                try await take(splitter.number, draft(line, splitter.number))
                if splitter.number > maximumLines { return }
            }
        }
        // A connection that ends in the middle of a body looks like the body's end here.
        if let expected = request.headers[.contentLength].flatMap({ Int($0) }), bytes < expected {
            throw APIError.malformed("The request body is incomplete")
        }
        if let line = splitter.last(), !line.isBlank { try await take(splitter.number, draft(line, splitter.number)) }
    }

    private static func draft(_ line: LineSplitter.Line, _ number: Int) -> Result<StrategyDraft, APIError> {
        guard number <= maximumLines else { return .failure(.tooManyLines) }
        switch line {
        case .tooLong: return .failure(.lineTooLong)
        case .text(let text):
            return Result { () throws(APIError) in try StrategyDraft(validating: JSONBody.object(text)) }
        }
    }
}

extension LineSplitter.Line {
    fileprivate var isBlank: Bool {
        guard case .text(let text) = self else { return false }
        return text.readableBytesView.allSatisfy { [0x20, 0x09, 0x0D].contains($0) }
    }
}

extension APIError {
    fileprivate static let tooManyLines = APIError(
        413, .bodyTooLarge,
        "An import takes \(StrategyImport.maximumLines) lines: send this one and those that follow it in another")
    fileprivate static let lineTooLong = APIError(
        413, .bodyTooLarge, "A line of an import takes \(StrategyImport.longestLine) bytes")

    /// The failures of one line among many.
    fileprivate func failures(line: Int) -> [FieldError] {
        switch detail {
        case .fields(let fields):
            fields.map { FieldError(["body", "line \(line)"] + $0.location.dropFirst(), $0.message, type: $0.type) }
        case .sentence(let sentence):
            [FieldError(["body", "line \(line)"], sentence, type: "value_error.\(code.rawValue)")]
        }
    }
}
