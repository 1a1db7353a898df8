// swift-tools-version: 6.2
// Our RPC beside its peers. A package of its own, so that the services do not have to build gRPC.
// Sources/RPC and Sources/CZlib are links to Shared/: the same code, with the package's own access.
import PackageDescription

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

extension Target.Dependency {
    static func nio(_ product: String) -> Self { .product(name: product, package: "swift-nio") }
    static let nioSSL = product(name: "NIOSSL", package: "swift-nio-ssl")
    static let crypto = product(name: "Crypto", package: "swift-crypto")
    static let grpc = product(name: "GRPCCore", package: "grpc-swift-2")
    static let grpcTransport = product(name: "GRPCNIOTransportHTTP2Posix", package: "grpc-swift-nio-transport")
    static let logging = product(name: "Logging", package: "swift-log")
}

let package = Package(
    name: "ibpipeline-benchmarks",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/grpc/grpc-swift-2", from: "2.4.0"),
        .package(url: "https://github.com/grpc/grpc-swift-nio-transport", from: "2.9.0"),
    ],
    targets: [
        .systemLibrary(name: "CZlib", path: "Sources/CZlib", providers: [.apt(["zlib1g-dev"])]),
        .target(name: "CChecksum", path: "Sources/CChecksum", linkerSettings: [.linkedLibrary("z")]),
        .target(
            name: "RPC",
            dependencies: [
                "CZlib", "CChecksum", .nio("NIOCore"), .nio("NIOPosix"), .nio("NIOTLS"),
                .nio("NIOFoundationEssentialsCompat"), .nioSSL,
                .crypto, .logging,
            ], path: "Sources/RPC", exclude: ["README.md", "ibprpc.lua"], swiftSettings: settings),
        .target(name: "EchoLoad", path: "Sources/EchoLoad", swiftSettings: settings),
        .executableTarget(
            name: "rpc-echo", dependencies: ["EchoLoad", "RPC", .nio("NIOCore"), .nio("NIOPosix"), .logging],
            path: "Sources/rpc-echo", swiftSettings: settings),
        .executableTarget(
            name: "grpc-echo", dependencies: ["EchoLoad", .grpc, .grpcTransport, .nio("NIOPosix")],
            path: "Sources/grpc-echo", swiftSettings: settings),
    ]
)
