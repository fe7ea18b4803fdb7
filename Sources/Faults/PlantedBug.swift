/// A bug that is planted on purpose, to see the simulator find it. Each is a plausible mistake: a write that is left
/// out, a read that is spared, an event that is believed.
///
/// Only with the package trait `Faults`, and only within a task that says so, is any of them there.
package enum PlantedBug: String, Sendable, CaseIterable {
  /// A step is called done because its call returned without an error (I5).
  case trustsReturnCode
}

extension PlantedBug {
  /// The one that is planted in this task.
  @TaskLocal package static var planted: PlantedBug?

  #if Faults
    package static func `is`(_ bug: PlantedBug) -> Bool { planted == bug }
  #else
    @inlinable @inline(__always) package static func `is`(_ bug: PlantedBug) -> Bool { false }
  #endif
}
