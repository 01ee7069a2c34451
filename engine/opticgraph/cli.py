"""The command line: arguments to one function of the package, its answer to stdout or files, its word as exit code."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .arguments import DESIGNS, ending, gbps, hand_out, knowing, put, targets_of, titles_of, writing
from .cli_diff import diff
from .cli_plan import plan
from .cli_serve import serve
from .cli_verify import verify
from .errors import InputError
from .exits import DONE, INTERRUPTED, LEVELS, OURS, UNUSABLE, exit_code
from .interrupts import interruptible

if TYPE_CHECKING:
    from .result import Coverage

__all__ = ["main", "program"]


class _Commands(click.Group):
    """A group that answers a mistyped command with the nearest ones."""

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            near = get_close_matches(args[0], self.list_commands(ctx), n=2)
            if near:
                raise click.UsageError(f"{error.message} Did you mean {' or '.join(near)}?", ctx) from error
            raise


def program() -> None:
    """Run the command line as a process of its own, which ends without taking apart what it holds.

    Python frees every value before it ends, one by one, and that was a seventh of an audit.
    """
    code: object = DONE
    try:
        main()
    except SystemExit as done:
        code = done.code
    for stream in filter(None, (sys.stdout, sys.stderr)):  # a stream that was closed from the start is None
        with suppress(BrokenPipeError):  # the reader has gone; nothing is wrong
            stream.flush()
    os._exit(code if isinstance(code, int) else OURS)


def main() -> None:
    """Run the command line; a user's mistake is a message and exit code 2, ours is 3."""
    pressed = interruptible()
    gc.disable()  # a command is short and keeps what it makes: looking for cycles took a tenth of its time
    try:
        code = cli.main(standalone_mode=False)
    except (click.Abort, KeyboardInterrupt):
        code = INTERRUPTED
    except SystemExit:
        raise
    except BaseException as error:  # the one place where anything else must become a clear word, panics of Polars too
        code = INTERRUPTED if pressed() else _told(error)
    sys.exit(code if isinstance(code, int) else DONE)


def _told(error: BaseException) -> int:
    """Say what went wrong; the exit code that means it."""
    if isinstance(error, click.ClickException):
        error.show()
        return UNUSABLE
    if isinstance(error, InputError):
        click.echo(f"opticgraph: {error}", err=True)
        return UNUSABLE
    if isinstance(error, BrokenPipeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the reader has gone; nothing is wrong
        return DONE
    if os.environ.get("OPTICGRAPH_TRACEBACK"):
        raise error
    click.echo(
        f"opticgraph: internal error: {type(error).__name__}: {error}\n"
        "This is our fault. Please report it with the command and, if you can, the input; "
        "OPTICGRAPH_TRACEBACK=1 shows where it happened.",
        err=True,
    )
    return OURS


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="opticgraph", message="%(prog)s %(version)s")
def cli() -> None:
    """Judge a network's optics, and what it may become.

    DESIGN is a link sheet (.csv .xlsx .parquet), a folder of sheets, RDF (.ttl .nt .nq .trig .jsonld .rdf, also .gz),
    the folder of a NetBox REST dump or a SPARQL endpoint (sparql+https://...); several are one network, and - reads
    standard input.
    """


cli.add_command(diff)
cli.add_command(plan)
cli.add_command(serve)
cli.add_command(verify)


@cli.command()
@DESIGNS
@knowing
@click.option(
    "--fail-on",
    type=click.Choice(LEVELS),
    default="violation",
    show_default=True,
    help="From which finding on the exit code is 1.",
)
@click.option(
    "--waivers",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Findings that are accepted (TOML); --format waivers writes them ready to fill in.",
)
@click.option(
    "--baseline",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="An older result (JSON): only findings that it has not count for --fail-on.",
)
@click.option(
    "--lineage",
    metavar="FILE|URL",
    help="An OpenLineage event of this run: into a file, or posted to an address.",
)
@click.option(
    "--engine",
    default="local",
    show_default=True,
    metavar="local|spark[:MASTER]",
    help="Where to judge: spark reads a Parquet data set, and --output is a folder.",
)
@writing
def audit(
    designs: Sequence[str],
    trust: str,
    rules: Sequence[Path],
    catalogs: Sequence[Path],
    fail_on: str,
    waivers: Sequence[Path],
    baseline: Path | None,
    lineage: str | None,
    engine: str,
    formats: Sequence[str],
    outputs: Sequence[str],
) -> int:
    """A verdict for every link: works, fails or unknown, and why.

    Exit codes: 0 nothing at or above --fail-on; 1 such findings; 2 bad usage or input; 3 internal error;
    4 nothing could be told.
    """
    if engine != "local":
        if waivers or baseline or lineage:
            raise click.UsageError("--engine spark takes no --waivers, --baseline or --lineage.")
        return _on_spark(engine, designs, trust, rules, catalogs, fail_on, formats, outputs)
    from .judge import audit as judge
    from .read import load
    from .report import FORMATS, format_of, render, write

    targets = targets_of(formats, outputs, known=FORMATS, told=format_of)
    result = judge(load(*designs), trust=trust, rules=rules, catalogs=catalogs, waivers=waivers, baseline=baseline)
    titles = titles_of(targets, catalogs)
    for format, path in targets:
        if path is None:
            put(render(result, format=format, sources=titles, fail_on=fail_on))
        else:
            write(result, path=path, format=format, sources=titles, fail_on=fail_on)
    if lineage:
        from .clock import now
        from .lineage import event, hand_over

        hand_over(event(result, when=now(), fail_on=fail_on), lineage)
    _name_idle(result.coverage, rules)
    return exit_code(result.severities, result.counts, result.coverage, fail_on)


