import ArgumentParser

struct Test: AsyncParsableCommand { func run() async throws {} }
struct Lint: AsyncParsableCommand { func run() async throws {} }
struct Format: AsyncParsableCommand { func run() async throws {} }
