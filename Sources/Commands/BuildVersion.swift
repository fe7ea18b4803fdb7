/// The version of this program.
package enum BuildVersion {
  package static let text = "0.1.0"
}