def _on_spark(
    engine: str,
    designs: Sequence[str],
    trust: str,
    rules: Sequence[Path],
    catalogs: Sequence[Path],
    fail_on: str,
    formats: Sequence[str],
    outputs: Sequence[str],
) -> int:
    name, _, master = engine.partition(":")
    if name != "spark":
        raise click.BadParameter(f"{engine!r} is none of local, spark, spark:MASTER.", param_hint="--engine")
    if len(designs) != 1 or designs[0] == "-":
        raise click.UsageError("--engine spark takes one DESIGN: a Parquet data set of links.")
    if len(outputs) != 1 or any(format != "parquet" for format in formats):
        raise click.UsageError(
            "--engine spark writes Parquet into one folder: give --output FOLDER, and no other --format."
        )
    from .spark.session import available

    available()
    from .spark.fleet import audit_fleet

    source, folder = designs[0], outputs[0]
    result = audit_fleet(source, output=folder, master=master or None, trust=trust, rules=rules, catalogs=catalogs)
    for note in result.read.ignored:
        click.echo(f"opticgraph: {': '.join(filter(None, (note.file, note.place, note.text)))}", err=True)
    told = ", ".join(f"{result.counts[verdict]:,} {verdict}" for verdict in ("fails", "unknown", "works"))
    click.echo(
        f"{result.counts['links']:,} links: {told}; {sum(result.findings.values()):,} findings, in {result.output}"
    )
    for coverage in result.coverage:
        if coverage.how != "kinds":
            click.echo(f"{coverage.rule}: judged {coverage.how}: {coverage.why}")
    _name_idle(result.coverage, rules)
    return exit_code(result.findings, result.counts, result.coverage, fail_on)


def _name_idle(coverage: Iterable[Coverage], rules: Sequence[Path]) -> None:
    """Say which of the user's own rules had nothing to look at."""
    if not rules:
        return
    from .rules import read_rules

    shipped = read_rules().rules
    for each in coverage:
        if each.rule not in shipped and not each.judged:
            click.echo(f"opticgraph: rule {each.rule} matched nothing: {each.why}", err=True)


@cli.command()
@DESIGNS
@click.option("--to", "rate", metavar="RATE", help="The wanted rate; else target_gbps of each link, or 400G.")
@click.option("--link", "links", multiple=True, metavar="NAME", help="Only this link; may be given several times.")
@click.option("--host", metavar="MODEL", help="A model of the host catalogue that may take a device's place.")
@click.option(
    "--prices", type=click.Path(path_type=Path), metavar="FILE", help="A price list: CSV with part, price, currency."
)
@knowing
@writing
def options(
    designs: Sequence[str],
    rate: str | None,
    links: Sequence[str],
    host: str | None,
    prices: Path | None,
    trust: str,
    rules: Sequence[Path],
    catalogs: Sequence[Path],
    formats: Sequence[str],
    outputs: Sequence[str],
) -> int:
    """What each link may become and what that takes; of what it may not, the rules and what would change that."""
    from .become import options as become
    from .read import load
    from .report.options import ENDINGS, FORMATS, render

    targets = targets_of(formats, outputs, known=FORMATS, told=lambda path: ending(path, ENDINGS))
    told = become(
        load(*designs),
        to_gbps=gbps(rate) if rate else None,
        links=links,
        host=host,
        prices=prices,
        trust=trust,
        rules=rules,
        catalogs=catalogs,
    )
    titles = titles_of(targets, catalogs)
    hand_out(targets, lambda format: render(told, format=format, sources=titles))
    return DONE


