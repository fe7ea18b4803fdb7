import ArgumentParser
import Vocabulary

/// The root command.
///
/// Every command states its name: ArgumentParser would derive it from the type's by reflection, for all of them at
/// every start, and that is a sixth of the whole run time of a plan.
struct Vmctl: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "vmctl",
    abstract: "Keeps libvirt's virtual machines as wanted, without ever redefining them.",
    discussion: """
      Say in a document what you want, look at what would be done, then have it done:

        vmctl plan -f web-1.yaml
        vmctl reconcile -f web-1.yaml
        vmctl devices web-1

      A domain is created once. From then on libvirt's own XML is what counts: vmctl works out which devices differ \
      and attaches, detaches and updates exactly those, so a guest's hardware and its PCI addresses never move.

      Exit codes:
         0  as wanted, nothing left
         1  error
         2  changes found (plan --detailed-exitcode)
        10  done, some of it at the next boot
        11  waiting for the guest
        12  refused: needs a redefine, more room or a permission
        13  conflict: gone, stale, or held by somebody else
        14  guest ABI differs, or the domain will not start
        64  not a valid command or document
      Of several domains the most serious counts, in the order 1, 13, 14, 12, 11, 10, 2, 0.
      """,
    version: "vmctl \(BuildVersion.text)",
    groupedSubcommands: [
      CommandGroup(name: "Desired state", subcommands: [Plan.self, Reconcile.self, Suspend.self, Resume.self]),
      CommandGroup(
        name: "Inspection",
        subcommands: [
          Get.self, Show.self, Devices.self, Pending.self, Diff.self, Blame.self, History.self, Wait.self, Watch.self,
        ]),
      CommandGroup(name: "Power", subcommands: [Start.self, Stop.self, Restart.self]),
      CommandGroup(
        name: "Lifecycle",
        subcommands: [Adopt.self, Delete.self, Forget.self, Restore.self, Protect.self, Unprotect.self]),
      CommandGroup(name: "Operations", subcommands: [Eject.self, Resize.self, Password.self]),
      CommandGroup(name: "Guest ABI", subcommands: [ABI.self]),
      CommandGroup(name: "Upkeep", subcommands: [Doctor.self, Store.self, TokenCommand.self]),
      CommandGroup(name: "Other", subcommands: [Explain.self, Schema.self, Completion.self]),
    ])

  /// Here too, so that `vmctl -c URI get` works as it does with virsh.
  @OptionGroup(title: "Global options") var common: CommonOptions
}
