import Control
import DomainXML
import Intent
import Vocabulary

extension SettingDocument {
  /// The catalogue's entry as it leaves the program.
  init(_ setting: Setting) {
    let guest =
      switch setting.guest {
      case .never: "never"
      case .whenLowered: "when lowered"
      case .always: "always"
      }
    self.init(
      name: setting.name, summary: setting.summary,
      values: (setting.hasEntries ? "by number: " : "") + setting.type.words, call: setting.act.function,
      live: .init(setting.sides.live), persistent: .init(setting.sides.persistent), needsGuest: guest,
      mayBeNull: setting.fallback != nil, note: setting.note.isEmpty ? nil : setting.note)
  }
}

extension Setting.Act {
  /// The C function that sets it.
  fileprivate var function: String {
    switch self {
    case .vcpus: SettingCall.vcpus(0).function
    case .memory: SettingCall.memory(0).function
    case .statsPeriod: SettingCall.statsPeriod(0).function
    case .iothreads: SettingCall.addIOThread(0).function + ", " + SettingCall.removeIOThread(0).function
    case .words(let words): SettingCall.words(words, nil).function
    case .metadata: SettingCall.words(.title, nil).function
    case .autostart: SettingCall.autostart(true).function
    case .parameter(let family, _, _): family.function
    case .pinVCPU: SettingCall.pin(.vcpu(0), CPUSet([0])).function
    case .pinEmulator: SettingCall.pin(.emulator, CPUSet([0])).function
    case .pinIOThread: SettingCall.pin(.iothread(0), CPUSet([0])).function
    case .lifecycle(let event): SettingCall.lifecycle(event, "").function
    }
  }
}
