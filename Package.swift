// swift-tools-version: 6.2
import Foundation
import PackageDescription

/// CI sets IBP_WARNINGS_AS_ERRORS=1; a developer's build shows warnings and goes on.
let warningsAreErrors = ProcessInfo.processInfo.environment["IBP_WARNINGS_AS_ERRORS"] == "1"

let settings: [SwiftSetting] =
    [
        .swiftLanguageMode(.v6),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("InternalImportsByDefault"),
    ] + (warningsAreErrors ? [.treatAllWarnings(as: .error)] : [])

/// KAFKA_RELAY=1 adds the relay to Apache Kafka, which needs librdkafka-dev; nothing else links it.
let hasRelay = ProcessInfo.processInfo.environment["KAFKA_RELAY"] == "1"

extension Target.Dependency {
    static func nio(_ product: String) -> Self { .product(name: product, package: "swift-nio") }
    static let arguments = product(name: "ArgumentParser", package: "swift-argument-parser")
    static let asn1 = product(name: "SwiftASN1", package: "swift-asn1")
    static let collections = product(name: "DequeModule", package: "swift-collections")
    static let configuration = product(name: "Configuration", package: "swift-configuration")
    static let crypto = product(name: "Crypto", package: "swift-crypto")
    static let cryptoExtras = product(name: "CryptoExtras", package: "swift-crypto")
    static let grdb = product(name: "GRDB", package: "GRDB.swift")
    static let grdbSQLite = product(name: "GRDBSQLite", package: "GRDB.swift")
    static let httpClient = product(name: "AsyncHTTPClient", package: "async-http-client")
    static let inMemoryLogging = product(name: "InMemoryLogging", package: "swift-log")
    static let lifecycle = product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
    static let logging = product(name: "Logging", package: "swift-log")
    static let metrics = product(name: "Metrics", package: "swift-metrics")
    static let coreMetrics = product(name: "CoreMetrics", package: "swift-metrics")
    static let nioSSL = product(name: "NIOSSL", package: "swift-nio-ssl")
    static func nioHTTP2(_ product: String) -> Self { .product(name: product, package: "swift-nio-http2") }
    static let subprocess = product(name: "Subprocess", package: "swift-subprocess")
    static let unixSignals = product(name: "UnixSignals", package: "swift-service-lifecycle")
    static let x509 = product(name: "X509", package: "swift-certificates")
}

func shared(
    _ name: String, _ dependencies: [Target.Dependency], exclude: [String] = [],
    testsAlso: [Target.Dependency] = []
) -> [Target] {
    [
        .target(
            name: name, dependencies: dependencies, path: "Shared/\(name)", exclude: exclude, swiftSettings: settings),
        tests(name, dependencies + testsAlso),
    ]
}

func service(
    _ name: String, _ executable: String, _ dependencies: [Target.Dependency], resources: [Resource] = [],
    exclude: [String] = [], testsAlso: [Target.Dependency] = [], testsExclude: [String] = []
) -> [Target] {
    [
        .executableTarget(
            name: executable, dependencies: dependencies, path: "Services/\(name)", exclude: exclude,
            resources: resources,
            swiftSettings: settings),
        tests(name, dependencies + testsAlso, of: executable, exclude: testsExclude),
    ]
}

/// A target's tests lie beside its name and see what it sees, and what they need besides.
func tests(
    _ name: String, _ dependencies: [Target.Dependency], of target: String? = nil, exclude: [String] = []
) -> Target {
    .testTarget(
        name: "\(name)Tests", dependencies: [.target(name: target ?? name)] + dependencies, path: "Tests/\(name)Tests",
        exclude: exclude, swiftSettings: settings)
}

let relay: [Target] =
    [.systemLibrary(name: "CRdKafka", path: "Shared/CRdKafka", providers: [.apt(["librdkafka-dev"])])]
    + service(
        "Relay", "relay",
        [
            "CRdKafka", "RPC", "Contracts", "Events", "Storage", "ServiceKit", .grdb, .logging, .metrics, .lifecycle,
        ], exclude: ["README.md"], testsAlso: [.subprocess, .nio("NIOCore"), .nio("NIOPosix")])

