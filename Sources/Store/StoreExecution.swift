/// How the store does its work in this task, where the package trait `Faults` is on.
package enum StoreExecution {
  /// On the caller's thread, and not on the connection's own: the simulator has one thread, and one order of things.
  @TaskLocal package static var isInline = false

  #if Faults
    /// Where writers of this task leave their connection and find it.
    @TaskLocal package static var kept: KeptConnection?
  #endif
}
