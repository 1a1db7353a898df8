// swift-tools-version: 6.2
import PackageDescription

/// A package of its own, so that ordinary builds never see the fuzzer's flags. `Sources/RPC` is the project's own folder.
let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .unsafeFlags(["-sanitize=fuzzer", "-parse-as-library", "-enable-testing"]),
]

let package = Package(
    name: "fuzz",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
    ],
    targets: [
        .systemLibrary(name: "CZlib", path: "Sources/CZlib", providers: [.apt(["zlib1g-dev"])]),
        .target(name: "CChecksum", path: "Sources/CChecksum", linkerSettings: [.linkedLibrary("z")]),
        .systemLibrary(name: "CLibFuzzer", path: "Sources/CLibFuzzer"),
        .target(
            name: "RPC",
            dependencies: [
                "CZlib",
                "CChecksum",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOFoundationEssentialsCompat", package: "swift-nio"),
                .product(name: "NIOTLS", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
            ],
            exclude: ["README.md", "ibprpc.lua"], swiftSettings: settings),
        .executableTarget(
            name: "fuzz-frames", dependencies: ["RPC", "CLibFuzzer", .product(name: "NIOCore", package: "swift-nio")],
            path: "Sources/FuzzFrames", swiftSettings: settings,
            linkerSettings: [.unsafeFlags(["-sanitize=fuzzer"])]),
    ]
)
