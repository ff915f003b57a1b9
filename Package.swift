// swift-tools-version: 6.2
import PackageDescription

let swiftSettings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

// MARK: Products of other packages

func product(_ name: String, _ package: String) -> Target.Dependency { .product(name: name, package: package) }

let nioCore = product("NIOCore", "swift-nio")
let nioPosix = product("NIOPosix", "swift-nio")
let nioHTTP1 = product("NIOHTTP1", "swift-nio")
let nioWebSocket = product("NIOWebSocket", "swift-nio")
let nioEmbedded = product("NIOEmbedded", "swift-nio")
let nioSSL = product("NIOSSL", "swift-nio-ssl")
let nioHTTPTypes = product("NIOHTTPTypes", "swift-nio-extras")
let nioHTTPTypesHTTP1 = product("NIOHTTPTypesHTTP1", "swift-nio-extras")
let histogram = product("Histogram", "hdrhistogram-swift")
let hummingbird = product("Hummingbird", "hummingbird")
let hummingbirdCore = product("HummingbirdCore", "hummingbird")
let asyncHTTPClient = product("AsyncHTTPClient", "async-http-client")
let crypto = product("Crypto", "swift-crypto")
let cryptoExtras = product("CryptoExtras", "swift-crypto")
let configuration = product("Configuration", "swift-configuration")
let argumentParser = product("ArgumentParser", "swift-argument-parser")
let collections = product("DequeModule", "swift-collections")
let httpTypes = product("HTTPTypes", "swift-http-types")
let logging = product("Logging", "swift-log")
let serviceLifecycle = product("ServiceLifecycle", "swift-service-lifecycle")
let systemPackage = product("SystemPackage", "swift-system")
let unixSignals = product("UnixSignals", "swift-service-lifecycle")
let tracing = product("Tracing", "swift-distributed-tracing")
let yams = product("Yams", "Yams")

/// The folders of integration tests that need the gateway.
let gatewayIntegrationTests = ["Gateway", "Events", "Redis"]

// MARK: Kinds of target

/// A C library of the system, described by the module map in its folder.
func system(_ name: String, apt package: String) -> Target {
    .systemLibrary(name: name, path: "Shared/\(name)", providers: [.apt([package])])
}

/// A module that any service may import; it never imports a service.
func shared(
    _ name: String, path: String? = nil, _ dependencies: [Target.Dependency] = [], resources: [Resource]? = nil
) -> Target {
    .target(name: name, dependencies: dependencies, path: "Shared/\(path ?? name)", resources: resources)
}

/// A service: a library that tests compose, and a thin executable around it.
func service(_ name: String, _ dependencies: [Target.Dependency]) -> [Target] {
    [
        .target(name: name, dependencies: dependencies, path: "Services/\(name)/Sources"),
        .executableTarget(
            name: "\(name)Main", dependencies: [.target(name: name), "HTTPService", "Telemetry", nioPosix],
            path: "Services/\(name)/Main"),
    ]
}

/// Pure tests of one module, in milliseconds and without a server.
func unitTests(_ module: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .testTarget(
        name: "\(module)Tests", dependencies: [.target(name: module)] + dependencies, path: "Tests/Unit/\(module)Tests")
}

// MARK: The package

