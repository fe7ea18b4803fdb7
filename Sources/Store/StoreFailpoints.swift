package import Faults

/// A durable write of the store, by the method that makes it.
package enum StoreWrite: String, Sendable, CaseIterable {
  case accept, saveDomain, saveChanges, record, startOperation, begin, settle, endOperation, remove, setAside, restore
}

/// The places before and after the store's durable writes at which tests can have something happen.
package enum StoreFailpoints {
  package static let all: [Failpoint] = StoreWrite.allCases.flatMap { write in
    Failpoint.Moment.allCases.map { point(write, $0) }
  }

  static func point(_ write: StoreWrite, _ moment: Failpoint.Moment) -> Failpoint {
    Failpoint("store." + write.rawValue, moment)
  }
}
