import DomainXML
import Vocabulary

extension DomainRules {
  static let features: [ABIRule] =
    (["acpi", "pae", "viridian", "privnet", "kvm", "xen"].map { feature in
      .libvirt(FieldPath("features/" + feature), .presence, why: whys[feature] ?? "what the guest is offered")
    }
    + ["hap", "pvspinlock", "pmu", "vmport", "smm", "vmcoreinfo", "htm", "nested-hv", "ccf-assist"].map { feature in
      .libvirt(
        FieldPath("features/\(feature)/@state"), bare: "on", why: whys[feature] ?? "what the machine is offered")
    }
    + ["ras", "ps2"].map { feature in
      .libvirt(
        FieldPath("features/\(feature)/@state"), bare: "on", since: Version(10, 7),
        why: whys[feature] ?? "what the machine is offered")
    }
    + [
      .libvirt("features/aia/@value", since: Version(11, 3), why: "the interrupt controller of RISC-V"),
      .libvirt("features/hyperv/@mode", bare: "custom", why: "which enlightenments Windows finds"),
      .libvirt("features/capabilities/@policy", bare: "default", why: "what the container may do"),
      .libvirt("features/gic", .presence, why: "the interrupt controller of Arm"),
      .libvirt("features/gic/@version", why: "the interrupt controller of Arm"),
      .libvirt("features/hpt", .presence, why: "the page table of pSeries"),
      .libvirt("features/hpt/@resizing", why: "the page table of pSeries"),
      .libvirt("features/hpt/maxpagesize", .size, why: "the page table of pSeries"),
      .libvirt("features/apic", .presence, why: "the interrupt controller"),
      .libvirt("features/apic/@eoi", why: "a CPUID bit: paravirtual end of interrupt"),
      .libvirt("features/ioapic/@driver", why: "which interrupt controller is emulated where"),
      .libvirt("features/cfpc/@value", why: "what pSeries tells of cache flushes"),
      .libvirt("features/sbbc/@value", why: "what pSeries tells of bounds checks"),
      .libvirt("features/ibs/@value", why: "what pSeries tells of indirect branches"),
      .libvirt(
        "features/smm/tseg", .presence, when: smm, why: "memory that the firmware takes from the guest"),
      .libvirt("features/smm/tseg", .size, when: smm, why: "memory that the firmware takes from the guest"),
    ] + hyperv + kvm + xen).checked(by: "virDomainDefFeaturesCheckABIStability") + [
      .guest("features/msrs/@unknown", why: "whether reading an unknown register faults"),
      .guest("features/async-teardown/@enabled", why: "the domain's end on s390"),
    ]

  /// Compared where the source has enlightenments; of the sides' difference in that there is a finding already.
  private static let hyperv: [ABIRule] =
    [
      "relaxed", "vapic", "vpindex", "runtime", "synic", "stimer", "reset", "frequencies", "reenlightenment",
      "tlbflush", "ipi", "evmcs", "avic",
    ].map { enlightenment($0, since: nil) }
    + ["emsr_bitmap", "xmm_input"].map { enlightenment($0, since: Version(10, 7)) } + [
      .libvirt(
        "features/hyperv/spinlocks/@retries", .number, absent: "0", when: enlightened,
        counted: .field("features/hyperv/spinlocks/@state", ["on"]),
        why: "how often Windows tries a lock before it tells the hypervisor; the state itself is not compared"),
      .libvirt(
        "features/hyperv/vendor_id/@value", when: enlightened,
        counted: .field("features/hyperv/vendor_id/@state", ["on"]),
        why: "the vendor that Windows reads; the state itself is not compared"),
      .libvirt(
        "features/hyperv/stimer/direct/@state", when: .field("features/hyperv/stimer/@state", ["on"]),
        why: "how timer messages reach Windows"),
    ]

  private static let kvm: [ABIRule] =
    ["hidden", "hint-dedicated", "poll-control", "pv-ipi", "dirty-ring"].map { feature in
      .libvirt(
        FieldPath("features/kvm/\(feature)/@state"), when: .present("features/kvm"), why: "what KVM tells the guest")
    } + [
      .libvirt(
        "features/kvm/dirty-ring/@size", .number, absent: "0", when: .present("features/kvm"),
        counted: .field("features/kvm/dirty-ring/@state", ["on"]), why: "how KVM tracks the guest's writes")
    ]

  private static let xen: [ABIRule] = [
    .libvirt("features/xen/e820_host/@state", when: .present("features/xen"), why: "the memory map of the host"),
    .libvirt("features/xen/passthrough/@state", when: .present("features/xen"), why: "whether devices are given"),
    .libvirt("features/xen/passthrough/@mode", when: .present("features/xen"), why: "how devices are given"),
  ]

  private static func enlightenment(_ name: String, since version: Version?) -> ABIRule {
    .libvirt(
      FieldPath("features/hyperv/\(name)/@state"), since: version, when: enlightened,
      why: "an enlightenment that Windows uses once it found it")
  }

  private static let enlightened = Condition.present("features/hyperv")
  private static let smm = Condition.all([
    .present("features/smm"), .not(.field("features/smm/@state", ["off"])),
  ])

  private static let whys: [String: String] = [
    "acpi": "the tables that describe the machine",
    "pae": "addresses above 4 GiB for 32-bit guests",
    "kvm": "what KVM tells the guest",
    "pvspinlock": "a CPUID bit: paravirtual locks",
    "pmu": "performance counters",
    "vmport": "the I/O port by which VMware tools and mice talk",
    "smm": "the mode that secure boot needs",
    "vmcoreinfo": "where the guest leaves what its crash dump needs",
    "ps2": "the keyboard controller",
    "ras": "hardware errors that reach the guest",
  ]
}
