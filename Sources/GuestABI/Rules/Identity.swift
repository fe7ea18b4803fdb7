import DomainXML

extension DomainRules {
  static let identity: [ABIRule] =
    [
      .libvirt("@type", why: "KVM and emulation show the guest other CPUs and clocks"),
      .libvirt("uuid", .uuid, why: "the guest reads it in SMBIOS; licences hang on it"),
      .libvirt("name", isSeen: false, why: "not the guest's: libvirt lets no document rename a domain on the way"),
      .libvirt("genid", .presence, why: "whether the guest is told that it was copied"),
      .libvirt("genid", .uuid, why: "the generation id: a new one tells the guest that it was copied"),
    ].checked(by: "virDomainDefCheckABIStabilityFlags") + [
      .guest(
        "qemu:commandline", .whole, why: "arguments that libvirt knows nothing of can add or change any device"),
      .guest("qemu:override", .whole, why: "properties of devices behind libvirt's back"),
      .guest("launchSecurity", .whole, why: "the guest runs encrypted or measured by it"),
    ]

  static let firmware: [ABIRule] =
    [
      .libvirt("os/type", why: "paravirtual or full virtualisation"),
      .libvirt("os/type/@arch", why: "the instruction set"),
      .libvirt(
        "os/type/@machine",
        why:
          "the chipset and every default of its devices; an alias as q35 is no answer, it stands for another each year"
      ),
      .libvirt("os/smbios/@mode", why: "what the guest reads as its maker and model"),
    ].checked(by: "virDomainDefCheckABIStabilityFlags") + [
      .guest("os/@firmware", why: "BIOS or UEFI, chosen anew at each start up to libvirt 9.1"),
      .guest("os/loader", why: "the firmware that the guest boots with"),
      .guest("os/loader/@type", why: "the firmware as ROM or as flash"),
      .guest("os/loader/@secure", absent: "no", why: "whether secure boot is enforced"),
      .guest("os/loader/@readonly", why: "whether the guest can write its firmware"),
      .guest("os/firmware", .whole, why: "what the firmware must be able to do, as secure boot"),
      .guest("os/nvram", .presence, why: "whether the firmware keeps variables"),
      .guest(
        "os/boot", .each([.guest("@dev", why: "what the firmware boots from")]), why: "what the firmware boots from"),
      .guest("os/bootmenu", .whole, why: "whether the firmware asks"),
      .guest("os/bios/@useserial", absent: "no", why: "whether the BIOS talks on the serial port"),
      .guest("os/bios/@rebootTimeout", .number, why: "how long the BIOS waits before it tries again"),
      .guest("os/kernel", why: "the kernel that the guest boots"),
      .guest("os/initrd", why: "the initial file system that the guest boots"),
      .guest("os/cmdline", why: "the arguments that the guest's kernel reads"),
      .guest("os/dtb", why: "the device tree that the guest's kernel reads"),
      .guest("os/acpi", .whole, why: "an ACPI table that the guest reads"),
      .guest("pm/suspend-to-mem/@enabled", why: "whether ACPI offers S3"),
      .guest("pm/suspend-to-disk/@enabled", why: "whether ACPI offers S4"),
    ]
}
