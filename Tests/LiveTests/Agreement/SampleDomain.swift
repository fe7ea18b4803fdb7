import DomainXML
import TestSupport

/// A domain put together at random, of what the libvirt at hand takes.
enum SampleDomain {
  /// `number` stands in its name and UUID, and every default is filled in.
  static func make(_ number: Int, _ numbers: inout SeededNumbers, by libvirt: SavedImage) throws -> String {
    let isQ35 = Bool.random(using: &numbers)
    let hasCells = numbers.once(in: 2)
    var domain = try MutableElement(parsing: bare(number, machine: isQ35 ? "pc-q35-7.2" : "pc-i440fx-7.2"))
    var parts: [String] = []
    for options in sections {
      if let option = options.randomElement(using: &numbers), !option.isEmpty { parts.append(option) }
    }
    if hasCells { parts.append(cells) }
    var devices = SampleDevices.any.filter { _ in numbers.once(in: 4) }
    devices += (isQ35 ? SampleDevices.q35 : SampleDevices.i440fx).filter { _ in numbers.once(in: 3) }
    devices += SampleDevices.choices.compactMap { numbers.once(in: 2) ? $0.randomElement(using: &numbers) : nil }
    if hasCells { devices += SampleDevices.memory.filter { _ in numbers.once(in: 2) } }
    devices.shuffle(using: &numbers)
    for (part, isDevice) in parts.map({ ($0, false) }) + devices.map({ ($0, true) }) {
      let candidate = try MutableElement(parsing: domain.xml)
      for element in try MutableElement(parsing: "<some>\(part)</some>").children {
        candidate.merge(element, isDevice: isDevice)
      }
      // What this libvirt does not know, or not beside the others, is left out.
      if takes(candidate.xml, libvirt) { domain = candidate }
    }
    return try libvirt.defined(domain.xml)
  }

  private static func takes(_ document: String, _ libvirt: SavedImage) -> Bool {
    do {
      try libvirt.check(document, document)
      return true
    } catch {
      return false
    }
  }

  private static func bare(_ number: Int, machine: String) -> String {
    let digits = String(number)
    let uuid = "00000000-0000-4000-8000-" + String(repeating: "0", count: 12 - digits.count) + digits
    return """
      <domain type='qemu'><name>sample-\(number)</name><uuid>\(uuid)</uuid><memory unit='MiB'>512</memory>
      <vcpu>4</vcpu><os><type arch='x86_64' machine='\(machine)'>hvm</type></os><features><acpi/></features><devices/>
      </domain>
      """
  }

  /// Without them there is no room for memory devices.
  private static let cells =
    "<maxMemory slots='16' unit='MiB'>8192</maxMemory>"
    + "<cpu><numa><cell id='0' cpus='0-1' memory='256' unit='MiB'><distances><sibling id='1' value='21'/></distances>"
    + "</cell><cell id='1' cpus='2-3' memory='256' unit='MiB'/></numa></cpu>"

