"""Reads a design, puts what it comes to into a store on disk, starts the processes that answer, and serves."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import partial
from importlib.util import find_spec
from pathlib import Path

import pyoxigraph as ox

from ..errors import InputError
from ..judge import audit
from ..knowledge import know
from ..read import load
from ..read.plan import load_plan
from . import worker
from .description import named
from .graphs import GRAPH, quads
from .limits import Limits
from .pool import Pool
from .site import Site
from .store import filled, store_name

__all__ = ["available", "serve"]

_BACKLOG = 1024  # clients that may knock at once
_LOOKING = 60.0  # seconds that options of a link may take
_PREFIXES = {
    "optic": "https://w3id.org/opticgraph/ontology#",
    "d": "https://w3id.org/opticgraph/design#",
    "part": "https://w3id.org/opticgraph/catalog#",
    "graph": GRAPH,
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}


def available() -> None:
    """Raise InputError that says what to install, if nothing can be served here."""
    lacking = [name for name in ("fastapi", "uvicorn") if find_spec(name) is None]
    if lacking:
        raise InputError(f"serve needs {', '.join(lacking)}: pip install 'opticgraph[serve]'")


def serve(
    designs: Sequence[str],
    *,
    host: str = "127.0.0.1",
    port: int = 7400,
    hosts: Sequence[str] = (),
    plan: Path | None = None,
    trust: str = "standards",
    rules: Sequence[Path] = (),
    catalogs: Sequence[Path] = (),
    options: bool = False,
    store: Path | None = None,
    limits: Limits | None = None,
    say: Callable[[str], None] = print,
) -> None:
    """Serve until the process is told to end; say is told the address once requests are answered.

    hosts    more names under which the server may be asked, beside those of the machine itself
    options  whether what each link may become can be asked for in SPARQL, too
    store    a folder in which what is asked is kept, so that the next start with the same design is quick

    Raises InputError where the extra is not installed, the address is taken or a file cannot be used.
    """
    available()
    if "-" in designs:
        raise InputError("serve: found - as a design; expected files or folders, as they are read more than once")
    limits = limits or Limits()
    with ExitStack() as held:
        listening = held.enter_context(_bound(host, port))
        design = load(*designs)
        knowledge = know(trust=trust, catalogs=catalogs)
        windows = load_plan(plan) if plan else None
        result = audit(design, trust=trust, rules=rules, catalogs=catalogs)
        pieces = partial(quads, design, knowledge=knowledge, catalogs=catalogs, rules=rules, options=options)
        name = store_name(design, knowledge, catalogs=catalogs, rules=rules, options=options) if store else ""
        folder = held.enter_context(filled(pieces, kept=store, name=name))
        setting = {
            "designs": list(designs),
            "trust": trust,
            "rules": list(map(str, rules)),
            "catalogs": list(map(str, catalogs)),
        }
        looking = ["-m", "opticgraph.serve.looks", json.dumps(setting)]
        site = Site(
            design=design,
            knowledge=knowledge,
            audit=result,
            plan=windows,
            graphs=named(ox.Store.read_only(str(folder))),
            asking=Pool(_answering(folder, limits), size=limits.workers, seconds=limits.seconds, limits=limits),
            looking=Pool(looking, size=1, seconds=_LOOKING, limits=limits),
            limits=limits,
        )
        asyncio.run(_serving(site, listening, {host, *hosts, "localhost", "127.0.0.1", "::1"}, say))


def _answering(folder: Path, limits: Limits) -> list[str]:
    figures = (limits.memory_mb, limits.rows, limits.answer_mb * 1_000_000)
    return ["-P", str(Path(worker.__file__)), str(folder), *map(str, figures), json.dumps(_PREFIXES)]


def _bound(host: str, port: int) -> socket.socket:
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with ExitStack() as held:
            listening = held.enter_context(socket.socket(family))
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.bind(address)
            listening.listen(_BACKLOG)
            held.pop_all()
        return listening
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InputError(f"serve: cannot listen at {host} port {port}: {reason}; expected a free --port") from error


async def _serving(site: Site, listening: socket.socket, hosts: set[str], say: Callable[[str], None]) -> None:
    import uvicorn

    from .app import app_of

    try:
        await asyncio.gather(site.asking.start(), site.looking.start())
        config = uvicorn.Config(
            app_of(site, hosts={name.lower() for name in hosts}),
            access_log=False,
            log_level="warning",
            server_header=False,
            date_header=False,
            lifespan="off",
            http="h11",  # whatever else is installed: the longest address below is h11's to keep
            # an address may be as long as a query that is written in it, and a little more, so that it is told apart
            h11_max_incomplete_event_size=4 * site.limits.query_kb * 1000 + (1 << 16),
            timeout_graceful_shutdown=2,
        )
        host, port = listening.getsockname()[:2]
        place = f"[{host}]" if ":" in host else host
        links = f"{len(site.audit.verdicts):,} links"
        say(f"{links} at http://{place}:{port}/ (workbench), /sparql, /questions, /data; Ctrl-C ends it")
        await uvicorn.Server(config).serve(sockets=[listening])
    finally:
        site.asking.close()
        site.looking.close()
