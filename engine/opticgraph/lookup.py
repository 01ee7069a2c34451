"""The catalogue as people look things up: modules, cages, hosts, sources, contested figures, claims, rules as rows."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from difflib import get_close_matches
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote

from . import hosts
from .ask import query
from .claims import claims
from .errors import QueryError
from .knowledge import Knowledge, fold, know, types_named
from .lacking import lacks
from .read import load
from .resources import folder
from .rules import Rules, as_lines, read_rules
from .sources import OPTIC, RDF, SOURCE, Fact, catalog_files, local, text_of
from .table import Table
from .terms import iri, words

__all__ = ["TOPICS", "look_up"]

_FACT = "https://w3id.org/opticgraph/fact#"


def look_up(
    topic: str, term: str = "", *, trust: str = "standards", catalogs: Sequence[Path] = (), rules: Sequence[Path] = ()
) -> Table:
    """Rows about a topic, those that the term names; all of them without one.

    topic is modules, cages, hosts, sources, contested, missing (what nobody states, of the user's own parts where
    there are catalogs), claims or rules. Raises QueryError for any other, and where a term names nothing.
    """
    if topic not in TOPICS:
        raise QueryError(f"catalog: found {topic!r}; expected one of {', '.join(TOPICS)}")
    if topic == "rules":
        table = _rules(read_rules(rules))
    elif topic == "missing":
        own = [] if term else [f"own-{file.stem}" for file in catalogs]
        return _missing(know(trust=trust, catalogs=catalogs), term, rules, own)
    elif topic == "hosts":
        table = _hosts(term)
    elif topic == "claims":
        table = _claims(term, trust=trust, catalogs=catalogs, rules=rules)
    else:
        table = TOPICS[topic](know(trust=trust, catalogs=catalogs), term)
    if term and not table.rows:
        raise QueryError(f"catalog {topic}: found nothing by the name {term!r}")
    return table


def _modules(knowledge: Knowledge, term: str) -> Table:
    """Every figure of the modules a term names, or one line for each module type where there is no term."""
    return _figures(knowledge, term) if term else _types(knowledge)


def _types(knowledge: Knowledge) -> Table:
    rows = []
    for type_ in sorted(knowledge.types.values(), key=lambda each: each.id):
        if (type_.id, "soldAs") not in knowledge.facts:
            reaches = sorted({r.id for r in type_.reaches if r.reach_mm is not None})
            told = [fact for reach in reaches for fact in knowledge.facts.get((reach, "reachM"), ())]
            rows.append(
                (
                    type_.id,
                    type_.interface,
                    type_.form_factor,
                    None if type_.rate_gbps is None else f"{type_.rate_gbps}",
                    " ".join(
                        dict.fromkeys(f"{r.fiber}:{(r.reach_mm or 0) // 1000}" for r in type_.reaches if r.reach_mm)
                    ),
                    " or ".join(type_.connectors),
                    " ".join(sorted({fact.source for fact in told})),
                    " ".join(sorted({fact.evidence for fact in told})),
                )
            )
    columns = ("module", "interface", "form_factor", "rate_gbps", "reach_m", "connector", "source", "evidence")
    return Table("Which module types are known, and who says how far they reach?", columns, tuple(rows))


def _figures(knowledge: Knowledge, term: str) -> Table:
    named = types_named(term, knowledge)
    told: dict[str, list[tuple[str, Fact]]] = defaultdict(list)
    for (subject, figure), facts in knowledge.facts.items():
        if figure not in ("type", "label"):
            told[subject] += [(figure, fact) for fact in facts]
    rows, stated = set(), set()
    for type_ in knowledge.types.values():
        if type_.id in named:
            for subject in (*type_.about, *(reach.id for reach in type_.reaches)):
                for figure, fact in told[subject]:
                    rows.add((type_.id, subject, figure, _short(fact.value), fact.source, fact.evidence))
                    stated.add(fact)
    columns = ("module", "said_of", "figure", "value", "source", "evidence")
    question = "Which figures are believed of this module, and by whom?"
    return Table(question, columns, tuple(sorted(rows)), triples=_stated(stated))


def _cages(knowledge: Knowledge, term: str) -> Table:
    rows = []
    told: list[Fact] = []
    for what, sockets in (("takes", knowledge.takes), ("refuses", knowledge.refuses)):
        for socket, forms in sockets.items():
            if term and fold(term) not in fold(socket):
                continue
            lanes = _lanes(*knowledge.sockets.get(socket, (None, None)))
            facts = knowledge.facts.get((_name_of(socket), what), ())
            for form in forms:
                own = [fact for fact in facts if local(text_of(fact.value)) == _name_of(form)]
                told += own
                for source, evidence in [(f.source, f.evidence) for f in own] or [("the ontology", "follows")]:
                    rows.append((socket, what, form, lanes, source, evidence))
    columns = ("cage", "what", "form_factor", "host_lanes", "source", "evidence")
    return Table("Which modules go into this cage?", columns, tuple(sorted(rows)), triples=_stated(told))


def _name_of(socket: str) -> str:
    """The local name of a form factor or adapter, by its notation."""
    return local(iri("FormFactor", socket)) if socket in words("FormFactor") else socket


def _missing(knowledge: Knowledge, term: str, rules: Sequence[Path] = (), own: Sequence[str] = ()) -> Table:
    rows = tuple(
        (lack.module, lack.figure, f"{lack.have} of {lack.alike}", " ".join(lack.rules))
        for lack in lacks(knowledge, read_rules(rules), term, own)
    )
    columns = ("module", "figure", "said_of_its_like", "rules_without_it")
    return Table("Which figures does nobody state of this module, and which rules rest on them?", columns, rows)


def _stated(facts: Iterable[Fact]) -> str:
    """Facts as N-Triples, each also as a statement that says whose it is and on what evidence."""
    lines = set()
    for fact in facts:
        node = f"<{_FACT}{sha256('|'.join(fact).encode()).hexdigest()[:16]}>"
        lines |= {
            f"<{fact.subject}> <{fact.figure}> {fact.value} .",
            f"{node} <{RDF}type> <{RDF}Statement> .",
            f"{node} <{RDF}subject> <{fact.subject}> .",
            f"{node} <{RDF}predicate> <{fact.figure}> .",
            f"{node} <{RDF}object> {fact.value} .",
            f"{node} <{OPTIC}accordingTo> <{SOURCE}{quote(fact.source, safe='')}> .",
            f"{node} <{OPTIC}evidence> <{OPTIC}{fact.evidence}> .",
        }
    return "".join(f"{line}\n" for line in sorted(lines))


def _lanes(lanes: int | None, rate: int | None) -> str:
    return f"{lanes} x {rate // 1000}G" if lanes and rate else "not known"


def _hosts(term: str) -> Table:
    columns = ("maker", "model", "ports", "cage", "lanes", "lane_rate_gbps", "breakout", "sources")
    if not term:
        with (folder("ontology") / "hosts" / "index.csv").open(encoding="utf-8", newline="") as lines:
            models = sorted({row["model"] for row in csv.DictReader(lines) if row["model"]})
        return Table("Which host models are known?", ("model",), tuple((model,) for model in models))
    host = hosts.find(term)
    if host is None:
        near = ", ".join(hosts.near(term))
        raise QueryError(f"catalog hosts: found nothing by the name {term!r}" + (f"; nearest: {near}" if near else ""))
    rows = tuple(
        (
            host.maker,
            host.name,
            _spans(own.ports) or f"{own.count or '?'} ports",
            own.form_factor or "not known",
            str(own.lanes or ""),
            str(own.lane_rate_gbps or ""),
            " ".join(own.modes),
            "; ".join(own.sources),
        )
        for own in host.ranges
    )
    return Table("Which ports does this host model have?", columns, rows)


def _spans(ports: Sequence[int]) -> str:
    spans: list[list[int]] = []
    for port in ports:
        if spans and port == spans[-1][1] + 1:
            spans[-1][1] = port
        else:
            spans.append([port, port])
    return ",".join(f"{a}-{b}" if b > a else str(a) for a, b in spans)


def _sources(knowledge: Knowledge, term: str) -> Table:
    rows = tuple(
        (s.id, s.kind, s.title, s.date, s.address)
        for s in knowledge.sources.values()
        if not term or fold(term) in fold(s.id + s.title)
    )
    return Table("Which sources is the catalogue taken from?", ("source", "kind", "title", "date", "address"), rows)


def _contested(knowledge: Knowledge, term: str) -> Table:
    rows = []
    for (subject, _), facts in sorted(knowledge.contested.items()):
        if term and fold(term) not in fold(subject):
            continue
        for fact in facts:
            name = local(fact.figure)  # of a statement and its opposite either may be the fact's
            believed = {f.value for f in knowledge.facts.get((local(fact.subject), name), ())}
            mark = "believed" if fact.value in believed else ""
            rows.append((subject, name, _short(fact.value), fact.source, fact.evidence, mark))
    columns = ("said_of", "figure", "value", "source", "evidence", "believed")
    every = [
        fact for facts in knowledge.contested.values() for fact in facts if fold(term) in fold(local(fact.subject))
    ]
    return Table("About which figures do sources differ?", columns, tuple(rows), triples=_stated(every))


def _claims(term: str, *, trust: str, catalogs: Sequence[Path], rules: Sequence[Path]) -> Table:
    """What comes of one claim, with the findings behind it, or of all claims of the article."""
    known = {fold(name): name for name in claims(catalog_files())}
    if term and fold(term) not in known:
        near = ", ".join(get_close_matches(term.upper(), list(known.values()), n=3))
        raise QueryError(f"catalog claims: found nothing by the name {term!r}" + (f"; nearest: {near}" if near else ""))
    wanted = {"claim": known[fold(term)]} if term else {}
    design = load(folder("ontology") / "claims")
    answer = query(design, "claim-outcomes", wanted, trust=trust, catalogs=catalogs, rules=rules)
    if term:
        return answer
    kept = [at for at, name in enumerate(answer.columns) if name != "why"]
    rows = (tuple(row[at] for at in kept) for row in answer.rows)
    return Table(answer.question, tuple(answer.columns[at] for at in kept), tuple(rows))


def _rules(rules: Rules) -> Table:
    rows = tuple((r.name, r.aspect, r.sentence, " ".join(r.sources)) for r in rules.rules.values())
    return Table("Which rules are judged?", ("rule", "aspect", "sentence", "sources"), rows, triples=as_lines(rules))


def _short(value: str) -> str:
    text = text_of(value)
    return text.rsplit("#", 1)[-1] if value.startswith("<") else text


TOPICS: Mapping[str, Callable[[Knowledge, str], Table]] = {
    "modules": _modules,
    "cages": _cages,
    "hosts": lambda knowledge, term: _hosts(term),
    "sources": _sources,
    "contested": _contested,
    "missing": _missing,
    "claims": lambda knowledge, term: _claims(term, trust=knowledge.trust, catalogs=(), rules=()),
    "rules": lambda knowledge, term: _rules(read_rules()),
}
