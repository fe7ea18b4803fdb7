/// A bug that is planted on purpose, to see the simulator find it. Each is a plausible mistake: a write that is left
/// out, a read that is spared, an answer that is believed.
///
/// Only with the package trait `Faults`, and only within a task that says so, is any of them there.
package enum PlantedBug: String, Sendable, CaseIterable {
  /// A step is called done because its call returned without an error (I5).
  case trustsReturnCode
  /// A step is called not done because its call ended with an error (I5).
  case believesErrors
  /// The call is made, and then it is journalled (I6).
  case callsBeforeJournal
  /// A call that was cut off is made again before anybody looked (I5).
  case retriesBlindly
  /// The guest is asked to let go of a device before that is kept anywhere (I6).
  case asksBeforeKeeping
  /// A phantom device is not remembered, and is attached again each time (F20).
  case forgetsPhantoms
  /// What the guest was asked for is dropped when it does not answer at once (design section 8).
  case forgetsRequests
  /// A domain that a foreign job holds is changed all the same (design section 4).
  case ignoresJobs
  /// A domain that is gone is taken for one that never was (I11).
  case definesAgain
  /// What is recorded is not byte for byte what libvirt returned (I4).
  case recordsItsOwnText
  /// A step goes on although the journal could not be written (I6).
  case callsWithoutJournal
  /// A step that a crash left open is called done at the next start, without a look (I6).
  case settlesBlindly
  /// A request that the guest still has is dropped when the device is wanted again (design section 8).
  case forgetsArmed
  /// A pass that finds nothing to do writes to the store (I9).
  case writesEveryTime
  /// The guest is asked again each time (design section 8).
  case asksWithoutPause
  /// The guest is asked after the time that its owner gave it (design section 8).
  case neverGivesUp
  /// A document that its client has superseded is taken (R16).
  case acceptsStale
  /// The definition loses a device while the running guest still has it (design section 7).
  case definitionFirst
  /// The definition keeps a device that the guest let go of later (design section 8).
  case forgetsDefinition
  /// A protected device is detached (I7).
  case ignoresProtection
  /// A device that comes back gets any free slot (I2).
  case forgetsOwnSlot
  /// A slot that another id had before is given away although others are free (I2).
  case givesAwaySlots
  /// Slots of devices that are gone are not kept in the domain itself (B10).
  case dropsTombstones
  /// A device is attached without a slot, and libvirt chooses one for each side (faults.md 0.1).
  case letsLibvirtChoose
  /// A device of a running domain is attached to the guest and not to the definition (T17).
  case attachesLiveOnly
  /// A device that no id names is detached although nobody asked for it (I7).
  case removesStrangers
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
