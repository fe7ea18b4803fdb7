/// A named place before or after something that lasts: a libvirt call, a durable write.
///
/// With the package trait `Faults` (`swift build --traits Faults`) programs go through these places, and a test can have
/// something happen there; without it none of the places is compiled. The names are enumerated by the rooms that have
/// them: `LibvirtFailpoints.all`, `StoreFailpoints.all`.
package struct Failpoint: Sendable, Hashable, CustomStringConvertible {
  package enum Moment: String, Sendable, CaseIterable { case before, after }

  package let name: String

  package init(_ place: String, _ moment: Moment) { name = "\(place).\(moment.rawValue)" }

  package var description: String { name }

  /// What happens at a failpoint within this task: the simulator's process ends here by throwing.
  @TaskLocal package static var handler: (@Sendable (Failpoint) throws(FailpointStop) -> Void)?
}

/// What a failpoint does instead of going on, where it does not end the process.
package struct FailpointStop: Error, Sendable {
  package let point: Failpoint

  package init(_ point: Failpoint) { self.point = point }
}

#if Faults
  extension Failpoint {
    /// Goes through the place: does what the task's handler or `VMCTL_FAILPOINT` says.
    package static func reach(_ point: Failpoint) throws(FailpointStop) {
      try handler?(point)
      FailpointOrder.ofProcess?.meet(point)
    }
  }
#endif
