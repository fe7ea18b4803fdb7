/// Stand-in in this copy.
package enum IntentSchema {
  package static func json() -> String { "{}\n" }
}
