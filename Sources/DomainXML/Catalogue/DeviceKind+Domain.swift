import Vocabulary

extension DeviceKind {
  /// What a domain states beside its devices, in the terms of the catalogue. No device: it stands in no registry.
  package static let domain = DeviceKind(
    name: "domain",
    summary: "the domain's own settings",
    attach: .no("a domain is defined once"),
    detach: .no("a domain is defined once"),
    fields: [
      Field("cpu/@mode", resolutions: ["host-model": ["custom"]]),
      Field("cpu/@check", resolutions: ["none": ["full"], "partial": ["full"]]), Field("currentMemory", .number),
      Field("vcpu/@current", .number),
    ],
    // libvirt.md section 8, "start only".
    runTime: [
      RunTimeField("@id"), RunTimeField("seclabel", mayBeStated: true), RunTimeField("resource", mayBeStated: true),
      RunTimeField("genid", mayBeStated: true), RunTimeField("clock/@adjustment", mayBeStated: true),
      RunTimeField("vcpus", mayBeStated: true), RunTimeField("cpu/@check", mayBeStated: true),
      RunTimeField("cpu/@match", mayBeStated: true), RunTimeField("cpu/model", mayBeStated: true),
      RunTimeField("cpu/vendor", mayBeStated: true), RunTimeField("cpu/feature", mayBeStated: true),
    ],
    // The balloon gives memory back and takes it as the guest lets it.
    setByGuest: ["currentMemory"])
}
