import Intent
import Testing
import Vocabulary

/// I8: a document with a secret in it is refused; the fault names the path and never the value.
@Suite struct SecretTests {
  static let secret: [(name: String, spec: String)] = [
    ("graphics password", "devices:\n- {id: a, xml: <graphics type='vnc' passwd='hunter2'/>}"),
    (
      "graphics password in creation",
      "creation:\n  xml: <domain><devices><graphics type='spice' passwd='hunter2'/></devices></domain>"
    ),
    (
      "cookie of a network disk",
      "devices:\n- id: a\n  xml: <disk><source><cookies><cookie name='s'>hunter2</cookie></cookies></source><target dev='vda'/></disk>"
    ),
    (
      "password in a URL",
      "devices:\n- id: a\n  xml: <disk><source protocol='https' name='https://me:hunter2@host/x'/><target dev='vda'/></disk>"
    ),
    (
      "secret as text",
      "devices:\n- id: a\n  xml: <disk><encryption><secret>hunter2</secret></encryption><target dev='vda'/></disk>"
    ),
    (
      "QEMU argument",
      "creation:\n  xml: <domain xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'><qemu:commandline><qemu:arg value='vnc,password=hunter2'/></qemu:commandline></domain>"
    ),
    (
      "environment",
      "creation:\n  xml: <domain xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'><qemu:commandline><qemu:env name='API_TOKEN' value='hunter2'/></qemu:commandline></domain>"
    ),
    ("a key of a device", "devices:\n- id: a\n  interface: {network: default, password: hunter2}"),
    ("a key of spec", "password: hunter2"),
    ("a key of creation", "creation: {memory: 1 GiB, vncPassword: hunter2}"),
  ]

  @Test(arguments: secret.indices) func `is refused by path`(_ index: Int) throws {
    let (name, spec) = SecretTests.secret[index]
    let faults = Documents.faults(Documents.yaml(spec))
    let fault = try #require(faults.first { $0.code == "secret-in-document" }, "\(name): \(faults.map(\.message))")
    #expect(fault.path.hasPrefix("spec"), "\(name)")
    #expect(fault.remedy != nil, "\(name)")
    for fault in faults { #expect(!"\(fault)".contains("hunter2"), "\(name)") }
  }

  @Test func `a label that is called like a secret is refused`() {
    let text = "apiVersion: vmctl/v1\nkind: Domain\nmetadata: {name: a, labels: {db-password: hunter2}}\nspec: {}"
    #expect(
      Documents.faults(text).contains { $0.code == "secret-in-document" && $0.path == "metadata.labels.db-password" })
  }

  static let harmless: [String] = [
    "<disk><source protocol='rbd'><auth username='u'><secret type='ceph' uuid='0b7c5d1e-3b4a-4c5d-8e6f-7a8b9c0d1e2f'/></auth></source><target dev='vda'/></disk>",
    "<disk><encryption format='luks'><secret type='passphrase' usage='disk'/></encryption><target dev='vda'/></disk>",
    "<graphics type='vnc' passwdValidTo='2030-01-01T00:00:00'/>",
    "<disk><source protocol='https' name='https://host:443/a@b'/><target dev='vda'/></disk>",
  ]

  @Test(arguments: harmless) func `a reference to a secret of libvirt's is none`(_ xml: String) {
    #expect(Documents.faults(Documents.yaml("devices:\n- id: a\n  xml: \(xml)")).isEmpty)
  }
}
