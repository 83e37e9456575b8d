"""The reuse index in PostgreSQL: what others do to it at the same time, and what it does when they fail."""

import hashlib
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from threading import Barrier
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from escrow_chain.evidence import reuse_postgres
from escrow_chain.evidence.errors import ReuseIndexUnavailable
from escrow_chain.evidence.nonces import Subject
from escrow_chain.evidence.reuse import Fingerprint
from escrow_chain.evidence.reuse_postgres import SCHEMA, PostgresReuseIndex
from tests.evidence.scene import MORNING
from tests.postgres import new_schema, restart, server

SUBJECT = Subject(deal=b"\x01" * 32, milestone=255, term=b"\x02" * 32)
PICTURES = 25
RECORDER = """
import sys
from datetime import UTC, datetime
from hashlib import sha256
import psycopg
from escrow_chain.evidence.nonces import Subject
from escrow_chain.evidence.reuse import Fingerprint
from escrow_chain.evidence.reuse_postgres import PostgresReuseIndex
conninfo, deal, pictures = sys.argv[1:]
index = PostgresReuseIndex(lambda: psycopg.connect(conninfo))
subject, now = Subject(deal=deal.encode(), milestone=0, term=bytes(32)), datetime.now(UTC)
print("ready", flush=True)
sys.stdin.readline()
for number in range(int(pictures)):
    name = sha256(bytes([number]))
    sightings = index.record(Fingerprint(name.digest(), (name.hexdigest(),) * 8), subject, at=now)
    print(*(each.deal.decode() for each in sightings), sep=",")
"""
CUT_OFF = """
CREATE FUNCTION cut_off() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_terminate_backend(pg_backend_pid());
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER cut_off AFTER INSERT ON reuse_sightings DEFERRABLE INITIALLY {moment} FOR EACH ROW
    EXECUTE FUNCTION cut_off();
"""


def picture(number: int) -> Fingerprint:
    """A picture that is far from all others."""
    hashes = [hashlib.sha256(bytes([number, turn])) for turn in range(8)]
    return Fingerprint(sha256=hashes[0].digest(), pdq=tuple(each.hexdigest() for each in hashes))


def copy(number: int) -> Fingerprint:
    """The same picture in another file, which only its hashes give away."""
    return replace(picture(number), sha256=bytes(32))


def index_at(conninfo: str, **changes: Any) -> PostgresReuseIndex:
    """An index as another process would open it."""
    return PostgresReuseIndex(lambda: psycopg.connect(conninfo), **changes)


@pytest.fixture
def conninfo() -> str:
    """An empty table."""
    return new_schema(SCHEMA)


