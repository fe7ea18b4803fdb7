package import Vocabulary

/// A field of a device that the catalogue knows: how its values are compared and how it can change.
///
/// Fields that no entry names are compared as text and can change only with their device.
package struct Field: Sendable {
  package let path: FieldPath
  package let form: ValueForm
  package let change: BothSides<Change>
  /// Values that libvirt prints for a stated one once it has resolved it: a card on a network is one on that
  /// network's bridge in the running domain.
  package let resolutions: [String: Set<String>]
  /// What the field's absence means; also what `null` in a document stands for.
  package let absent: String?
  /// What the guest notices, or why the field behaves as it does.
  package let note: String

  package init(
    _ path: FieldPath, _ form: ValueForm = .text, live: Change = .withDevice, persistent: Change = .withDevice,
    resolutions: [String: Set<String>] = [:], absent: String? = nil, note: String = ""
  ) {
    self.absent = absent
    self.path = path
    self.form = form
    self.resolutions = resolutions
    change = BothSides(live: live, persistent: persistent)
    self.note = note
  }

  /// How libvirt changes a field of a present device on one side.
  package enum Change: Sendable {
    /// `virDomainUpdateDeviceFlags` with the full element.
    case inPlace
    /// By a call of its own, as one of its typed parameters.
    case call(SettingCall.Family, parameter: String, TypedParameter.Kind)
    /// Only by detaching and attaching the device.
    case withDevice
    /// Not at all, and why.
    case never(String)

    /// Whether the device stays while it changes.
    package var isInPlace: Bool {
      switch self {
      case .inPlace, .call: true
      case .withDevice, .never: false
      }
    }

    /// The call of its own, where there is one.
    package var family: SettingCall.Family? {
      if case .call(let family, _, _) = self { return family }
      return nil
    }
  }
}

/// How the values of a field are brought to one spelling before they are compared. libvirt accepts many spellings
/// and prints one of them.
package enum ValueForm: Sendable, Hashable {
  case text
  /// `on`, `yes`, `true`, `1` against `off`, `no`, `false`, `0`.
  case onOff
  /// Decimal or hexadecimal.
  case number
  /// Lower-case hexadecimal with colons.
  case mac
  /// A path: repeated and trailing slashes do not count.
  case path

  package func normalised(_ value: String) -> String {
    switch self {
    case .text: value
    case .onOff:
      switch value.lowercased() {
      case "on", "yes", "true", "1": "on"
      case "off", "no", "false", "0": "off"
      default: value
      }
    case .number: parseNumber(value).map(String.init) ?? value
    case .mac: value.lowercased().split(separator: "-").joined(separator: ":")
    case .path:
      (value.hasPrefix("/") ? "/" : "") + value.split(separator: "/").joined(separator: "/")
    }
  }
}
