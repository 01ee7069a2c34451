"""What is believed about modules, cages, fibres and connectors: loaded, weighed, closed, and laid out to look up."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from . import cache
from .closure import close
from .layout import Interoperation, Knowledge, Triple, fold, laid_out, types_named
from .packed import packed, unpacked
from .parts import ModuleType
from .resources import folder
from .sources import Fact, believe, catalog_files, read_facts, read_policy, read_sources
from .trust import kept, trust_of

__all__ = ["Interoperation", "Knowledge", "ModuleType", "fold", "know", "ship", "types_named"]

# The modules that make knowledge of files, those of the closure first.
CODE = (
    "closure",
    "sources",
    "trust",
    "terms",
    "owndata",
    "parts",
    "layout",
    "packed",
    "check",
    "vicinity",
    "inmemory",
    "batches",
    "shacl",
    "knowledge",
)


def know(*, trust: str = "standards", catalogs: Sequence[Path] = ()) -> Knowledge:
    """Believe the shipped catalogue and the user's, under a policy.

    trust is a shipped policy or a Turtle file, also without some sources (trust.py); catalogs are TriG, Turtle, N-Quads
    or CSV files. Raises CatalogError where a file cannot be read or contradicts the ontology.
    """
    files = [*catalog_files(), *catalogs]
    name = _name(files, trust, bool(catalogs))
    kept = cache.recall(name) if name else None
    if kept is not None:
        with suppress(ValueError, LookupError, TypeError):  # whatever befell the file
            return unpacked(kept)
    known = _worked_out(files, catalogs, trust)
    if name:
        cache.keep(name, packed(known))
    return known


# --- worked out, which takes a fifth of a second, and kept ------------------------------------------------------------


def _name(files: Sequence[Path], trust: str, checked: bool) -> str:
    """What all of it hangs on; empty where a file cannot be read, which is said when it is read in earnest."""
    lists = [folder("ontology") / f"{name}.ttl" for name in ("optics", "lists", "names", "sources")]
    shapes = [folder("shapes") / "prefixes.ttl", *sorted((folder("shapes") / "catalog").glob("*.ttl"))]
    code = [Path(__file__).with_name(f"{name}.py") for name in CODE]
    with suppress(OSError):
        return f"knowledge-{cache.digest([_policy(trust), *files, *lists, *shapes * checked, *code], trust)}"
    return ""


def _worked_out(files: Sequence[Path], catalogs: Sequence[Path], trust: str) -> Knowledge:
    sources = read_sources(catalogs)
    facts = kept(read_facts(files), trust_of(trust), sources)
    belief = believe(facts, policy=read_policy(trust_of(trust).policy), sources=sources)
    inferred = _closed(belief.facts, files=files, trust=trust)
    if catalogs:
        from .check import check  # imports pySHACL, which only a user's catalogue needs here

        # articles are there to be answered: what they say may clash with what others say
        articles = {source.id for source in sources.values() if source.kind == "Article"}
        own = {fact.source for fact in facts} - set(read_sources())
        check([fact for fact in facts if fact.source not in articles], own=own)
    return laid_out(trust, belief, inferred, sources)


# --- the closure, which takes seconds and is shipped ---------------------------------------------------------------


def ship() -> None:
    """Write the closure of the shipped catalogue to ontology/closed; to be run when the catalogue changes."""
    for policy in sorted((folder("ontology") / "trust").glob("*.ttl")):
        files = catalog_files()
        belief = believe(read_facts(files), policy=read_policy(policy.stem), sources=read_sources())
        lines = [f"<{s}> <{p}> <{o}> ." for s, p, o in close(belief.facts)]
        said = "\n".join([f"# {_digest(files, policy.stem)}", *lines])
        _shipped(policy.stem).write_text(said + "\n", encoding="utf-8")


def _closed(facts: Sequence[Fact], *, files: Sequence[Path], trust: str) -> Iterable[Triple]:
    """The closure: shipped if it is of just these files, else worked out."""
    if not trust_of(trust).without and _shipped(trust).is_file():
        head, *lines = _shipped(trust).read_text(encoding="utf-8").splitlines()
        if head == f"# {_digest(files, trust)}":
            return [(s[1:-1], p[1:-1], o) for s, p, o, _ in (line.split(" ") for line in lines)]
    return [(s, p, f"<{o}>") for s, p, o in close(facts)]


def _digest(files: Iterable[Path], trust: str) -> str:
    """What a closure hangs on: policy, ontology, facts, and the code that works it out."""
    code = [Path(__file__).with_name(f"{name}.py") for name in CODE[:2]]
    return cache.digest([_policy(trust), folder("ontology") / "optics.ttl", *code, *files])


def _policy(trust: str) -> Path:
    policy = trust_of(trust).policy
    shipped = folder("ontology") / "trust" / f"{policy}.ttl"
    return shipped if shipped.is_file() else Path(policy)


def _shipped(trust: str) -> Path:
    return folder("ontology") / "closed" / f"{Path(trust).stem}.nt"
