package import DomainXML

/// What the guest sees of a domain beside its devices. One file a theme; the rules of a device are with its kind.
package enum DomainRules {
  package static let all: [ABIRule] =
    identity + firmware + vcpus + memory + features + clock + processor + tables

  static let groups = ABIRuleGroup.groups(all)

  /// `<redirfilter>` stands among the devices and is none.
  package static let redirection: [ABIRule] = [
    .libvirt(
      "redirfilter", .presence, why: "which USB devices can reach the guest",
      source: "virDomainDefCheckABIStabilityFlags"),
    .libvirt(
      "redirfilter/usbdev",
      .each([
        .libvirt("@class", .number, why: "which USB devices can reach the guest"),
        .libvirt("@vendor", .number, why: "which USB devices can reach the guest"),
        .libvirt("@product", .number, why: "which USB devices can reach the guest"),
        .libvirt("@version", why: "which USB devices can reach the guest"),
        .libvirt("@allow", why: "which USB devices can reach the guest"),
      ]), why: "which USB devices can reach the guest"),
  ].checked(by: "virDomainRedirFilterDefCheckABIStability")

  static let redirectionGroups = ABIRuleGroup.groups(redirection)
}
