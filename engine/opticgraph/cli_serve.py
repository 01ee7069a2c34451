"""`opticgraph serve` on the command line: a design over HTTP."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from .arguments import DESIGNS, knowing
from .exits import DONE

__all__ = ["serve"]

_COUNT = click.IntRange(min=1)


@click.command()
@DESIGNS
@click.option("--host", default="127.0.0.1", show_default=True, metavar="ADDRESS", help="Where to listen.")
@click.option("--port", default=7400, show_default=True, type=click.IntRange(0, 65535), help="0 takes a free one.")
@click.option(
    "--allow-host", "hosts", multiple=True, metavar="NAME", help="A name under which the server may be asked."
)
@click.option("--plan", type=click.Path(path_type=Path), metavar="FILE", help="A plan file, shown at /plan.")
@click.option("--options", is_flag=True, help="Let queries read what each link may become; the start takes longer.")
@click.option(
    "--store", type=click.Path(path_type=Path), metavar="FOLDER", help="Keep what is asked there for the next start."
)
@click.option(
    "--seconds",
    type=click.FloatRange(min=0, min_open=True),
    default=30.0,
    show_default=True,
    help="What a query may take.",
)
@click.option("--rows", type=_COUNT, default=100_000, show_default=True, help="Rows of an answer.")
@click.option("--answer-mb", type=_COUNT, default=32, show_default=True, help="Size of an answer.")
@click.option("--memory-mb", type=_COUNT, default=2048, show_default=True, help="Memory of a query.")
@click.option("--query-kb", type=_COUNT, default=64, show_default=True, help="Length of a query.")
@click.option("--workers", type=_COUNT, default=4, show_default=True, help="Queries answered at once.")
@knowing
def serve(
    designs: Sequence[str],
    host: str,
    port: int,
    hosts: Sequence[str],
    plan: Path | None,
    options: bool,
    store: Path | None,
    seconds: float,
    rows: int,
    answer_mb: int,
    memory_mb: int,
    query_kb: int,
    workers: int,
    trust: str,
    rules: Sequence[Path],
    catalogs: Sequence[Path],
) -> int:
    """A SPARQL endpoint, the shipped questions and a workbench in the browser, over HTTP and read-only.

    Exit codes: 0 ended by Ctrl-C; 2 bad usage or input; 3 internal error.
    """
    from .serve.limits import Limits
    from .serve.run import serve as run

    limits = Limits(
        seconds=seconds, rows=rows, answer_mb=answer_mb, memory_mb=memory_mb, query_kb=query_kb, workers=workers
    )
    run(
        designs,
        host=host,
        port=port,
        hosts=hosts,
        plan=plan,
        trust=trust,
        rules=rules,
        catalogs=catalogs,
        options=options,
        store=store,
        limits=limits,
        say=lambda text: click.echo(f"opticgraph: {text}", err=True),
    )
    return DONE
