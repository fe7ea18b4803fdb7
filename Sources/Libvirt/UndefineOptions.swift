internal import CLibvirt

/// What goes, or expressly stays, with a domain's definition. libvirt refuses to undefine a domain that has one of
/// these and no word about it, save TPM state, whose fate is then what the definition's own TPM element says.
package struct UndefineOptions: OptionSet, Sendable, Hashable {
  package let rawValue: UInt32

  package init(rawValue: UInt32) { self.rawValue = rawValue }

  package static let managedSave = UndefineOptions(VIR_DOMAIN_UNDEFINE_MANAGED_SAVE)
  package static let snapshotsMetadata = UndefineOptions(VIR_DOMAIN_UNDEFINE_SNAPSHOTS_METADATA)
  package static let checkpointsMetadata = UndefineOptions(VIR_DOMAIN_UNDEFINE_CHECKPOINTS_METADATA)
  package static let nvram = UndefineOptions(VIR_DOMAIN_UNDEFINE_NVRAM)
  package static let keepNVRAM = UndefineOptions(VIR_DOMAIN_UNDEFINE_KEEP_NVRAM)
  package static let tpm = UndefineOptions(VIR_DOMAIN_UNDEFINE_TPM)
  package static let keepTPM = UndefineOptions(VIR_DOMAIN_UNDEFINE_KEEP_TPM)

  private init(_ flag: virDomainUndefineFlagsValues) { rawValue = flag.rawValue }
}
