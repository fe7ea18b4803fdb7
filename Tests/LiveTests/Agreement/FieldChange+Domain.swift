extension FieldChange {
  /// What a domain has beside its devices.
  static let domain = table(
    """
    name: other
    uuid: 00000000-0000-4000-8000-00000000ffff
    genid: e9392370-2917-565e-692b-d057f46512d7
    memory: 524288 1048576 1048577
    memory/@unit: KiB MiB
    currentMemory: 262144 524288
    maxMemory: 4194304 16777216
    maxMemory/@slots: 8 32
    memoryBacking/source/@type: memfd file anonymous
    vcpu: 1 2 4 8
    vcpu/@current: 1 2 3 4
    os/type: hvm xen
    os/type/@arch: x86_64 i686
    os/type/@machine: pc-q35-7.2 pc-q35-7.1 pc-q35-6.2 pc-i440fx-7.2 pc-i440fx-6.2
    os/smbios/@mode: emulate host sysinfo
    os/loader/@secure: yes no
    os/loader/@type: rom pflash
    os/boot/@dev: hd network cdrom
    os/bootmenu/@enable: yes no
    os/bios/@useserial: yes no
    os/bios/@rebootTimeout: 0 5
    os/kernel: /srv/vmlinuz /srv/vmlinuz-2
    os/initrd: /srv/initrd
    os/cmdline: quiet debug
    pm/suspend-to-mem/@enabled: yes no
    pm/suspend-to-disk/@enabled: yes no
    features/acpi: <>
    features/pae: <>
    features/viridian: <>
    features/privnet: <>
    features/apic: <>
    features/apic/@eoi: on off
    features/hap/@state: on off
    features/pvspinlock/@state: on off
    features/pmu/@state: on off
    features/vmport/@state: on off
    features/smm/@state: on off
    features/smm/tseg: 8 16777216
    features/smm/tseg/@unit: MiB B
    features/vmcoreinfo/@state: on off
    features/ioapic/@driver: kvm qemu
    features/msrs/@unknown: ignore fault
    features/hyperv/@mode: custom passthrough
    features/hyperv: <>
    features/hyperv/relaxed/@state: on off
    features/hyperv/vapic/@state: on off
    features/hyperv/spinlocks/@state: on off
    features/hyperv/spinlocks/@retries: 4095 8191 65535
    features/hyperv/vpindex/@state: on off
    features/hyperv/runtime/@state: on off
    features/hyperv/synic/@state: on off
    features/hyperv/stimer/@state: on off
    features/hyperv/stimer/direct/@state: on off
    features/hyperv/reset/@state: on off
    features/hyperv/vendor_id/@state: on off
    features/hyperv/vendor_id/@value: ACME KVM
    features/hyperv/frequencies/@state: on off
    features/hyperv/reenlightenment/@state: on off
    features/hyperv/tlbflush/@state: on off
    features/hyperv/ipi/@state: on off
    features/hyperv/evmcs/@state: on off
    features/hyperv/avic/@state: on off
    features/kvm: <>
    features/kvm/hidden/@state: on off
    features/kvm/hint-dedicated/@state: on off
    features/kvm/poll-control/@state: on off
    features/kvm/pv-ipi/@state: on off
    features/kvm/dirty-ring/@state: on off
    features/kvm/dirty-ring/@size: 2048 4096
    cpu: <>
    cpu/@mode: custom host-model host-passthrough maximum
    cpu/@check: none partial full
    cpu/@migratable: on off
    cpu/model: qemu64 Nehalem Skylake-Client Opteron_G3
    cpu/model/@vendor_id: ACMEACMEACME GenuineIntel
    cpu/vendor: Intel AMD
    cpu/cache/@level: 3 1
    cpu/cache/@mode: emulate passthrough disable
    cpu/maxphysaddr/@mode: emulate passthrough
    cpu/maxphysaddr/@bits: 40 42
    cpu/feature/@name: vmx avx2 svm
    cpu/feature/@policy: require disable force optional forbid
    cpu/numa/cell/@cpus: 0-1 0 0,2
    cpu/numa/cell/@memory: 262144 131072
    cpu/numa/cell/distances/sibling/@value: 20 21 31
    clock/@offset: utc localtime
    clock/@adjustment: 0 3600
    clock/@timezone: Europe/Prague Europe/Paris
    clock/timer/@name: rtc pit hpet kvmclock tsc
    clock/timer/@present: yes no
    clock/timer/@tickpolicy: delay catchup discard
    clock/timer/@track: guest wall
    sysinfo/@type: smbios fwcfg
    sysinfo/bios/entry: B
    sysinfo/system/entry: ACME S-2
    sysinfo/system/entry/@name: product version serial uuid family
    sysinfo/baseBoard/entry: board-2
    sysinfo/chassis/entry: 8
    sysinfo/oemStrings/entry: ds=none
    sysinfo/entry: c
    """)

  /// What of that is between the domain and its host.
  static let host = table(
    """
    title: another
    description: words
    memoryBacking/access/@mode: shared private
    memoryBacking/hugepages: <>
    memtune/hard_limit: 4194304
    blkiotune/weight: 500
    cputune/shares: 256 1024
    iothreads: 1 3
    resource/partition: /other
    on_poweroff: destroy restart
    on_reboot: destroy restart
    on_crash: destroy restart preserve
    vcpu/@placement: static auto
    vcpu/@cpuset: 0 0-1
    cpu/@match: exact minimum strict
    cpu/model/@fallback: allow forbid
    cpu/numa/cell/@memAccess: shared private
    cpu/numa/cell/@discard: yes no
    seclabel/@type: none dynamic
    metadata/b: c
    devices/emulator: /usr/bin/qemu-system-x86_64 /usr/bin/kvm
    """)
}