  /// One option of each line is in a domain; the empty one leaves the section to libvirt.
  static let sections = [
    ["", "<title>a sample</title>", "<metadata><a:b xmlns:a='https://example.org/a'>c</a:b></metadata>"],
    ["", "<genid>e9392370-2917-565e-692b-d057f46512d6</genid>"],
    ["", "<vcpu current='2'>4</vcpu>"],
    ["", "<memoryBacking><source type='memfd'/><access mode='shared'/></memoryBacking>"],
    ["", "<cputune><shares>512</shares></cputune>", "<iothreads>2</iothreads>"],
    [
      "", "<os><smbios mode='host'/></os>",
      "<sysinfo type='smbios'><bios><entry name='vendor'>A</entry><entry name='version'>1</entry></bios><system>"
        + "<entry name='manufacturer'>ACME</entry><entry name='serial'>S-1</entry><entry name='sku'>k</entry></system>"
        + "<baseBoard><entry name='product'>board</entry></baseBoard><chassis><entry name='asset'>7</entry></chassis>"
        + "<oemStrings><entry>ds=nocloud</entry></oemStrings></sysinfo><os><smbios mode='sysinfo'/></os>",
      "<sysinfo type='fwcfg'><entry name='opt/org.example/a'>b</entry></sysinfo>",
    ],
    [
      "", "<os><bootmenu enable='yes' timeout='3000'/><bios useserial='no' rebootTimeout='0'/></os>",
      "<os><kernel>/srv/vmlinuz</kernel><cmdline>quiet</cmdline></os>",
      "<os><loader readonly='yes' type='pflash'>/usr/share/OVMF/OVMF_CODE_4M.fd</loader></os>",
    ],
    [
      "", "<cpu mode='custom' match='exact' check='none'><model fallback='forbid'>qemu64</model></cpu>",
      "<cpu mode='custom' match='exact' check='partial'><model fallback='allow'>Skylake-Client</model>"
        + "<vendor>Intel</vendor><topology sockets='1' dies='1' cores='4' threads='1'/>"
        + "<cache level='3' mode='emulate'/><feature policy='require' name='vmx'/><feature policy='disable' name='hle'/></cpu>",
      "<cpu mode='custom'><model vendor_id='ACMEACMEACME'>Nehalem</model><topology sockets='2' cores='1' threads='2'/>"
        + "<maxphysaddr mode='emulate' bits='42'/><feature policy='force' name='x2apic'/></cpu>",
      "<cpu mode='host-model'><feature policy='disable' name='svm'/></cpu>", "<cpu mode='maximum'/>",
      "<cpu><topology sockets='4' cores='1' threads='1'/></cpu>",
    ],
    [
      "", "<features><apic eoi='on'/><pae/><hap state='on'/><vmport state='off'/></features>",
      "<features><apic/><pmu state='off'/><pvspinlock state='on'/><vmcoreinfo state='on'/></features>",
      "<features><apic/><smm state='on'><tseg unit='MiB'>48</tseg></smm><ioapic driver='qemu'/></features>",
      "<features><viridian/><privnet/><msrs unknown='ignore'/></features>",
    ],
    [
      "",
      "<features><hyperv mode='custom'><relaxed state='on'/><vapic state='on'/><vpindex state='on'/>"
        + "<spinlocks state='on' retries='8191'/><runtime state='on'/><synic state='on'/><stimer state='on'>"
        + "<direct state='on'/></stimer><vendor_id state='on' value='ACME'/><frequencies state='on'/></hyperv></features>",
      "<features><kvm><hidden state='on'/><poll-control state='on'/><dirty-ring state='on' size='4096'/></kvm></features>",
      "<features><kvm><hint-dedicated state='on'/><pv-ipi state='off'/></kvm></features>",
    ],
    [
      "",
      "<clock offset='localtime'><timer name='rtc' tickpolicy='catchup' track='guest'/>"
        + "<timer name='pit' tickpolicy='delay'/><timer name='hpet' present='no'/></clock>",
      "<clock offset='variable' adjustment='60' basis='utc'><timer name='kvmclock' present='no'/>"
        + "<timer name='hypervclock' present='yes'/><timer name='tsc' frequency='2000000000' mode='emulate'/></clock>",
      "<clock offset='timezone' timezone='Europe/Prague'/>",
    ],
    ["", "<on_crash>preserve</on_crash>", "<pm><suspend-to-mem enabled='no'/><suspend-to-disk enabled='yes'/></pm>"],
  ]
}

extension MutableElement {
  /// Adds a part of a domain: a device to its devices, any other into the section of its name.
  fileprivate func merge(_ part: MutableElement, isDevice: Bool) {
    if isDevice {
      child("devices")?.children.append(part)
    } else if let section = child(part.name) {
      for attribute in part.attributes { section[attribute.name] = attribute.value }
      section.children += part.children
      if part.children.isEmpty { section.text = part.text }
    } else {
      children.append(part)
    }
  }
}
