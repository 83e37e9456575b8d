"""How fast a picture is looked for among a million, beside the plainest comparison with them all.

The search takes all 8 orientations of the picture. The bare scan takes one, as numpy does it in a line: it is the work
that nobody can do without who compares everything. Medians, the two sides taking turns. The index in PostgreSQL is
asked a whole question: connection, what is new, search, and what was found.
"""

from typing import Final

import numpy as np
import psycopg
from numpy.typing import NDArray

from bench.turns import medians_ms, milliseconds
from escrow_chain.evidence.hashes import Hashes
from escrow_chain.evidence.reuse import Fingerprint
from escrow_chain.evidence.reuse_postgres import SCHEMA, PostgresReuseIndex
from tests.postgres import new_schema

PICTURES: Final = 1_000_000
ROUNDS: Final = 21
FILL: Final = """
INSERT INTO reuse_sightings (number, deal, milestone, term, received_at, sha256, pdq)
SELECT number, sha256('deal'), 0, sha256('term'), now(), sha256(number::text::bytea), sha256(('pdq' || number)::bytea)
FROM generate_series(1, %s) AS number
"""


def reuse() -> dict[str, float]:
    """Milliseconds for each search, and how many times each takes what the bare scan does."""
    random = np.random.default_rng(1)
    seen = random.integers(2**64, size=(PICTURES, 4), dtype=np.uint64)
    wanted = random.integers(2**64, size=(8, 4), dtype=np.uint64)
    hashes = Hashes()
    hashes.extend(seen.tobytes())
    picture = Fingerprint(sha256=bytes(32), pdq=tuple(each.tobytes().hex() for each in wanted))
    works = {"search": lambda: hashes.near(picture.pdq), "scan": lambda: scan(seen, wanted[0])}
    taken = medians_ms(works, rounds=ROUNDS)
    return {
        "reuse_search_1m_ms": round(taken["search"], 1),
        "bare_scan_1m_ms": round(taken["scan"], 1),
        "reuse_ratio": round(taken["search"] / taken["scan"], 2),
        **_postgres(picture, floor=taken["scan"]),
    }


def scan(hashes: NDArray[np.uint64], wanted: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """How many bits each hash differs in from one other."""
    distances: NDArray[np.uint64] = np.bitwise_count(hashes ^ wanted).sum(axis=1)
    return distances


def _postgres(picture: Fingerprint, *, floor: float) -> dict[str, float]:
    conninfo = new_schema(SCHEMA)
    with psycopg.connect(conninfo) as connection:
        connection.execute(FILL, (PICTURES,))
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE reuse_sightings")
    index = PostgresReuseIndex(lambda: psycopg.connect(conninfo))
    first = milliseconds(lambda: index.look(picture))
    (later,) = medians_ms({"look": lambda: index.look(picture)}, rounds=ROUNDS).values()
    return {
        "reuse_postgres_first_look_1m_ms": round(first),
        "reuse_postgres_look_1m_ms": round(later, 1),
        "reuse_postgres_ratio": round(later / floor, 2),
    }
