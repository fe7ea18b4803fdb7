import DomainXML
import Intent
import Vocabulary

/// `applyAt: guestReboot`: a reboot of the guest's own ends the run (T27), and the next start brings what waits for it.
extension PlanningPass {
  mutating func planReboot() {
    guard input.wanted.applyAt == .guestReboot || input.managed.isArmed, let live = input.live, changesLive,
      let persistent = input.persistent, let setting = Catalogue.setting(named: "lifecycle.reboot")
    else { return }
    isArmed = input.wanted.applyAt == .guestReboot && !plan.nextBoot.isEmpty
    let current = setting.value(in: live.root)
    let normal = setting.value(in: persistent.root) ?? "restart"
    if isArmed {
      plan.notes.append(
        "the guest's next reboot stops the domain, and a reconcile after it starts the domain with what waits")
      if current != "destroy" {
        arm(setting, "destroy", from: current, "the guest's own reboot is to apply what waits for the next boot")
      }
    } else if input.managed.isArmed, current == "destroy", normal != "destroy" {
      arm(setting, normal, from: current, "nothing waits for the guest's reboot any more")
    }
  }

  private mutating func arm(_ setting: Setting, _ action: String, from current: String?, _ reason: String) {
    var fragment = ElementDraft("domain")
    setting.state(action, key: nil, in: &fragment)
    steps.settings.append(
      Step(
        .set, .setting(setting.name), side: .live, effect: .live, xml: fragment.xml,
        setting: .lifecycle(.reboot, action), reason: reason,
        changes: [FieldDifference(path: "spec.applyAt", wanted: action, found: current)]))
  }
}
