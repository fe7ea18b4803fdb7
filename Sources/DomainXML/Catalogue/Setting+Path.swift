extension Setting.Place {
  /// The field, or the element that holds the entries, where libvirt prints it; `nil` for what is in no definition.
  package var path: FieldPath? {
    switch self {
    case .field(let path, _): path
    case .entry(let element, _, _): element
    case .onlineVCPUs, .bootVCPUs: "vcpu/@current"
    case .balloonTarget: "currentMemory"
    case .bootMemory: "memory"
    case .namespace: "metadata"
    case .outside: nil
    }
  }
}
