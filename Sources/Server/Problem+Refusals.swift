package import Vocabulary

extension Problem {
  /// 403: he is known, and may not.
  package static func withoutScope(_ scope: Scope) -> Problem {
    Problem(
      "forbidden", "this needs the scope '\(scope.rawValue)'", wanted: scope.rawValue,
      remedy: "ask for a token or a role with it")
  }
}
