"""The reuse index in PostgreSQL, shared by all processes of the service.

The table is a log: rows are numbered 1, 2, 3… without a gap, in the order in which they were committed, because only
one transaction at a time may add one. So each process keeps the hashes in its memory, where row n is at n - 1, fetches
only what was added since, and searches there; PostgreSQL would take some fifty times as long.

Needs psycopg 3 (the extra `postgres`).
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime, timedelta
from threading import Lock
from typing import Any, Final

import psycopg

from escrow_chain.evidence.errors import ReuseIndexUnavailable
from escrow_chain.evidence.hashes import HASH_BYTES, Hashes
from escrow_chain.evidence.nonces import Subject
from escrow_chain.evidence.reuse import Fingerprint, Seen
from escrow_chain.terms.photo import Sighting

SCHEMA: Final = """
CREATE TABLE reuse_sightings (
    number bigint PRIMARY KEY CHECK (number > 0),
    deal bytea NOT NULL CHECK (octet_length(deal) = 32),
    milestone smallint NOT NULL CHECK (milestone BETWEEN 0 AND 255),
    term bytea NOT NULL CHECK (octet_length(term) = 32),
    received_at timestamptz NOT NULL,
    sha256 bytea NOT NULL CHECK (octet_length(sha256) = 32),
    pdq bytea NOT NULL CHECK (octet_length(pdq) = 32)
);

CREATE INDEX reuse_sightings_sha256 ON reuse_sightings (sha256);

CREATE FUNCTION reuse_sightings_only_grow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what was seen stays seen: rows of reuse_sightings are neither changed nor removed';
END $$;

CREATE TRIGGER only_grow BEFORE UPDATE OR DELETE OR TRUNCATE ON reuse_sightings
    EXECUTE FUNCTION reuse_sightings_only_grow();
"""
"""The table, to become a migration."""

# Whatever the connection's defaults are, each statement must see what was committed before it; and nobody waits for
# a process that hangs.
_BEGIN: Final = """
SET TRANSACTION ISOLATION LEVEL READ COMMITTED;
SET LOCAL lock_timeout = {wait_ms};
SET LOCAL idle_in_transaction_session_timeout = {wait_ms};
"""
_ONE_AT_A_TIME: Final = "SELECT pg_advisory_xact_lock(hashtextextended('reuse_sightings', 0))"
_HASHES: Final = """
SELECT max(number), string_agg(pdq, ''::bytea ORDER BY number) FROM reuse_sightings WHERE number BETWEEN %s AND %s
"""
_FOUND: Final = """
SELECT sha256, pdq, deal, milestone, term, received_at FROM reuse_sightings
WHERE number = ANY(%s) OR sha256 = %s ORDER BY number
"""
_ADD: Final = """
INSERT INTO reuse_sightings (number, deal, milestone, term, received_at, sha256, pdq)
VALUES (%s, %s, %s, %s, %s, %s, %s)
"""
_FETCHED_AT_ONCE: Final = 1_000_000
"""Rows: 32 MB of hashes."""

Connect = Callable[[], AbstractContextManager[psycopg.Connection[Any]]]
"""Gives a connection that is in no transaction, and takes it back."""


class PostgresReuseIndex:
    """An exact index that outlives its processes. Safe for threads and processes.

    `connect` is called for each question: `ConnectionPool.connection`, or a function that calls `psycopg.connect`. So
    a connection that was lost fails one question only. A recording waits for others at most for `patience`.
    """

    def __init__(self, connect: Connect, *, patience: timedelta = timedelta(seconds=10)) -> None:
        self._connect = connect
        self._begin = _BEGIN.format(wait_ms=int(patience.total_seconds() * 1000)).encode()
        self._hashes = Hashes()
        self._lock = Lock()

    def look(self, picture: Fingerprint) -> tuple[Sighting, ...]:
        """See `ReuseIndex`."""
        with self._transaction() as connection:
            return self._look(connection, picture)

    def record(self, picture: Fingerprint, subject: Subject, *, at: datetime) -> tuple[Sighting, ...]:
        """See `ReuseIndex`."""
        with self._transaction() as connection:
            connection.execute(_ONE_AT_A_TIME)
            sightings = self._look(connection, picture)
            place = (subject.deal, subject.milestone, subject.term)
            connection.execute(_ADD, (len(self._hashes) + 1, *place, at, picture.sha256, picture.upright))
        return sightings

    @contextmanager
    def _transaction(self) -> Iterator[psycopg.Connection[Any]]:
        try:
            with self._lock, self._connect() as connection, connection.transaction():
                connection.execute(self._begin)
                yield connection
        except psycopg.Error as error:
            raise ReuseIndexUnavailable(error.diag.message_primary or str(error)) from error

    def _look(self, connection: psycopg.Connection[Any], picture: Fingerprint) -> tuple[Sighting, ...]:
        self._catch_up(connection)
        numbers = [position + 1 for position in self._hashes.near(picture.pdq)]
        rows = connection.execute(_FOUND, (numbers, picture.sha256)).fetchall()
        return tuple(
            Seen(sha256, pdq, Subject(deal, milestone, term), at).again(picture)
            for sha256, pdq, deal, milestone, term, at in rows
        )

    def _catch_up(self, connection: psycopg.Connection[Any]) -> None:
        """Fetches the hashes that were added since; all of them, if the log is another one, as after a backup.

        A log counts as the same if the last hash that was fetched is still where it was.
        """
        known = len(self._hashes)
        if known and _fetch(connection, known, known) != self._hashes.last():
            self._hashes = Hashes()
        while added := _fetch(connection, len(self._hashes) + 1, len(self._hashes) + _FETCHED_AT_ONCE):
            self._hashes.extend(added)


def _fetch(connection: psycopg.Connection[Any], first: int, last: int) -> bytes:
    """The hashes of these rows, as far as there are any, one after the other."""
    ((number, hashes),) = connection.execute(_HASHES, (first, last), binary=True)
    if number is None:
        return b""
    if number - first + 1 != len(hashes) // HASH_BYTES:
        raise ReuseIndexUnavailable(f"a row is missing between {first} and {number}")
    return bytes(hashes)
