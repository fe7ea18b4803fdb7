package import Libvirt
import Vocabulary

/// What every `Hypervisor` must do: libvirt's behaviour as far as vmctl rests on it, written once and run on the real
/// one and on the fake. What a newer libvirt changes shows here first.
package enum HypervisorContract {
  /// One behaviour. Its name is a sentence about libvirt.
  package struct Behaviour: Sendable, CustomStringConvertible {
    package let name: String
    /// Whether it needs a guest that boots and answers.
    package let needsGuest: Bool
    let check: @Sendable (ContractCase) async throws -> Void

    init(
      _ name: String, needsGuest: Bool = false, _ check: @escaping @Sendable (ContractCase) async throws -> Void
    ) {
      self.name = name
      self.needsGuest = needsGuest
      self.check = check
    }

    package var description: String { name }

    /// Makes a domain of its own, checks, and removes what is left of it, whatever happens.
    package func run(on subject: ContractSubject) async throws {
      let domain = try subject.makeDomain(withGuest: needsGuest)
      let `case` = ContractCase(subject: subject, domain: domain, events: EventRecorder())
      let stream = try await subject.hypervisor.events()
      let recording = Task { for await event in stream { await `case`.events.add(event) } }
      let outcome: Result<Void, any Error>
      do { outcome = .success(try await check(`case`)) } catch { outcome = .failure(error) }
      await domain.remove(from: subject.hypervisor)
      recording.cancel()
      try outcome.get()
    }
  }

  package static let behaviours: [Behaviour] = definition + power + devices + updates + metadata + events
}

/// A hypervisor to check, and what the checks may use of its host.
package struct ContractSubject: Sendable {
  package enum Machine: String, Sendable, CaseIterable { case q35, pc }

  package let hypervisor: any Hypervisor
  package let machine: Machine
  /// A folder where image files may be made, the same for the hypervisor and for us.
  package let images: String
  package let network: String
  package let makeImage: @Sendable (String) throws -> Void
  /// Time as the hypervisor sees it.
  package let now: @Sendable () -> Duration
  /// Makes a domain's guest boot to where it answers; `nil`: there is no such guest.
  package let boot: (@Sendable (ContractDomain, any Hypervisor) async throws -> Void)?
  /// Elements for `<os>` that boot a guest which answers.
  package let bootElements: String

  package init(
    hypervisor: any Hypervisor, machine: Machine, images: String, network: String = "default",
    makeImage: @escaping @Sendable (String) throws -> Void = { _ in }, now: @escaping @Sendable () -> Duration,
    bootElements: String = "", boot: (@Sendable (ContractDomain, any Hypervisor) async throws -> Void)? = nil
  ) {
    self.hypervisor = hypervisor
    self.machine = machine
    self.images = images
    self.network = network
    self.makeImage = makeImage
    self.now = now
    self.boot = boot
    self.bootElements = bootElements
  }

  func makeDomain(withGuest: Bool) throws -> ContractDomain {
    let domain = ContractDomain(machine: machine, images: images, network: network, os: withGuest ? bootElements : "")
    try makeImage(domain.image("data"))
    try makeImage(domain.image("other"))
    return domain
  }
}

/// One behaviour being checked on one subject.
package struct ContractCase: Sendable {
  let subject: ContractSubject
  let domain: ContractDomain
  let events: EventRecorder

  var hypervisor: any Hypervisor { subject.hypervisor }
  var uuid: DomainUUID { domain.uuid }

  /// Defines the domain.
  func define() async throws {
    let uuid = try await hypervisor.create(domain.definition)
    try expect(uuid == domain.uuid, "create returned \(uuid), not \(domain.uuid)")
  }

  /// Defines and starts it; with a guest, waits until that answers.
  func defineAndStart() async throws {
    try await define()
    if let boot = subject.boot, !domain.os.isEmpty {
      try await boot(domain, hypervisor)
    } else {
      try await hypervisor.start(uuid)
    }
  }

  func observe() async throws -> Observation {
    guard let observation = try await hypervisor.observe(.uuid(uuid)) else {
      throw ContractViolation("libvirt does not know the domain")
    }
    return observation
  }

  /// The XML of a side, for looking at; the domain must have that side.
  func xml(_ side: Side) async throws -> String {
    guard let xml = try await observe().xml(side) else { throw ContractViolation("there is no \(side) side") }
    return xml.shown
  }

  /// How long `body` took on the hypervisor's clock.
  func time(_ body: () async throws -> Void) async throws -> Duration {
    let start = subject.now()
    try await body()
    return subject.now() - start
  }
}

/// The contract is broken: what was found.
package struct ContractViolation: Error, CustomStringConvertible {
  package let description: String

  init(_ description: String) { self.description = description }
}

func expect(_ condition: Bool, _ violation: @autoclosure () -> String) throws {
  guard condition else { throw ContractViolation(violation()) }
}

/// Checks that `body` is refused with one of the codes.
func expectRefusal(
  _ codes: LibvirtError.Code..., what: String, _ body: () async throws -> Void
) async throws {
  do {
    try await body()
  } catch let error as LibvirtError {
    try expect(codes.contains(error.code), "\(what): refused otherwise: \(error)")
    return
  }
  throw ContractViolation("\(what): not refused")
}
