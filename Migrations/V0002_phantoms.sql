-- Devices that the hypervisor process has and libvirt does not know: a call that was cut off left them. They go with
-- the process, so each names the run (libvirt's domain id) that it was seen in.
CREATE TABLE phantoms (
  domain BLOB NOT NULL REFERENCES domains ON DELETE CASCADE,
  device TEXT NOT NULL,
  alias TEXT NOT NULL,
  slot TEXT,
  run INTEGER NOT NULL,
  since INTEGER NOT NULL,
  said TEXT NOT NULL,
  sum BLOB NOT NULL,
  PRIMARY KEY (domain, device)
) STRICT, WITHOUT ROWID;
