import Control
import Foundation
import Server

/// One request that each route answers, and what the control is asked for it.
struct RouteSample: Sendable {
  let operationID: String
  let method: String
  let target: String
  var headers: [String: String] = [:]
  var body: String?
  var status = 200
  let calls: [String]

  init(
    _ operationID: String, _ method: String, _ target: String, headers: [String: String] = [:], body: String? = nil,
    status: Int = 200, _ calls: [String]
  ) {
    self.operationID = operationID
    self.method = method
    self.target = target
    self.headers = headers
    self.body = body
    self.status = status
    self.calls = calls
  }

  static let yaml = ["Content-Type": "application/yaml"]

  static let all: [RouteSample] =
    [
      RouteSample(
        "listDomains", "GET", "/v1/domains?label=team=a&label=owner&managed=true&limit=10&after=a+b%25",
        [#"list ["owner=", "team=a"] true a b% 10"#]),
      RouteSample("getDomain", "GET", "/v1/domains/web", [#"domains ["web"]"#, "document web 7"]),
      RouteSample(
        "deleteDomain", "DELETE", "/v1/domains/web?nvram=keep&tpm=delete&snapshots=delete&force=true&timeout=30s",
        headers: ["Idempotency-Key": "k1"], status: 202,
        ["begin delete web - 30000 true false keep,delete,-,delete - token:all k1"]),
      RouteSample(
        "queryDomains", "POST", "/v1/domains/query", body: #"{"names":["web","db"]}"#, [#"domains ["web", "db"]"#]),
      RouteSample(
        "putIntent", "PUT", "/v1/domains/web/intent",
        headers: yaml.merging(["If-Match": "\"7\"", "Idempotency-Key": "k2"]) { $1 }, body: "kind: Domain",
        status: 202, ["submit web web.yaml 12 generation(7) k2 token:all full"]),
      RouteSample("getIntent", "GET", "/v1/domains/web/intent?generation=5", ["document web 5"]),
      RouteSample(
        "planDomain", "POST", "/v1/domains/web/plan?removals=a&removals=b&grow=true", headers: yaml,
        body: "kind: Domain",
        [#"plan ["web"] ["web.yaml:12"] false ["a", "b"] false true 60000 false token:all"#]),
      RouteSample(
        "plan", "POST", "/v1/plan", body: #"{"documents":[{"name":"a.yaml","text":"é"}],"domains":["web"]}"#,
        [#"plan ["web"] ["a.yaml:2"] false [] false false 60000 false token:all"#]),
      RouteSample(
        "reconcile", "POST", "/v1/reconcile", body: #"{"all":true,"timeout":500,"isDetached":true}"#,
        ["reconcile [] [] true [] false false 500 true token:all"]),
      RouteSample(
        "reconcileDomain", "POST", "/v1/domains/web/reconcile", body: #"{"removals":["a"],"reassert":true}"#,
        status: 202,
        [#"begin reconcile ["web"] [] false ["a"] true false 60000 false token:all -"#]),
      RouteSample(
        "perform", "POST", "/v1/perform", body: #"{"verb":"start","domain":"web","remains":{"nvram":"keep"}}"#,
        ["perform start web - 60000 false false keep,-,-,- - token:all"]),
      RouteSample(
        "passwordDomain", "POST", "/v1/domains/web/password", body: #"{"screen":"vnc","password":"CANARY-1"}"#,
        status: 202, ["begin password web vnc 60000 false false -,-,-,- - token:all -"]),
      RouteSample("getXML", "GET", "/v1/domains/web/xml?side=live&revision=0", ["xml web live 0"]),
      RouteSample(
        "getDevicesXML", "GET", "/v1/domains/web/devices.xml?side=persistent&kind=disk",
        ["devices web persistent - disk"]),
      RouteSample("getHistory", "GET", "/v1/domains/web/history?limit=5", ["history web 5", "revisions web 5"]),
      RouteSample("getDifferences", "GET", "/v1/domains/web/differences", ["differences web"]),
      RouteSample("getProvenance", "GET", "/v1/domains/web/provenance", ["provenance web"]),
      RouteSample("getAdoption", "GET", "/v1/domains/web/adoption", ["adoption web"]),
      RouteSample("getOperation", "GET", "/v1/operations/3?wait=2s", ["operation 3 0", "operation 3 2000"]),
      RouteSample("watchEvents", "GET", "/v1/events", headers: ["Last-Event-ID": "41"], ["events 41"]),
      RouteSample(
        "compareABI", "POST", "/v1/abi/compare", body: #"{"source":"a","target":"b","libvirt":"9.0"}"#,
        ["compare a b 9.0"]),
      RouteSample(
        "checkHost", "POST", "/v1/abi/check", body: #"{"domains":["web"],"host":[{"name":"h","text":"x"}]}"#,
        [#"check ["web"] false 1 0"#]),
      RouteSample(
        "captureHost", "POST", "/v1/abi/capture", body: #"{"machines":["pc"]}"#, [#"capture ["pc"]"#]),
      RouteSample("snapshotHost", "GET", "/v1/abi/snapshot", ["snapshot"]),
      RouteSample("verifyHost", "POST", "/v1/abi/verify", body: snapshot, ["verify host"]),
      RouteSample("examine", "GET", "/v1/doctor", ["examination"]),
      RouteSample("checkStore", "GET", "/v1/store/check", ["storeCheck"]),
      RouteSample("repairStore", "POST", "/v1/store/repair", ["repairStore"]),
      RouteSample(
        "backUpStore", "POST", "/v1/store/backup", body: #"{"file":"/b","overwriting":true}"#, ["backUpStore /b true"]),
      RouteSample("getOpenAPI", "GET", "/openapi.json", []),
      RouteSample("getHealth", "GET", "/healthz", []),
      RouteSample("getReadiness", "GET", "/readyz", ["readiness"]),
      RouteSample("getMetrics", "GET", "/metrics", []),
    ]
    + ["start", "stop", "restart", "suspend", "resume", "eject", "resize", "adopt", "forget", "restore", "accept"].map {
      RouteSample(
        "\($0)Domain", "POST", "/v1/domains/web/\($0)",
        body: #"{"device":"data","timeout":"5m","force":true,"ifPending":true,"size":4096}"#, status: 202,
        ["begin \($0) web data 300000 true true -,-,-,- 4096 token:all -"])
    }
    + ["protect", "unprotect"].map {
      RouteSample(
        "\($0)Domain", "POST", "/v1/domains/web/\($0)", body: #"{"device":"data"}"#, status: 202,
        ["begin \($0) web data 60000 false false -,-,-,- - token:all -"])
    }

  private static let snapshot: String = {
    do {
      return String(decoding: try JSONEncoder().encode(Sample.snapshot), as: UTF8.self)
    } catch {
      return "\(error)"
    }
  }()
}
