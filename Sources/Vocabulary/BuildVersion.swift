/// The version of these programs.
package enum BuildVersion {
  package static let text = "0.1.0"
}