@pytest.fixture
def execute(conninfo: str) -> Callable[[str], list[tuple[Any, ...]]]:
    """Does anything to the table, as its owner can."""

    def executed(statement: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(conninfo) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    return executed


Execute = Callable[[str], list[tuple[Any, ...]]]


def test_one_process_sees_what_another_recorded(conninfo: str) -> None:
    """Also when it has searched before."""
    one, other = index_at(conninfo), index_at(conninfo)
    assert other.look(copy(1)) == ()
    one.record(picture(1), SUBJECT, at=MORNING)
    one.record(picture(2), SUBJECT, at=MORNING)
    assert len(other.look(copy(1))) == 1
    assert len(other.record(copy(2), SUBJECT, at=MORNING)) == 1


def test_of_two_processes_at_once_one_sees_the_other(conninfo: str) -> None:
    """Of each picture, exactly one recording is the first, whatever the database's own isolation is."""
    options = f"{conninfo_to_dict(conninfo)['options']} -c default_transaction_isolation=serializable"
    strict = make_conninfo(conninfo, options=options)
    deals = ["a" * 32, "b" * 32]
    commands = [[sys.executable, "-c", RECORDER, strict, deal, str(PICTURES)] for deal in deals]
    running = [subprocess.Popen(each, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for each in commands]
    for each in running:
        assert each.stdout is not None
        assert each.stdout.readline() == "ready\n"
    for each in running:
        assert each.stdin is not None
        each.stdin.write("go\n")
        each.stdin.flush()
    said = [each.communicate(timeout=20)[0].splitlines() for each in running]
    assert {*zip(*said, strict=True)} <= {("", deals[0]), (deals[1], "")}
    assert len(said[0]) == PICTURES


def test_a_restart_keeps_everything(conninfo: str) -> None:
    """Of the database, under an index that goes on, and of the index."""
    index = index_at(conninfo)
    recorded = [
        index.record(picture(number), SUBJECT, at=MORNING + timedelta(microseconds=number)) for number in (1, 1)
    ]
    restart()
    assert len(recorded[1]) == 1
    assert len(index.look(copy(1))) == 2
    (first, second) = index_at(conninfo).look(copy(1))
    assert (first.received_at, second.received_at) == (MORNING + timedelta(microseconds=1),) * 2
    assert (first.deal, first.milestone, first.term) == (SUBJECT.deal, SUBJECT.milestone, SUBJECT.term)


def test_threads_that_catch_up_together_do_so_once(conninfo: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A row that was fetched twice would move all later ones."""
    monkeypatch.setattr(reuse_postgres, "_FETCHED_AT_ONCE", 1)
    recorder, crowd = index_at(conninfo), 8
    for number in range(crowd):
        recorder.record(picture(number), SUBJECT, at=MORNING)
    opened = [psycopg.connect(conninfo) for _ in range(crowd + 1)]
    index, together = PostgresReuseIndex(opened.pop), Barrier(crowd)

    def look(number: int) -> int:
        together.wait()
        return len(index.look(copy(number)))

    with ThreadPoolExecutor(crowd) as threads:
        assert list(threads.map(look, range(crowd))) == [1] * crowd
    recorder.record(picture(crowd), SUBJECT, at=MORNING)
    assert len(index.look(copy(crowd))) == 1


@pytest.mark.parametrize("moment", ["IMMEDIATE", "DEFERRED"])
def test_a_connection_lost_while_recording_leaves_nothing(conninfo: str, execute: Execute, moment: str) -> None:
    """Whether it breaks after the row was written or on commit; the next attempt is as good as the first."""
    index = index_at(conninfo)
    execute(CUT_OFF.format(moment=moment))
    with pytest.raises(ReuseIndexUnavailable, match="terminating connection"):
        index.record(picture(1), SUBJECT, at=MORNING)
    execute("DROP TRIGGER cut_off ON reuse_sightings")
    assert index.record(picture(1), SUBJECT, at=MORNING) == ()
    assert len(index.look(copy(1))) == 1


def test_a_connection_lost_before_a_question_fails_that_question_only(conninfo: str) -> None:
    """The next one has another connection."""
    broken = iter([True, False])

    @contextmanager
    def connect() -> Iterator[psycopg.Connection[Any]]:
        with psycopg.connect(conninfo) as connection, psycopg.connect(conninfo) as other:
            if next(broken):
                other.execute("SELECT pg_terminate_backend(%s, 5000)", (connection.info.backend_pid,))
            yield connection

    index = PostgresReuseIndex(connect)
    with pytest.raises(ReuseIndexUnavailable):
        index.look(copy(1))
    assert index.look(copy(1)) == ()


def test_without_a_server_the_error_is_the_indexs_own(conninfo: str) -> None:
    """Callers need not know what the index is made of."""
    index = index_at(make_conninfo(conninfo, port=1))
    with pytest.raises(ReuseIndexUnavailable, match="No such file"):
        index.look(copy(1))


def test_without_its_table_the_error_is_the_indexs_own() -> None:
    """A migration was forgotten."""
    with pytest.raises(ReuseIndexUnavailable, match="reuse_sightings"):
        index_at(new_schema("")).look(picture(1))


def test_nobody_waits_for_ever(conninfo: str) -> None:
    """A recording gives up if another one does not end; who only looks does not wait."""
    patient = index_at(conninfo)
    hasty = index_at(conninfo, patience=timedelta(milliseconds=100))
    with patient._transaction() as connection:
        connection.execute(reuse_postgres._ONE_AT_A_TIME)
        assert hasty.look(picture(1)) == ()
        with pytest.raises(ReuseIndexUnavailable, match="lock timeout"):
            hasty.record(picture(1), SUBJECT, at=MORNING)
    assert hasty.record(picture(1), SUBJECT, at=MORNING) == ()


def test_a_recording_that_hangs_is_cut_off(conninfo: str) -> None:
    """So that a process that stopped in the middle does not stop all others."""
    hanging = index_at(conninfo, patience=timedelta(milliseconds=100))
    first = None
    with suppress(ReuseIndexUnavailable), hanging._transaction() as connection:
        connection.execute(reuse_postgres._ONE_AT_A_TIME)
        first = index_at(conninfo).record(picture(1), SUBJECT, at=MORNING)
    assert first == ()


def test_after_a_backup_was_restored_the_index_starts_again(conninfo: str, execute: Execute) -> None:
    """A process that has seen more than the table now has believes the table."""
    index = index_at(conninfo)
    for number in range(3):
        index.record(picture(number), SUBJECT, at=MORNING)
    assert len(index.look(copy(2))) == 1
    execute("SET session_replication_role = replica; DELETE FROM reuse_sightings WHERE number > 1")
    assert index.look(copy(2)) == ()
    other = index_at(conninfo)
    for number in range(3, 6):
        other.record(picture(number), SUBJECT, at=MORNING)
    assert [len(index.look(copy(number))) for number in range(6)] == [1, 0, 0, 1, 1, 1]


def test_a_log_that_was_rewritten_is_read_again(conninfo: str, execute: Execute) -> None:
    """The table is as long as the index remembers, but its end is another."""
    index = index_at(conninfo)
    for number in range(3):
        index.record(picture(number), SUBJECT, at=MORNING)
    index.look(copy(0))
    execute("SET session_replication_role = replica; DELETE FROM reuse_sightings WHERE number > 1")
    other = index_at(conninfo)
    for number in (4, 5):
        other.record(picture(number), SUBJECT, at=MORNING)
    assert [len(index.look(copy(number))) for number in (0, 1, 2, 4, 5)] == [1, 0, 0, 1, 1]


def test_a_row_that_is_missing_is_not_passed_over(conninfo: str, execute: Execute) -> None:
    """Every later hash would stand for the wrong picture."""
    index = index_at(conninfo)
    for number in range(3):
        index.record(picture(number), SUBJECT, at=MORNING)
    execute("SET session_replication_role = replica; DELETE FROM reuse_sightings WHERE number = 2")
    with pytest.raises(ReuseIndexUnavailable, match="a row is missing between 1 and 3"):
        index_at(conninfo).look(copy(0))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE reuse_sightings SET deal = sha256",
        "DELETE FROM reuse_sightings",
        "TRUNCATE reuse_sightings",
    ],
)
def test_what_was_seen_stays_seen(conninfo: str, execute: Execute, statement: str) -> None:
    """The table itself refuses to forget."""
    index = index_at(conninfo)
    index.record(picture(1), SUBJECT, at=MORNING)
    with pytest.raises(psycopg.errors.RaiseException, match="what was seen stays seen"):
        execute(statement)
    assert len(index.look(copy(1))) == 1


def test_a_long_log_is_fetched_in_parts(conninfo: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """And is whole afterwards, whether its length is a multiple of theirs or not."""
    monkeypatch.setattr(reuse_postgres, "_FETCHED_AT_ONCE", 3)
    index = index_at(conninfo)
    for number in range(7):
        index.record(picture(number), SUBJECT, at=MORNING)
        assert len(index_at(conninfo).look(copy(number))) == 1


def test_a_fingerprint_of_the_wrong_size_is_not_recorded(conninfo: str, execute: Execute) -> None:
    """A row of any other size would move all later hashes."""
    with pytest.raises(ReuseIndexUnavailable, match="violates check constraint"):
        index_at(conninfo).record(Fingerprint(b"\x01" * 31, picture(1).pdq), SUBJECT, at=MORNING)
    assert execute("SELECT count(*) FROM reuse_sightings") == [(0,)]


def test_the_server_is_the_tests_own() -> None:
    """It listens on no network address."""
    with psycopg.connect(server().get_uri()) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
