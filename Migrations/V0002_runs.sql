-- What belongs to one run of a domain (libvirt's domain id) and ends with it.

-- Requests to the guest get the run that they were made in. Those of before have none and are dropped: what is still to
-- go is asked for again.
DROP TABLE unplugs;
CREATE TABLE unplugs (
  domain BLOB NOT NULL REFERENCES domains ON DELETE CASCADE,
  target_kind TEXT NOT NULL,
  target_name TEXT NOT NULL,
  run INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('requested', 'waiting', 'released', 'refused', 'overdue')),
  alias TEXT NOT NULL,
  slot TEXT,
  since INTEGER NOT NULL,
  deadline INTEGER NOT NULL,
  otherwise TEXT NOT NULL CHECK (otherwise IN ('keep', 'nextBoot')),
  attempts INTEGER NOT NULL,
  last_request_at INTEGER,
  next_request_at INTEGER,
  said TEXT,
  sum BLOB NOT NULL,
  PRIMARY KEY (domain, target_kind, target_name)
) STRICT, WITHOUT ROWID;

-- Devices that the hypervisor process has and libvirt does not know: a call that was cut off left them.
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

-- An operation without an end is asked for in every pass.
CREATE INDEX operations_open ON operations (domain, id) WHERE ended_at IS NULL;
