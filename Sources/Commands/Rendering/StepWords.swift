/// The states of a step, for people.
enum StepWords {
  static func state(_ state: String) -> String {
    switch state {
    case "notDone": "not done"
    case "waiting": "waits for the guest"
    case "unknown": "not known: the next look settles it"
    default: state
    }
  }
}
