import Commands

/// glibc's malloc.h is not in Swift's Glibc module.
@_silgen_name("mallopt") private func mallopt(_ parameter: Int32, _ value: Int32) -> Int32

@main
struct Main {
  static func main() async {
    // glibc gives each thread an arena that grows page by page, a system call each. One arena that grows by the
    // megabyte serves a process that lives for some milliseconds better (M_ARENA_MAX is -8, M_TOP_PAD is -2). A
    // refusal costs speed only.
    _ = mallopt(-8, 1)
    _ = mallopt(-2, 1 << 20)
    await Program.main()
  }
}