let package = Package(
    name: "cryptodesk",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "gateway", targets: ["GatewayMain"]),
        .executable(name: "auth", targets: ["AuthMain"]),
        .executable(name: "strategies", targets: ["StrategiesMain"]),
        .executable(name: "desk", targets: ["Desk"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser.git", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections.git", exact: "1.6.0"),
        .package(url: "https://github.com/apple/swift-configuration.git", exact: "1.4.0"),
        .package(url: "https://github.com/apple/swift-crypto.git", exact: "4.5.2"),
        .package(url: "https://github.com/apple/swift-distributed-tracing.git", exact: "1.7.3"),
        .package(url: "https://github.com/apple/swift-http-types.git", exact: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log.git", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio.git", exact: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras.git", exact: "1.35.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl.git", exact: "2.37.6"),
        .package(url: "https://github.com/apple/swift-system.git", exact: "1.8.1"),
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift.git", exact: "0.2.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird.git", exact: "2.28.1", traits: []),
        .package(url: "https://github.com/jpsim/Yams.git", exact: "6.2.2"),
        .package(url: "https://github.com/swift-server/async-http-client.git", exact: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", exact: "2.13.0"),
    ],
    targets: [
        system("CLibPQ", apt: "libpq-dev"),
        system("CHiredis", apt: "libhiredis-dev"),
        system("CCrypt", apt: "libcrypt-dev"),
        system("CLinux", apt: "libc6-dev"),
        shared("JSON"),
        shared("Documents", [yams]),
        shared("APIContract", ["JSON", nioCore]),
        shared("PrometheusMetrics"),
        shared("Telemetry", ["JSON", logging]),
        shared("Settings", [configuration, systemPackage]),
        shared(
            "Traces",
            [
                "APIContract", "PrometheusMetrics", "Settings", nioCore, nioHTTP1, asyncHTTPClient, logging,
                serviceLifecycle, tracing,
            ]),
        shared("Reactor", ["CLinux"]),
        shared("Postgres", ["CLibPQ", "Reactor", collections, logging, serviceLifecycle, tracing]),
        shared("Migrations", path: "Database/Migrations", ["Postgres", crypto, logging]),
        shared(
            "Redis",
            [
                "CHiredis", "PrometheusMetrics", nioCore, nioPosix, nioSSL, collections, crypto, logging,
                serviceLifecycle,
            ]),
        shared("Events", ["Redis"]),
        shared("Activity", ["Redis"]),
        shared("Accounts"),
        shared(
            "Authentication",
            [
                "JSON", "PrometheusMetrics", "Redis", nioCore, nioPosix, nioHTTP1, asyncHTTPClient, collections, crypto,
                cryptoExtras,
                logging, serviceLifecycle,
            ]),
        shared(
            "HTTPService",
            [
                "APIContract", "CLinux", "JSON", "Authentication", "PrometheusMetrics", "Telemetry", "Settings",
                "Traces",
                nioCore, nioHTTP1,
                nioHTTPTypes, nioHTTPTypesHTTP1,
                hummingbird, hummingbirdCore, collections, httpTypes, logging, serviceLifecycle, tracing, unixSignals,
            ]),
        shared(
            "ServiceDatabase", path: "Database/Service",
            ["HTTPService", "JSON", "PrometheusMetrics", "Postgres", "Settings", logging, tracing]),
        shared(
            "Consistency",
            ["APIContract", "Authentication", "HTTPService", "Postgres", "Settings", crypto, hummingbird, httpTypes]),
        shared("TestSupport", ["Postgres", "Migrations", nioCore, nioPosix, logging, serviceLifecycle]),
        .target(
            name: "LocalCluster",
            dependencies: [
                "Accounts", "Authentication", "CCrypt", "CLinux", "JSON", "Postgres", "Migrations", crypto,
                cryptoExtras, nioCore, nioPosix, logging,
                yams,
            ],
            path: "Tools/LocalCluster"),
        .target(
            name: "Drill",
            dependencies: [
                "JSON", "LocalCluster", "Postgres", "Redis", asyncHTTPClient, nioCore, nioHTTP1, nioPosix, logging,
            ],
            path: "Tools/Drill"),
        .target(name: "Capacity", path: "Tools/Capacity"),
        .target(name: "Profiling", path: "Tools/Profiling"),
        .target(
            name: "Load",
            dependencies: [
                "Documents", "JSON", asyncHTTPClient, collections, histogram, nioCore, nioHTTP1, nioPosix, nioWebSocket,
            ],
            path: "Tools/Load"),
        .executableTarget(
            name: "Desk",
            dependencies: [
                "Accounts", "Authentication", "Capacity", "Documents", "Drill", "JSON", "Load", "LocalCluster",
                "Profiling", "Settings",
                argumentParser, asyncHTTPClient, crypto, nioCore, nioHTTP1, nioPosix, unixSignals,
            ],
            path: "Tools/Desk"),
        unitTests("APIContract"),
        unitTests("Accounts"),
        unitTests(
            "Consistency",
            ["APIContract", "Authentication", "HTTPService", "Postgres", "Settings", "TestSupport", crypto, httpTypes]),
        unitTests("JSON"),
        unitTests("PrometheusMetrics", ["TestSupport"]),
        unitTests("LocalCluster", ["Authentication", "JSON", nioCore, nioHTTP1, nioPosix]),
        unitTests("Capacity"),
        unitTests("Profiling"),
        unitTests("Drill"),
        unitTests("Load", ["Documents", "JSON", nioCore, nioHTTP1, nioPosix]),
        unitTests("Postgres"),
        unitTests("ServiceDatabase", ["JSON", "Postgres", "Settings"]),
        unitTests("Settings"),
        unitTests("Telemetry", ["JSON", logging]),
        unitTests("Traces", ["APIContract", "PrometheusMetrics", "Settings", logging, nioCore, tracing]),
        unitTests(
            "Gateway",
            [
                "APIContract", "Authentication", "Documents", "Events", "HTTPService", "JSON", "PrometheusMetrics",
                "Redis", "Settings", nioCore, nioHTTP1, nioWebSocket,
            ]),
        unitTests("Events", ["Redis"]),
        unitTests(
            "HTTPService",
            [
                "APIContract", "Authentication", "JSON", "Settings", nioCore, nioEmbedded, nioHTTPTypes, hummingbird,
                httpTypes, logging,
            ]),
        unitTests(
            "Strategies",
            [
                "APIContract", "Authentication", "Consistency", "Events", "HTTPService", "JSON", "Postgres", "Settings",
                "TestSupport", nioCore, httpTypes,
            ]),
        unitTests(
            "Auth", ["APIContract", "Accounts", "Authentication", "JSON", "Postgres", "Redis", "TestSupport", crypto]),
        unitTests("Authentication", ["JSON", crypto, cryptoExtras, logging]),
        unitTests("Redis", [nioCore, nioEmbedded, logging]),
        .testTarget(
            name: "ReadmeTests", dependencies: ["Auth", "Gateway", "PrometheusMetrics", "Settings", "Strategies"],
            path: "Tests/Unit/ReadmeTests"),
        .testTarget(
            name: "OpenAPITests",
            dependencies: [
                "Auth", "Authentication", "Gateway", "HTTPService", "JSON", "LocalCluster", "Settings", "Strategies",
                logging, nioHTTP1, nioPosix,
            ], path: "Tests/Unit/OpenAPITests"),
        .testTarget(
            name: "EndToEndTests",
            dependencies: ["Auth", "JSON", "Postgres", "TestSupport", asyncHTTPClient, nioCore, nioHTTP1, nioPosix],
            path: "Tests/EndToEnd"),
        .testTarget(
            name: "IntegrationTests",
            dependencies: [
                "TestSupport", "Activity", "APIContract", "Accounts", "Auth", "Authentication", "Consistency", "Events",
                "Gateway", "HTTPService",
                "JSON", "PrometheusMetrics", "Postgres",
                "Migrations", "Redis",
                "Settings", "Strategies", "Telemetry", "Traces", asyncHTTPClient, nioCore, nioEmbedded, nioPosix,
                nioHTTP1,
                hummingbird,
                httpTypes,
                crypto, logging, serviceLifecycle,
            ], path: "Tests/Integration", exclude: gatewayIntegrationTests),
        // A module of its own: the two are compiled side by side.
        .testTarget(
            name: "GatewayIntegrationTests",
            dependencies: [
                "TestSupport", "APIContract", "Authentication", "Documents", "Events", "Gateway", "HTTPService", "JSON",
                "Postgres",
                "PrometheusMetrics", "Redis", "Strategies", "Telemetry", "Traces", crypto, logging, nioCore,
                nioEmbedded,
                nioHTTP1,
                nioPosix, serviceLifecycle,
            ], path: "Tests/Integration",
            exclude: ["Auth", "Consistency", "HTTPService", "Migrations", "Postgres", "Strategies"]
                + ["Gateway/Corpus/requests", "Gateway/Corpus/answers"],
            sources: gatewayIntegrationTests),
    ]
        + service(
            "Gateway",
            [
                "Activity", "APIContract", "Authentication", "Documents", "Events", "JSON", "PrometheusMetrics",
                "Redis",
                "Settings",
                "Telemetry", "Traces",
                "HTTPService",
                asyncHTTPClient, nioCore, nioPosix, nioHTTP1, nioWebSocket, collections, crypto, hummingbird, httpTypes,
                logging, serviceLifecycle, tracing, unixSignals,
            ])
        + service(
            "Auth",
            [
                "Activity", "APIContract", "Accounts", "Authentication", "CCrypt", "Consistency", "HTTPService", "JSON",
                "PrometheusMetrics", "Postgres",
                "Redis", "ServiceDatabase", "Settings", "Traces", nioCore, nioPosix, hummingbird, crypto, collections,
                httpTypes,
                logging,
                serviceLifecycle,
            ])
        + service(
            "Strategies",
            [
                "APIContract", "Authentication", "Consistency", "Events", "HTTPService", "JSON", "PrometheusMetrics",
                "Postgres", "Redis",
                "ServiceDatabase", "Settings", "Telemetry", "Traces", nioCore, collections, crypto, hummingbird,
                httpTypes,
                logging, serviceLifecycle,
            ]),
    swiftLanguageModes: [.v6]
)

for target in package.targets where target.type != .system {
    target.swiftSettings = (target.swiftSettings ?? []) + swiftSettings
}
