import Control
import DomainXML
import Foundation
import Libvirt
import TestSupport
import Testing
import Vocabulary

extension Live {
  /// Each kind of device that can come and go, on the real hypervisor: attached to a running domain on both sides,
  /// kept over a cold boot and over the loss of the store, and taken away again.
  @Suite(.serialized, .needsHost, .timeLimit(.minutes(15))) struct Kinds {
    struct Sample: Sendable, CustomTestStringConvertible {
      let name: String
      let xml: String
      /// Files that the device names, made for it.
      var files: [String] = []
      var testDescription: String { name }
    }

    static let samples: [Sample] = [
      Sample(
        name: "virtio disk",
        xml: "<disk type='file'><source file='FOLDER/d.img'/><target dev='vdb' bus='virtio'/></disk>",
        files: ["d.img"]),
      Sample(
        name: "scsi disk", xml: "<disk type='file'><source file='FOLDER/d.img'/><target dev='sda' bus='scsi'/></disk>",
        files: ["d.img"]),
      Sample(
        name: "usb disk", xml: "<disk type='file'><source file='FOLDER/d.img'/><target dev='sda' bus='usb'/></disk>",
        files: ["d.img"]),
      Sample(
        name: "scsi cdrom",
        xml: "<disk type='file' device='cdrom'><source file='FOLDER/d.img'/><target dev='sda' bus='scsi'/>"
          + "<readonly/></disk>",
        files: ["d.img"]),
      Sample(
        name: "virtio card", xml: "<interface type='network'><source network='NET'/><model type='virtio'/></interface>"),
      Sample(
        name: "e1000 card", xml: "<interface type='network'><source network='NET'/><model type='e1000'/></interface>"),
      Sample(
        name: "e1000e card", xml: "<interface type='network'><source network='NET'/><model type='e1000e'/></interface>"),
      Sample(name: "rng", xml: "<rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>"),
      Sample(
        name: "channel", xml: "<channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>"),
      Sample(name: "virtio console", xml: "<console type='pty'><target type='virtio'/></console>"),
      Sample(name: "usb tablet", xml: "<input type='tablet' bus='usb'/>"),
      Sample(name: "virtio keyboard", xml: "<input type='keyboard' bus='virtio'/>"),
      Sample(
        name: "shmem", xml: "<shmem name='NAME'><model type='ivshmem-plain'/><size unit='M'>4</size></shmem>"),
      Sample(name: "i6300esb watchdog", xml: "<watchdog model='i6300esb' action='none'/>"),
      Sample(name: "pci serial", xml: "<serial type='pty'><target type='pci-serial'/></serial>"),
      Sample(name: "usb serial", xml: "<serial type='pty'><target type='usb-serial'/></serial>"),
    ]

    @Test(arguments: ["pc", "q35"], samples)
    func `it comes on both sides, stays where it is, and goes`(_ machine: String, _ sample: Sample) async throws {
      try await LiveDomain.with(machine: machine) { domain in
        let root = try domain.disk("root", target: "vda", extra: ", bootOrder: 1")
        for file in sample.files {
          try Data(count: 1 << 20).write(to: URL(filePath: "\(domain.folder)/\(file)"))
        }
        let xml = sample.xml.replacing("FOLDER", with: domain.folder).replacing("NET", with: domain.host.network)
          .replacing("NAME", with: domain.name)
        let device = "{id: it, xml: \"\(xml)\"}"
        let with = domain.document([root, device], boots: false)
        let first = try await domain.reconcile(domain.document([root], boots: false))
        #expect(first.outcome == .asWanted, "\(first.problems)")
        let attached = try await domain.reconcile(with)
        #expect(attached.outcome == .asWanted, "\(attached.problems) \(attached.refused)")
        let before = try #require(try await domain.report().devices.first { $0.id == "it" })
        #expect(before.sides == ["live", "persistent"])
        #expect(before.persistentSlot == nil, "the sides have it at different places")
        #expect(try await domain.plan(with).steps.isEmpty)

        #expect(try await domain.perform(.stop, force: true, timeout: 200).outcome == .asWanted)
        #expect(try await domain.perform(.start).outcome == .asWanted)
        try FileManager.default.removeItem(atPath: domain.folder + "/store")
        let plan = try await domain.plan(with)
        #expect(plan.steps.isEmpty && plan.refused.isEmpty, "\(plan.steps) \(plan.refused)")
        let after = try #require(try await domain.report().devices.first { $0.id == "it" })
        #expect(after.slot == before.slot && after.guestPath == before.guestPath)

        #expect(try await domain.reconcile(with).outcome == .asWanted)
        #expect(try await domain.perform(.stop, force: true, timeout: 200).outcome == .asWanted)
        let gone = try await domain.reconcile(domain.document([root], power: "stopped", boots: false))
        #expect(gone.outcome == .asWanted, "\(gone.problems) \(gone.refused)")
        #expect(!(try await domain.report().devices.contains { $0.id == "it" }))
      }
    }
  }
}
