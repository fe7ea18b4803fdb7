/// Whether reading a YAML text could take longer than its length allows, judged from its bytes before the parser
/// sees them.
///
/// Anchors and aliases are refused after parsing, node by node. But the parser compares the keys of a mapping while
/// it reads, and a key may be a list of aliases of lists of aliases: a billion laughs in the comparison. That takes
/// anchors, aliases and a key that is no plain word, so a text with all three goes no further. It errs on the side of
/// refusing, never the other way: every real anchor, alias and such key is seen.
enum YAMLHazards {
  /// So few aliases cannot do harm, and `*` has other uses in texts.
  private static let harmlessAliases = 4

  static func mayExpand(_ text: String.UTF8View) -> Bool {
    var aliases = 0
    var anchors = 0
    var hasOtherKey = false
    var previous = UInt8(ascii: "\n")
    // Whether a `:` here could make a key of a list, mapping or alias: such a key stands on one line.
    var endsOtherKey = false
    for byte in text {
      let isName = byte > 0x20 && !",[]{}".utf8.contains(byte)
      switch previous {
      case UInt8(ascii: "*") where isName:
        aliases += 1
        endsOtherKey = true
      case UInt8(ascii: "&") where isName: anchors += 1
      default: break
      }
      switch byte {
      case UInt8(ascii: "?"): hasOtherKey = true
      case UInt8(ascii: ":"): if endsOtherKey { hasOtherKey = true }
      case UInt8(ascii: "]"), UInt8(ascii: "}"): endsOtherKey = true
      case UInt8(ascii: ","), UInt8(ascii: "["), UInt8(ascii: "{"), UInt8(ascii: "\n"): endsOtherKey = false
      default: break
      }
      previous = byte
    }
    return anchors > 0 && aliases > harmlessAliases && hasOtherKey
  }
}
