-- What a client asked for under a key of its own, so that asking again gets the same answer (Idempotency-Key).
CREATE TABLE requests (
  requester TEXT NOT NULL,
  key TEXT NOT NULL,
  digest BLOB NOT NULL,    -- of what was asked: another under the same key is a mistake
  operation TEXT NOT NULL, -- what was answered
  generation INTEGER,
  at INTEGER NOT NULL,
  sum BLOB NOT NULL,
  PRIMARY KEY (requester, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX requests_by_time ON requests (at);