let package = Package(
    name: "ibpipeline",
    platforms: [.macOS(.v15)],
    products: (["gateway", "auth", "deals", "audit", "health", "ibpipeline"] + (hasRelay ? ["relay"] : [])).map {
        .executable(name: $0, targets: [$0])
    },
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.0"),
        .package(url: "https://github.com/apple/swift-nio-http2", from: "1.46.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.0"),
        .package(url: "https://github.com/apple/swift-certificates", from: "1.21.0"),
        .package(url: "https://github.com/apple/swift-asn1", from: "1.7.0"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0", traits: []),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.0"),
    ],
    targets: [
        [
            .systemLibrary(name: "CZlib", path: "Shared/CZlib", providers: [.apt(["zlib1g-dev"])]),
            .target(name: "CChecksum", path: "Shared/CChecksum", linkerSettings: [.linkedLibrary("z")]),
        ],
        shared(
            "RPC",
            [
                "CZlib", "CChecksum", .nio("NIOCore"), .nio("NIOPosix"), .nio("NIOTLS"),
                .nio("NIOFoundationEssentialsCompat"), .nioSSL, .crypto, .logging,
            ], exclude: ["README.md", "ibprpc.lua"],
            testsAlso: [.nio("NIOEmbedded"), .nio("NIOConcurrencyHelpers"), .x509, .asn1]),
        shared(
            "HTTPServer",
            [
                .nio("NIOCore"), .nio("NIOPosix"), .nio("NIOHTTP1"), .nio("NIOTLS"), .nioSSL, .nioHTTP2("NIOHTTP2"),
                .nioHTTP2("NIOHPACK"), .logging,
            ], testsAlso: [.x509, .asn1, .crypto]),
        shared("Contracts", ["RPC", .crypto]),
        shared(
            "Storage", ["CZlib", .grdb, .grdbSQLite, .crypto, .logging], exclude: ["README.md"],
            testsAlso: ["storage-probe", .inMemoryLogging]),
        shared(
            "Events", ["CZlib", "Contracts", "RPC", "Storage", .grdb, .logging, .metrics, .nio("NIOCore")],
            exclude: ["README.md"], testsAlso: [.nio("NIOPosix"), .crypto, .inMemoryLogging]),
        shared("Telemetry", [.logging, .metrics, .coreMetrics], exclude: ["README.md"]),
        shared("Tokens", [.crypto]),
        shared("TransparencyLog", [.crypto]),
        shared(
            "ServiceKit",
            [
                "RPC", "HTTPServer", "Contracts", "Storage", "Telemetry", .nio("NIOCore"), .nio("NIOPosix"),
                .nio("NIOHTTP1"), .logging, .metrics, .coreMetrics, .lifecycle, .unixSignals, .configuration,
                .arguments,
            ], testsAlso: ["auth", "deals", "audit", "health"]),
        service(
            "Gateway", "gateway",
            [
                "CZlib", "RPC", "HTTPServer", "Contracts", "Tokens", "ServiceKit", .nio("NIOCore"), .nio("NIOHTTP1"),
                .nio("NIOPosix"), .logging, .metrics, .lifecycle, .crypto,
            ], resources: [.copy("Web")], exclude: ["README.md"]),
        service(
            "Auth", "auth",
            [
                "RPC", "Contracts", "Events", "Storage", "Tokens", "ServiceKit", .grdb, .crypto, .cryptoExtras,
                .logging,
                .lifecycle, .nio("NIOCore"), .nio("NIOPosix"), .nio("NIOHTTP1"), .httpClient,
            ], exclude: ["README.md", "ASVS.md"], testsAlso: [.subprocess, "HTTPServer"],
            testsExclude: ["Authenticator"]),
        service(
            "Deals", "deals",
            [
                "RPC", "Contracts", "Events", "Storage", "ServiceKit", .grdb, .logging, .lifecycle, .crypto,
                .nio("NIOCore"),
            ], testsAlso: [.nio("NIOPosix")]),
        service(
            "Audit", "audit",
            [
                "RPC", "Contracts", "Events", "Storage", "ServiceKit", "TransparencyLog", .grdb, .logging,
                .metrics, .lifecycle, .crypto,
            ], exclude: ["README.md"], testsAlso: ["Telemetry", .nio("NIOCore"), .nio("NIOPosix")]),
        service(
            "Health", "health",
            [
                "RPC", "Contracts", "Events", "Storage", "ServiceKit", .nio("NIOCore"), .nio("NIOHTTP1"), .grdb,
                .crypto,
                .logging, .metrics, .lifecycle, .httpClient,
            ], exclude: ["README.md"], testsAlso: ["Telemetry", "HTTPServer", .nio("NIOPosix")]),
        service(
            "Pipeline", "ibpipeline",
            [
                "RPC", "HTTPServer", "Contracts", "Storage", "ServiceKit", "TransparencyLog", .arguments, .httpClient,
                .subprocess, .logging, .unixSignals, .nio("NIOCore"), .nio("NIOPosix"), .nio("NIOHTTP1"), .crypto,
                .x509, .asn1,
            ], exclude: ["Audit/README.md"], testsAlso: [.grdb]),
        [
            // Never shipped: a store by itself, for those who cut its power and fill its disk.
            .executableTarget(
                name: "storage-probe", dependencies: ["Storage", .grdb, .logging, .inMemoryLogging, .arguments],
                path: "Tests/Crash/StorageProbe", swiftSettings: settings),
            // Never shipped: a producer and a consumer of events, for `make bench`.
            .executableTarget(
                name: "events-probe",
                dependencies: [
                    "Events", "Contracts", "RPC", "Storage", .grdb, .logging, .arguments, .nio("NIOCore"),
                    .nio("NIOPosix"),
                ], path: "Tests/EventsProbe", swiftSettings: settings),
        ],
        hasRelay ? relay : [],
        [
            .testTarget(
                name: "EndToEndTests",
                dependencies: [
                    "RPC", "Contracts", "ServiceKit", "TransparencyLog", "gateway", "auth", "deals", "audit", "health",
                    "ibpipeline", .arguments,
                    .httpClient,
                    .subprocess, .nio("NIOCore"), .nio("NIOHTTP1"), .nio("NIOPosix"), "HTTPServer", .crypto, .logging,
                ], path: "Tests/EndToEndTests", swiftSettings: settings)
        ],
    ].flatMap { $0 }
)