@cli.command()
@click.argument("design")
@click.argument("link")
@click.option(
    "--why-not", "why_not", metavar="STRATEGY_OR_MODULE", help="Why the link may not become this, and what would help."
)
@knowing
@writing
def explain(
    design: str,
    link: str,
    why_not: str | None,
    trust: str,
    rules: Sequence[Path],
    catalogs: Sequence[Path],
    formats: Sequence[str],
    outputs: Sequence[str],
) -> int:
    """The facts a link's verdict rests on: each aspect with rule, figures, margin, sources and evidence."""
    from .read import load
    from .reasons import explain as look_into
    from .report.explanation import FORMATS, render

    targets = targets_of(
        formats, outputs, known=FORMATS, told=lambda path: ending(path, {".json": "json", ".txt": "text"})
    )
    if why_not:
        from .become import why_not as look_why
        from .report.options import render as render_options

        told = look_why(load(design), link, why_not, trust=trust, rules=rules, catalogs=catalogs)
        hand_out(targets, lambda format: render_options(told, format=format))
        return DONE
    found = look_into(load(design), link, trust=trust, rules=rules, catalogs=catalogs)
    hand_out(targets, lambda format: render(found, format=format))
    return DONE


class _Questions(click.Command):
    """A command whose help lists the shipped questions, read from their files when help is asked for."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        from .question import questions

        with formatter.section("Questions"):
            formatter.write_dl([(asked.name, asked.text) for asked in questions()])


@cli.command(cls=_Questions)
@click.argument("design")
@click.argument("question")
@click.option("-p", "parameters", multiple=True, metavar="NAME=VALUE", help="A parameter of the question.")
@click.option(
    "--seconds",
    type=click.FloatRange(min=0, min_open=True),
    default=60.0,
    show_default=True,
    help="What the query may take.",
)
@knowing
@writing
def query(
    design: str,
    question: str,
    parameters: Sequence[str],
    seconds: float,
    trust: str,
    rules: Sequence[Path],
    catalogs: Sequence[Path],
    formats: Sequence[str],
    outputs: Sequence[str],
) -> int:
    """Ask a shipped question, or the SPARQL in a .rq file."""
    from .ask import query as ask
    from .read import load

    given = dict(_parameter(parameter) for parameter in parameters)
    answer = ask(load(design), question, given, trust=trust, catalogs=catalogs, rules=rules, seconds=seconds)
    _answer(answer, formats, outputs)
    return DONE


def _parameter(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise click.BadParameter(f"{text!r} has no =; expected NAME=VALUE.", param_hint="-p")
    return name, value


@cli.command()
@click.argument(
    "topic", type=click.Choice(["modules", "cages", "hosts", "sources", "contested", "missing", "claims", "rules"])
)
@click.argument("term", default="")
@knowing
@writing
def catalog(
    topic: str,
    term: str,
    trust: str,
    rules: Sequence[Path],
    catalogs: Sequence[Path],
    formats: Sequence[str],
    outputs: Sequence[str],
) -> int:
    """What is known, and by whom: each figure with its source and evidence."""
    from .lookup import look_up

    _answer(look_up(topic, term, trust=trust, rules=rules, catalogs=catalogs), formats, outputs)
    return DONE


@cli.command()
@DESIGNS
@click.option(
    "--output",
    "-o",
    required=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Sheet, Parquet or RDF; the ending tells which.",
)
@click.option(
    "--derived", is_flag=True, help="With what was assumed and every derived fact, for any SHACL processor (RDF only)."
)
@knowing
def convert(
    designs: Sequence[str], output: Path, derived: bool, trust: str, rules: Sequence[Path], catalogs: Sequence[Path]
) -> int:
    """A design in another form: to RDF, to a sheet, to Parquet."""
    from .export import convert as write
    from .read import load

    for note in write(load(*designs), output, derived=derived, trust=trust, catalogs=catalogs):
        click.echo(f"opticgraph: {note.file}: {note.text}", err=True)
    return DONE


def _answer(table: Any, formats: Sequence[str], outputs: Sequence[str]) -> None:
    from .report.answer import ENDINGS, FORMATS, render

    hand_out(
        targets_of(formats, outputs, known=FORMATS, told=lambda path: ending(path, ENDINGS)),
        lambda format: render(table, format=format),
    )


if __name__ == "__main__":
    program()
