import DomainXML
import Vocabulary

extension DomainRules {
  static let vcpus: [ABIRule] = [
    .libvirt("vcpu", .number, absent: "1", why: "how many CPUs the guest can have: ACPI tables say so at boot"),
    .libvirt("vcpus", .derived(.onlineCPUs), why: "which CPUs are plugged"),
    .libvirt("vcpus", .derived(.cpuOrder), why: "in which order CPUs were plugged"),
  ].checked(by: "virDomainDefVcpuCheckAbiStability")

  static let processor: [ABIRule] =
    [
      .libvirt("cpu", .presence, isSeen: false, why: "a CPU of the domain's choice or of the machine's"),
      .libvirt("cpu/@mode", absent: "custom", why: "host modes are another CPU on each host"),
      .libvirt("cpu/@check", isSeen: false, why: "how far the CPU that runs may differ from the one written here"),
      .libvirt("cpu/model", why: "family, model, stepping and features that the guest reads"),
      .libvirt("cpu/vendor", isSeen: false, why: "the vendor that the host must have"),
      .libvirt("cpu/model/@vendor_id", why: "the vendor that the guest reads"),
      .libvirt(
        "cpu/topology/@sockets", .number, absent: "0", why: "the topology that the guest reads; licences count it"),
      .libvirt("cpu/topology/@dies", .number, absent: "1", why: "the topology that the guest reads"),
      .libvirt(
        "cpu/topology/@clusters", .number, absent: "1", since: Version(10, 1), why: "the topology that the guest reads"),
      .libvirt(
        "cpu/topology/@cores", .number, absent: "0", why: "the topology that the guest reads; licences count it"),
      .libvirt("cpu/topology/@threads", .number, absent: "0", why: "the topology that the guest reads"),
      .libvirt(
        "cpu/feature",
        .each([
          .libvirt("@name", why: "libvirt compares features in their order"),
          .libvirt("@policy", absent: "require", why: "whether the guest has the feature"),
        ]), isOrdered: false, why: "features that the guest reads, by which its programs choose their code"),
      .libvirt("cpu/cache", .presence, why: "which caches the guest reads"),
      .libvirt("cpu/cache/@level", .number, why: "which caches the guest reads"),
      .libvirt("cpu/cache/@mode", why: "which caches the guest reads"),
      .libvirt("cpu/maxphysaddr", .presence, why: "how wide physical addresses are"),
      .libvirt("cpu/maxphysaddr/@mode", why: "how wide physical addresses are"),
      .libvirt("cpu/maxphysaddr/@bits", .number, why: "how wide physical addresses are"),
    ].checked(by: "virCPUDefIsEqual")
    + [
      .libvirt(
        "cpu/numa/cell",
        .each([
          .libvirt("@memory", .size, why: "the cell's memory"),
          .libvirt("@cpus", .set, why: "the cell's CPUs"),
          .guest("cache", .whole, why: "memory-side caches in the guest's HMAT"),
        ]), why: "the guest's NUMA cells"),
      .libvirt("cpu/numa", .derived(.distances), why: "the SLIT that the guest's scheduler reads"),
    ].checked(by: "virDomainNumaCheckABIStability")
    + [
      .guest("cpu/numa/interconnects", .whole, why: "the HMAT that the guest's scheduler reads"),
      .guest("cpu/@migratable", why: "of host-passthrough: which features are left out"),
      .guest("cpu/@deprecated_features", why: "which features are left out"),
      .guest("cpu/maxphysaddr/@limit", .number, why: "how wide physical addresses are"),
    ]
}
