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
    .library(name: "DomainXML", targets: ["DomainXML"]),
    .library(name: "GuestABI", targets: ["GuestABI"]),
    .library(name: "Planning", targets: ["Planning"]),
    .library(name: "Control", targets: ["Control"]),
  ],
  traits: [
    .trait(
      name: "Faults",
      description: "Failpoints and planted bugs, for the tests of what happens when something dies. Never in a release."
    )
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: [
    // Leaves
    room("Vocabulary", []),
    room("Digests", ["Vocabulary", .product(name: "Crypto", package: "swift-crypto")]),
    room("Faults", []),
    .systemLibrary(name: "CLibvirt", pkgConfig: "libvirt", providers: [.apt(["libvirt-dev"])]),
    .systemLibrary(name: "CLibXML2", pkgConfig: "libxml-2.0", providers: [.apt(["libxml2-dev"])]),

    // Edges: one room for each foreign thing
    room("Libvirt", ["CLibvirt", "Faults", "Vocabulary"]),
    room("DomainXML", ["CLibXML2", "Digests", "Vocabulary"]),
    .target(
      name: "Migrations", path: "Migrations",
      resources: [.embedInCode("V0001_init.sql"), .embedInCode("V0002_runs.sql")], swiftSettings: strict),
    room(
      "Store",
      [
        "Migrations", "Digests", "Faults", "Vocabulary", .product(name: "GRDB", package: "GRDB.swift"),
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
      ]),
    room(
      "Commands",
      [
        "Control", "Reconciling", "Planning", "GuestABI", "Intent", "DomainXML", "Vocabulary",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Yams", package: "Yams"),
      ]),
    .executableTarget(
      name: "vmctl", dependencies: ["Commands"], swiftSettings: strict,
      // Nothing loads symbols from the program; 17,000 exported ones cost each start half a millisecond of lookups.
      linkerSettings: [.unsafeFlags(["-Xlinker", "--no-export-dynamic"], .when(platforms: [.linux]))]),

    // Measured in release, each against its floor in one run (Scripts/bench)
    .executableTarget(
      name: "vmctl-bench", dependencies: ["CLibXML2", "Planning", "GuestABI", "Intent", "DomainXML", "Vocabulary"],
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
      ["Reconciling", "Libvirt", "Planning", "Store", "Control", "Faults", "TestSupport", "Vocabulary"]),
    tests(
      "CommandsTests",
      ["Commands", "Control", "DomainXML", "TestSupport", "Vocabulary", .product(name: "Yams", package: "Yams")]),
    tests(
      "LiveTests",
      [
        "CLibvirt", "Reconciling", "Planning", "GuestABI", "Intent", "Libvirt", "DomainXML", "Store", "Control",
        "Faults", "TestSupport", "Vocabulary",
      ]),
  ],
  swiftLanguageModes: [.v6]
)
