/// What libvirt and the guest do with one kind of device: what `vmctl explain` prints.
package struct KindDocument: Sendable, Codable, Hashable {
  package var apiVersion = "vmctl/v1"
  package var kind = "DeviceKind"
  /// libvirt's element.
  package let element: String
  package let summary: String
  /// The first libvirt that knows it; `nil` where every supported one does.
  package let since: String?
  package let guestSees: String
  /// What the guest has to do before a detach is over.
  package let guestReleases: String?
  /// What finds a device of the kind again, the surest first.
  package let identity: [String]
  /// What it stands on, with when.
  package let slots: [Statement]
  package let attach: Sides
  package let detach: Sides
  package let update: Sides
  package let fields: [FieldRow]
  /// What libvirt fills in while the domain runs.
  package let runTime: [Statement]

  /// A thing that holds, always or under a condition.
  package struct Statement: Sendable, Codable, Hashable {
    package let what: String
    package let when: String?

    package init(_ what: String, when: String?) {
      self.what = what
      self.when = when
    }
  }

  /// What can be done on each side.
  package struct Sides: Sendable, Codable, Hashable {
    package let live: Answer
    package let persistent: Answer
    /// The C function.
    package let call: String

    package init(live: Answer, persistent: Answer, call: String) {
      self.call = call
      self.live = live
      self.persistent = persistent
    }
  }

  package struct Answer: Sendable, Codable, Hashable {
    package enum Word: String, Sendable, Codable, Hashable { case yes, no, when }
    package let answer: Word
    /// With `when`: what has to hold.
    package let condition: String?
    /// With `no` and `when`: why it is not so otherwise.
    package let reason: String?

    package init(answer: Word, condition: String? = nil, reason: String? = nil) {
      self.answer = answer
      self.condition = condition
      self.reason = reason
    }
  }

  package struct FieldRow: Sendable, Codable, Hashable {
    package let path: String
    /// The key of the short form that fills it.
    package let key: String?
    /// `in place`, `with the device`, or `never`.
    package let live: String
    package let persistent: String
    package let help: String?
    package let note: String?

    package init(path: String, key: String?, live: String, persistent: String, help: String?, note: String?) {
      self.path = path
      self.key = key
      self.live = live
      self.persistent = persistent
      self.help = help
      self.note = note
    }
  }

  package init(
    element: String, summary: String, since: String?, guestSees: String, guestReleases: String?, identity: [String],
    slots: [Statement], attach: Sides, detach: Sides, update: Sides, fields: [FieldRow],
    runTime: [Statement]
  ) {
    self.element = element
    self.summary = summary
    self.since = since
    self.guestSees = guestSees
    self.guestReleases = guestReleases
    self.identity = identity
    self.slots = slots
    self.attach = attach
    self.detach = detach
    self.update = update
    self.fields = fields
    self.runTime = runTime
  }
}
