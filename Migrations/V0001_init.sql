-- The store of vmctl. STRICT everywhere: SQLite keeps no value of a type that the column does not name.
--
-- domain  32 bytes: the host's UUID, then the domain's.
-- times   milliseconds since 1970-01-01 UTC, given by the program; there is no "last seen" (it would break I9).
-- sum     SHA-256 over the table's name and the row's other columns: quick_check does not see a changed payload.

PRAGMA application_id = 0x766d6374; -- "vmct"

-- The fence: a writer counts up once, before its first change, and finds out if another has counted since.
CREATE TABLE writer (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  epoch INTEGER NOT NULL
) STRICT;
INSERT INTO writer VALUES (1, 0);

-- What libvirt returned and what users sent, byte for byte, once for each content.
CREATE TABLE blobs (
  digest BLOB NOT NULL PRIMARY KEY CHECK (length(digest) = 32),
  codec INTEGER NOT NULL, -- 0: the bytes as they are
  size INTEGER NOT NULL,  -- of the content, before any codec
  bytes BLOB NOT NULL
) STRICT;

CREATE TABLE domains (
  domain BLOB NOT NULL PRIMARY KEY CHECK (length(domain) = 32),
  name TEXT NOT NULL,
  incarnation INTEGER NOT NULL,
  origin TEXT NOT NULL CHECK (origin IN ('ours', 'foreign', 'adopted')),
  created_at INTEGER NOT NULL,
  creation_digest BLOB,
  applied_generation INTEGER,
  observed_generation INTEGER,
  protected INTEGER NOT NULL,
  suspended INTEGER NOT NULL,
  started_by_us INTEGER NOT NULL,
  stopped_by_us INTEGER NOT NULL,
  paused_by_us INTEGER NOT NULL,
  ever_started INTEGER NOT NULL,
  last_good_start_at INTEGER,
  failed_starts INTEGER NOT NULL,
  last_start_at INTEGER,
  gone_reason TEXT,
  gone_since INTEGER,
  sum BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX domains_by_name ON domains (name);

-- How many domains a name has had. Outlives them: a new domain of an old name must get a new UUID.
CREATE TABLE incarnations (
  host BLOB NOT NULL CHECK (length(host) = 16),
  name TEXT NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (host, name)
) STRICT, WITHOUT ROWID;

-- The record of each side, newest revision first by number. The newest is what libvirt returned last.
CREATE TABLE revisions (
  domain BLOB NOT NULL REFERENCES domains ON DELETE CASCADE,
  side TEXT NOT NULL CHECK (side IN ('live', 'persistent')),
  revision INTEGER NOT NULL,
  digest BLOB NOT NULL REFERENCES blobs,
  libvirt_version INTEGER NOT NULL,
  hypervisor_version INTEGER NOT NULL,
  recorded_at INTEGER NOT NULL,
  origin TEXT NOT NULL CHECK (origin IN ('ours', 'foreign', 'libvirt', 'guest')),
  operation INTEGER, -- no reference: operations are dropped before revisions
  sum BLOB NOT NULL,
  PRIMARY KEY (domain, side, revision)
) STRICT, WITHOUT ROWID;
CREATE INDEX revisions_by_digest ON revisions (digest);

CREATE TABLE intents (
  domain BLOB NOT NULL REFERENCES domains ON DELETE CASCADE,
  generation INTEGER NOT NULL,
  client_generation INTEGER,
  text_digest BLOB NOT NULL REFERENCES blobs,
  canonical_digest BLOB NOT NULL,
  received_at INTEGER NOT NULL,
  source TEXT NOT NULL,
  sum BLOB NOT NULL,
  PRIMARY KEY (domain, generation)
) STRICT, WITHOUT ROWID;
CREATE INDEX intents_by_digest ON intents (text_digest);

CREATE TABLE ledger (
  domain BLOB NOT NULL REFERENCES domains ON DELETE CASCADE,
  device TEXT NOT NULL,
  side TEXT NOT NULL CHECK (side IN ('both', 'live', 'persistent')),
  kind TEXT NOT NULL,
  alias TEXT NOT NULL,
  slot TEXT,
  guest_path TEXT,
  mac TEXT,
  natural_key TEXT,
  state TEXT NOT NULL CHECK (state IN ('held', 'tombstone')),
  since INTEGER NOT NULL,
  removed_at INTEGER,
  sum BLOB NOT NULL,
  PRIMARY KEY (domain, device, side)
) STRICT, WITHOUT ROWID;

-- The ids of the document that was applied last (R3).
CREATE TABLE applied (
  domain BLOB NOT NULL REFERENCES domains ON DELETE CASCADE,
  device TEXT NOT NULL,
  kind TEXT NOT NULL,
  alias TEXT NOT NULL,
  reference INTEGER NOT NULL,
  protected INTEGER NOT NULL,
  xml_digest BLOB NOT NULL,
  generation INTEGER NOT NULL,
  sum BLOB NOT NULL,
  PRIMARY KEY (domain, device)
) STRICT, WITHOUT ROWID;

CREATE TABLE operations (
  id INTEGER PRIMARY KEY AUTOINCREMENT, -- AUTOINCREMENT: a number is never given twice
  domain BLOB REFERENCES domains ON DELETE CASCADE,
  verb TEXT NOT NULL,
  generation INTEGER,
  started_at INTEGER NOT NULL,
  ended_at INTEGER,
  outcome TEXT,
  exit_code INTEGER,
  summary TEXT,
  sum BLOB NOT NULL
) STRICT;
CREATE INDEX operations_by_domain ON operations (domain, id);

CREATE TABLE steps (
  operation INTEGER NOT NULL REFERENCES operations ON DELETE CASCADE,
  number INTEGER NOT NULL,
  domain BLOB, -- its operation's: the open steps of one domain are asked for in every pass
  target_kind TEXT NOT NULL,
  target_name TEXT NOT NULL,
  device_kind TEXT,
  action TEXT NOT NULL,
  side TEXT CHECK (side IN ('live', 'persistent')),
  call TEXT NOT NULL,
  effect TEXT NOT NULL,
  slot TEXT,
  xml_digest BLOB REFERENCES blobs,
  reason TEXT NOT NULL,
  origin TEXT NOT NULL CHECK (origin IN ('ours', 'foreign', 'libvirt', 'guest')),
  state TEXT NOT NULL
    CHECK (state IN ('planned', 'started', 'done', 'notDone', 'unknown', 'waiting', 'skipped')),
  started_at INTEGER,
  settled_at INTEGER,
  error TEXT,
  sum BLOB NOT NULL,
  PRIMARY KEY (operation, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX steps_by_digest ON steps (xml_digest) WHERE xml_digest IS NOT NULL;
CREATE INDEX steps_open ON steps (domain, operation, number)
  WHERE state IN ('planned', 'started', 'unknown', 'waiting');

CREATE TABLE unplugs (
  domain BLOB NOT NULL REFERENCES domains ON DELETE CASCADE,
  target_kind TEXT NOT NULL,
  target_name TEXT NOT NULL,
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

CREATE TABLE conditions (
  domain BLOB NOT NULL REFERENCES domains ON DELETE CASCADE,
  type TEXT NOT NULL,
  status INTEGER NOT NULL,
  reason TEXT NOT NULL,
  message TEXT NOT NULL,
  since INTEGER NOT NULL,
  observed_generation INTEGER,
  sum BLOB NOT NULL,
  PRIMARY KEY (domain, type)
) STRICT, WITHOUT ROWID;

-- Garbage goes in the transaction that made it, by whatever way the last reference went.
CREATE TRIGGER revisions_garbage AFTER DELETE ON revisions BEGIN
  DELETE FROM blobs WHERE digest = OLD.digest
    AND NOT EXISTS (SELECT 1 FROM revisions WHERE digest = OLD.digest)
    AND NOT EXISTS (SELECT 1 FROM intents WHERE text_digest = OLD.digest)
    AND NOT EXISTS (SELECT 1 FROM steps WHERE xml_digest = OLD.digest);
END;
CREATE TRIGGER intents_garbage AFTER DELETE ON intents BEGIN
  DELETE FROM blobs WHERE digest = OLD.text_digest
    AND NOT EXISTS (SELECT 1 FROM revisions WHERE digest = OLD.text_digest)
    AND NOT EXISTS (SELECT 1 FROM intents WHERE text_digest = OLD.text_digest)
    AND NOT EXISTS (SELECT 1 FROM steps WHERE xml_digest = OLD.text_digest);
END;
CREATE TRIGGER steps_garbage AFTER DELETE ON steps WHEN OLD.xml_digest IS NOT NULL BEGIN
  DELETE FROM blobs WHERE digest = OLD.xml_digest
    AND NOT EXISTS (SELECT 1 FROM revisions WHERE digest = OLD.xml_digest)
    AND NOT EXISTS (SELECT 1 FROM intents WHERE text_digest = OLD.xml_digest)
    AND NOT EXISTS (SELECT 1 FROM steps WHERE xml_digest = OLD.xml_digest);
END;
