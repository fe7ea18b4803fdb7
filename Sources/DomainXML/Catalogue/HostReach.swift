/// A field of a device that reaches into the host, and what it reaches there. Read by whoever has to know what a
/// document of somebody who is not root on the host may name.
package struct HostReach: Sendable {
  package enum Object: String, Sendable, Hashable {
    /// An image whose content the guest reads and writes.
    case image
    /// A file that is read.
    case file
    /// A file that is written, and made where it is not there.
    case output
    /// A device node that every host has, as a source of random numbers.
    case node
    /// A device, socket or folder of the host's own.
    case device
    /// A program that the host runs.
    case program
    /// It looks like a path of the host, and is the guest's or libvirt's own.
    case harmless
  }

  package let path: FieldPath
  package let object: Object
  package let when: Condition?

  package init(_ object: Object, _ path: FieldPath, when: Condition? = nil) {
    self.object = object
    self.path = path
    self.when = when
  }

  /// Of every kind.
  package static let common = [HostReach(.file, "rom/@file")]

  static let ofCharacterDevices: [HostReach] = [
    HostReach(.harmless, "source/@path", when: .any([.field("@type", ["pty"]), .not(.present("@type"))])),
    HostReach(.output, "source/@path", when: .field("@type", ["file"])),
    HostReach(.node, "source/@path", when: .field("@type", ["dev"])),
    HostReach(.device, "source/@path", when: .field("@type", ["unix", "pipe"])),
    HostReach(.output, "log/@file"),
    HostReach(.harmless, "@tty"),
  ]
}

/// When a device as a whole is a piece of the host: given to the guest, or a way out of it.
package struct HostPiece: Sendable {
  package enum What: Sendable, Hashable {
    case device
    /// Storage that is reached over the network: in the guest's name, with the host's access.
    case network
  }

  package let what: What
  /// `nil`: always.
  package let when: Condition?
  /// "… is a device of the host": what the refusal says of it.
  package let why: String

  package init(what: What = .device, when: Condition? = nil, _ why: String) {
    self.what = what
    self.when = when
    self.why = why
  }

  package func holds(for device: Element) -> Bool { when?.holds(for: device, libvirt: nil) ?? true }

  /// Terminals that libvirt makes, files, and what only the guest's own screen and agent are at the other end of.
  static let ofCharacterDevices: [HostPiece] = [
    HostPiece(
      when: .not(
        .any([
          .not(.present("@type")),
          .field("@type", ["pty", "vc", "null", "file", "dev", "spicevmc", "spiceport", "qemu-vdagent"]),
          .all([.field("@type", ["unix"]), .not(.present("source/@path"))]),
        ])), "it connects the guest to a socket, a pipe or the network of the host")
  ]
}
