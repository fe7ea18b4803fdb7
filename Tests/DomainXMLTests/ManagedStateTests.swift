import DomainXML
import Testing
import Vocabulary

/// Our metadata element: written and read back as the same value, under any prefix (design section 6).
@Suite struct ManagedStateTests {
  private static func id(_ text: String) throws -> DeviceID { try #require(DeviceID(text)) }

  private func full() throws -> ManagedState {
    var state = ManagedState(
      generation: Generation(7), creationDigest: Digest(words: (1, 2, 3, UInt64.max)), isProtected: true,
      unprotected: [try Self.id("z"), try Self.id("a")])
    state.bindings = [
      ManagedState.Binding(id: try Self.id("root"), content: Digest(words: (0xdead, 0, 1, 0xbeef)), isProtected: true),
      ManagedState.Binding(id: try Self.id("lan"), alias: "ua-old", isLeaving: true),
      ManagedState.Binding(id: try Self.id("tty"), key: "serial port='0' <&>", isReference: true),
    ]
    state.tombstones = [
      ManagedState.Tombstone(id: try Self.id("x"), slot: .pci(PCIAddress(bus: 5, slot: 0))),
      ManagedState.Tombstone(
        id: try Self.id("y"), slot: .drive(DriveAddress(interface: "scsi", controller: 0, bus: 0, target: 1, unit: 2))),
    ]
    return state
  }

  @Test func `it comes back as it was written, with and without namespace`() throws {
    let state = try full()
    #expect(ManagedState(try DomainDocument(state.xml).root) == state)
    let text = "<domain><metadata>\(state.xmlWithNamespace.shown)</metadata></domain>"
    #expect(ManagedState(in: try DomainDefinition(XMLText(text))) == state)
    let renamed = text.replacing("<vmctl:", with: "<q:").replacing("</vmctl:", with: "</q:")
      .replacing("xmlns:vmctl", with: "xmlns:q")
    #expect(ManagedState(in: try DomainDefinition(XMLText(renamed))) == state)
    #expect(
      ManagedState(in: try DomainDefinition(XMLText("<domain><metadata><x xmlns='urn:x'/></metadata></domain>"))) == nil
    )
  }

  @Test func `what this version does not know is kept`() throws {
    let text = """
      <domain generation='3' era='2' xmlns:f='urn:f' f:a='dropped'>
        <device id='a' colour='blue'/>
        <device/>
        <quota id='q'><limit n='1'>five &amp; six</limit></quota>
        <tombstone id='t' slot='warp 9'/>
      </domain>
      """
    let state = ManagedState(try DomainDocument(XMLText(text)).root)
    #expect(state.bindings.map(\.id.text) == ["a"])
    let written = state.xml.shown
    for part in ["era='2'", "colour='blue'", "<limit n='1'>five &amp; six</limit>", "slot='warp 9'", "generation='3'"] {
      #expect(written.contains(part), "\(part)")
    }
    #expect(ManagedState(try DomainDocument(state.xml).root) == state)
    #expect(ManagedState(try DomainDocument(state.xmlWithNamespace).root) == state)
  }

  @Test func `nonsense is passed over`() throws {
    let text = "<domain generation='x' creation='sha256:12' protected='maybe'><device id='..'/><unprotected/></domain>"
    let state = ManagedState(try DomainDocument(XMLText(text)).root)
    #expect(state.generation == nil && state.creationDigest == nil && !state.isProtected && state.bindings.isEmpty)
  }

  @Test func `only the newest tombstones are written`() throws {
    var state = ManagedState()
    state.tombstones = try (0..<80).map {
      ManagedState.Tombstone(id: try Self.id("d\($0)"), slot: .usb(bus: 0, port: "1"))
    }
    let back = ManagedState(try DomainDocument(state.xml).root)
    #expect(back.tombstones.count == ManagedState.tombstoneLimit)
    #expect(back.tombstones.first?.id.text == "d16")
  }
}
