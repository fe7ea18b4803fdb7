import DomainXML

extension DomainRules {
  static let clock: [ABIRule] =
    [
      .libvirt(
        "clock/timer",
        .each([
          .libvirt("@name", why: "libvirt compares timers in their order"),
          .libvirt("@present", why: "whether the guest finds the timer"),
          .libvirt(
            "@frequency", .number, absent: "0", when: .field("@name", ["tsc"]), why: "how fast the guest counts"),
          .libvirt("@mode", when: .field("@name", ["tsc"]), why: "how the guest reads it"),
          .guest("@tickpolicy", why: "what becomes of ticks that came too late"),
          .guest("@track", why: "which clock the timer follows"),
        ]), isOrdered: false, why: "timers that the guest finds")
    ].checked(by: "virDomainTimerDefCheckABIStability") + [
      .guest("clock/@offset", why: "the clock that the guest reads at boot"),
      .guest("clock/@basis", absent: "utc", why: "the clock that the guest reads at boot"),
      .guest("clock/@timezone", why: "the clock that the guest reads at boot"),
      .guest("clock/@start", .number, why: "the clock that the guest reads at boot"),
    ]

  /// Entries that libvirt knows by name; it prints no others.
  static let tables: [ABIRule] =
    [
      .libvirt(
        "sysinfo",
        .each([
          .libvirt("@type", why: "SMBIOS or firmware configuration"),
          .libvirt("bios/entry", .keyed(by: "name"), when: smbios, why: read),
          .libvirt("system/entry", .keyed(by: "name"), when: smbios, why: read),
          .libvirt(
            "baseBoard", .each([.libvirt("entry", .keyed(by: "name"), why: read)]), when: smbios, why: read),
          .libvirt("chassis/entry", .keyed(by: "name"), when: smbios, why: read),
          .guest("oemStrings", .whole, why: "strings that agents in the guest read (cloud-init)"),
          .guest(
            "entry", .whole, when: .field("@type", ["fwcfg"]), why: "files that the guest reads from fw_cfg"),
        ]), why: read)
    ].checked(by: "virSysinfoIsEqual")

  private static let smbios = Condition.field("@type", ["smbios"])
  private static let read = "what the guest reads as its maker, model and serial number"
}
