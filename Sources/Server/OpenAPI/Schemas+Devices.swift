extension Schemas {
  static let devices: [(name: String, schema: Schema)] = [
    (
      "Device",
      .object([
        .may("id", .string), .must("kind", .string), .may("alias", .string), .may("key", .string),
        .may("slot", .reference("Slot")),
        .may("guestPath", .string, "The chain of device.function from the root, as the guest sees it."),
        .may("guestAddress", .string, "What the guest's lspci prints."), .may("bootOrder", .count),
        .must("sides", .array(.string)), .may("persistentSlot", .reference("Slot")), .may("isProtected", .boolean),
        .may("status", .string),
      ])
    ),
    (
      "Pending",
      .object([
        .may("device", .string), .may("setting", .string), .must("path", .string), .may("now", .string),
        .may("atNextBoot", .string), .must("reason", .string), .must("appliedBy", .string),
      ])
    ),
    (
      "Waiting",
      .object([
        .may("device", .string), .may("setting", .string), .may("slot", .reference("Slot")),
        .must("since", milliseconds), .must("isOverdue", .boolean), .must("endedBy", .string),
        .must("isWantedAgain", .boolean),
      ])
    ),
    (
      "Slot",
      .oneOf([
        .object(
          type("pci"),
          [.may("domain", .count), .must("bus", .count), .must("slot", .count), .must("function", .count)]),
        .object(
          type("drive"),
          [
            .must("interface", .string), .must("controller", .count), .must("bus", .count), .must("target", .count),
            .must("unit", .count),
          ]),
        .object(type("usb"), [.must("bus", .count), .must("port", .string)]),
        .object(type("virtio-serial"), [.must("controller", .count), .must("bus", .count), .must("port", .count)]),
        .object(type("dimm"), [.must("slot", .count), .may("base", .count)]),
        .object(type("ccw"), [.must("cssid", .count), .must("ssid", .count), .must("device", .count)]),
      ])
    ),
  ]

  private static func type(_ word: String) -> [Schema.Field] { [.must("type", .words([word]))] }
}
