// swift-tools-version: 6.2
import PackageDescription

// The rooms and the arrows between them. An arrow that is not here does not compile: each room sees only
// what it names, and InternalImportsByDefault keeps C libraries and GRDB out of every other room's signatures.

let strict: [SwiftSetting] = [
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  .treatAllWarnings(as: .error),
]

func room(_ name: String, _ dependencies: [Target.Dependency], path: String? = nil) -> Target {
  .target(name: name, dependencies: dependencies, path: path, swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(name: name, dependencies: dependencies, swiftSettings: strict)
}

let package = Package(
  name: "vmctl",
  products: [
    .executable(name: "vmctl", targets: ["vmctl"]),
    .executable(name: "vmctld", targets: ["vmctld"]),
    .library(name: "DomainXML", targets: ["DomainXML"]),
    .library(name: "GuestABI", targets: ["GuestABI"]),
    .library(name: "Planning", targets: ["Planning"]),
    .library(name: "Control", targets: ["Control"]),
    .library(name: "VMControlClient", targets: ["VMControlClient"]),
  ],
  traits: [
    .trait(
      name: "Faults",
      description: "Failpoints and planted bugs, for the tests of what happens when something dies. Never in a release."
    )
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-asn1", from: "1.7.4"),
    .package(url: "https://github.com/apple/swift-certificates", from: "1.21.1"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
  ],
  targets: [
    // Leaves
    room("Vocabulary", []),
    room("Digests", ["Vocabulary", .product(name: "Crypto", package: "swift-crypto")]),
    room("Faults", []),
    .systemLibrary(name: "CLibvirt", pkgConfig: "libvirt", providers: [.apt(["libvirt-dev"])]),
    .systemLibrary(name: "CLibXML2", pkgConfig: "libxml-2.0", providers: [.apt(["libxml2-dev"])]),
    .systemLibrary(name: "CMalloc"),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),

    // Edges: one room for each foreign thing
    room("Libvirt", ["CLibvirt", "Faults", "Vocabulary"]),
    room("DomainXML", ["CLibXML2", "Digests", "Vocabulary"]),
    .target(
      name: "Migrations", path: "Migrations",
      resources: [
        .embedInCode("V0001_init.sql"), .embedInCode("V0002_runs.sql"), .embedInCode("V0003_requests.sql"),
        .embedInCode("V0004_packed.sql"),
      ], swiftSettings: strict),
    room(
      "Store",
      [
        "CZlib", "Migrations", "Digests", "Faults", "Vocabulary", .product(name: "GRDB", package: "GRDB.swift"),
        .product(name: "GRDBSQLite", package: "GRDB.swift"),
      ]),

    // The engine: pure
    room("Intent", ["DomainXML", "Digests", "Vocabulary", .product(name: "Yams", package: "Yams")]),
    room("GuestABI", ["DomainXML", "Digests", "Vocabulary"]),
    room("Planning", ["Intent", "DomainXML", "Digests", "Faults", "Vocabulary"]),

    // What leaves the program, and what runs it
    room("Control", ["Vocabulary"]),
    room(
      "Reconciling",
      [
        "Planning", "GuestABI", "Intent", "DomainXML", "Store", "Libvirt", "Control", "Digests", "Faults", "Vocabulary",
        .product(name: "Logging", package: "swift-log"), .product(name: "CoreMetrics", package: "swift-metrics"),
      ]),
    // What an operator writes for the daemon in YAML, and the tokens that vmctl adds there
    room("OperatorFiles", ["Digests", "Vocabulary", .product(name: "Yams", package: "Yams")]),
    // Without NIO: vmctl links it, and starts in a few milliseconds
    room("VMControlClient", ["Control", "Vocabulary"]),
    room(
      "Server",
      [
        "Control", "Digests", "Vocabulary", .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "CoreMetrics", package: "swift-metrics"),
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "HummingbirdCore", package: "hummingbird"),
        .product(name: "Logging", package: "swift-log"), .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOHTTPTypes", package: "swift-nio-extras"), .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOSSL", package: "swift-nio-ssl"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
        .product(name: "SwiftASN1", package: "swift-asn1"), .product(name: "X509", package: "swift-certificates"),
      ]),
    // vmctld from its arguments to its end: what it is configured to, and which services it runs
    room(
      "Daemon",
      [
        "CMalloc", "Control", "Intent", "OperatorFiles", "Reconciling", "Server", "Store", "Vocabulary",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "CoreMetrics", package: "swift-metrics"),
        .product(name: "Hummingbird", package: "hummingbird"), .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
        .product(name: "UnixSignals", package: "swift-service-lifecycle"),
      ]),
    room(
      "Commands",
      [
        "Control", "OperatorFiles", "Reconciling", "Planning", "GuestABI", "Intent", "DomainXML", "VMControlClient",
        "Vocabulary", .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Yams", package: "Yams"),
      ]),
    .executableTarget(
      name: "vmctl", dependencies: ["Commands"], swiftSettings: strict,
      // Nothing loads symbols from the program; 17,000 exported ones cost each start half a millisecond of lookups.
      linkerSettings: [.unsafeFlags(["-Xlinker", "--no-export-dynamic"], .when(platforms: [.linux]))]),
    .executableTarget(name: "vmctld", dependencies: ["Daemon"], swiftSettings: strict),

    // Measured in release, each against its floor in one run (Scripts/bench)
    .executableTarget(
      name: "vmctl-bench",
      dependencies: [
        "CLibXML2", "CLibvirt", "Reconciling", "Planning", "GuestABI", "Intent", "DomainXML", "Store", "Libvirt",
        "Control", "Digests", "Vocabulary", .product(name: "GRDBSQLite", package: "GRDB.swift"),
        .product(name: "Logging", package: "swift-log"),
      ],
      path: "Benchmarks/vmctl-bench", swiftSettings: strict),

    // Tests
    room(
      "TestSupport",
      ["Libvirt", "DomainXML", "Store", "Vocabulary", .product(name: "GRDBSQLite", package: "GRDB.swift")],
      path: "Tests/TestSupport"),
    // Killed and failed call by call, under strace
    .executableTarget(
      name: "StoreExerciser", dependencies: ["Store", "Digests", "Vocabulary"], path: "Tests/StoreExerciser",
      swiftSettings: strict),
    .target(name: "CSimulator", path: "Tests/CSimulator", linkerSettings: [.linkedLibrary("sqlite3")]),
    .executableTarget(
      name: "vmctl-simulator",
      dependencies: [
        "CSimulator", "Reconciling", "Libvirt", "DomainXML", "Store", "Control", "Faults", "TestSupport", "Vocabulary",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ], path: "Tests/Simulator", swiftSettings: strict),
    tests("VocabularyTests", ["Vocabulary"]),
    tests("LibvirtTests", ["Libvirt", "TestSupport", "Vocabulary"]),
    .testTarget(
      name: "DomainXMLTests", dependencies: ["DomainXML", "TestSupport", "Vocabulary"], exclude: ["Corpus"],
      swiftSettings: strict),
    tests("GuestABITests", ["GuestABI", "DomainXML", "TestSupport", "Vocabulary"]),
    tests("IntentTests", ["Intent", "DomainXML", "TestSupport", "Vocabulary"]),
    tests("PlanningTests", ["Planning", "Intent", "DomainXML", "TestSupport", "Vocabulary"]),
    tests("StoreTests", ["Store", "StoreExerciser", "Migrations", "Digests", "TestSupport", "Vocabulary"]),
    tests(
      "ReconcilingTests",
      [
        "Reconciling", "Intent", "Libvirt", "Planning", "Store", "Control", "Faults", "TestSupport", "Vocabulary",
        .product(name: "CoreMetrics", package: "swift-metrics"),
        .product(name: "Logging", package: "swift-log"),
      ]),
    tests(
      "CommandsTests",
      [
        "Commands", "Control", "Digests", "DomainXML", "OperatorFiles", "Store", "TestSupport", "Vocabulary",
        .product(name: "Yams", package: "Yams"),
      ]),
    tests(
      "ServerTests",
      [
        "Server", "Daemon", "OperatorFiles", "Control", "VMControlClient", "Digests", "TestSupport", "Vocabulary",
        .product(name: "HTTPTypes", package: "swift-http-types"), .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOSSL", package: "swift-nio-ssl"),
        .product(name: "CoreMetrics", package: "swift-metrics"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
        .product(name: "Yams", package: "Yams"),
      ]),
    tests("VMControlClientTests", ["VMControlClient", "Control", "Vocabulary"]),
    tests(
      "LiveTests",
      [
        "CLibvirt", "Reconciling", "Planning", "GuestABI", "Intent", "Libvirt", "DomainXML", "Store", "Control",
        "Faults", "TestSupport", "VMControlClient", "Vocabulary",
      ]),
  ],
  swiftLanguageModes: [.v6]
)
