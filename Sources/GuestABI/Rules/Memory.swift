import DomainXML

extension DomainRules {
  static let memory: [ABIRule] =
    [
      .libvirt("memory", .derived(.bootMemory), why: "the memory that the guest boots with, without memory devices"),
      .volatile(
        "currentMemory", .size, why: "what the balloon leaves: it changes while the guest runs",
        source: "virDomainMemtuneCheckABIStability"),
      .libvirt("maxMemory", .size, why: "how far the guest's memory can grow: address space is set aside for it"),
      .libvirt("maxMemory/@slots", .number, absent: "0", why: "how many memory slots ACPI tells"),
    ].checked(by: "virDomainMemtuneCheckABIStability")
    + [
      .libvirt(
        "memoryBacking/source/@type", isSeen: false,
        why: "what memory is made of: the names of RAM blocks follow from it",
        source: "qemuDomainABIStabilityCheck")
    ]
}
