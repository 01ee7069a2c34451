"""Looks into single links, for the workbench: a process of its own over the design, which may be ended at any time."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from ..ask import query
from ..become import Setting, options_in, setting_of, why_not_of
from ..choices import Options
from ..derive import derive
from ..design import Design
from ..errors import InputError
from ..judge import judge
from ..knowledge import know
from ..read import load
from ..reason import Memory
from ..reasons import explained
from ..report.answer import render as render_answer
from ..report.explanation import render as render_explanation
from ..report.lanes import drawing
from ..report.options import render as render_options
from ..report.options.paths import legs_beside, path_now, path_then
from ..rules import Rules, read_rules

__all__ = ["main"]

_WRITTEN = {"json": ox.QueryResultsFormat.JSON, "xml": ox.QueryResultsFormat.XML}
_WRITTEN |= {"csv": ox.QueryResultsFormat.CSV, "tsv": ox.QueryResultsFormat.TSV}

_KEPT = 256  # answers that are not worked out again


@dataclass(frozen=True)
class _Held:
    """The design, judged once, and how it was asked for."""

    design: Design
    setting: Setting
    rules: Rules
    asked: Mapping[str, Any]


Look = Callable[[Mapping[str, Any], _Held], bytes]


def main() -> None:
    """Say `ready`, then for each line of JSON answer with a line of JSON (kind, length) and as many bytes."""
    setting = json.loads(sys.argv[1])
    design = load(*setting["designs"])
    known: dict[bytes, bytes] = {}
    asked = {
        "trust": setting["trust"],
        "rules": [Path(file) for file in setting["rules"]],
        "catalogs": [Path(file) for file in setting["catalogs"]],
    }
    held = cache(lambda: _held(design, asked))  # by the first request: nobody is to wait for it at the start
    sys.stdout.buffer.write(b"ready\n")
    sys.stdout.buffer.flush()
    for line in sys.stdin.buffer:
        request = json.loads(line)
        try:
            if line not in known:
                if len(known) >= _KEPT:
                    known.clear()
                known[line] = _LOOKS[request["look"]](request, held())
            kind, answer = "json", known[line]
        except InputError as error:
            kind, answer = "refused", str(error).encode("utf-8", "replace")
        sys.stdout.buffer.write(json.dumps({"kind": kind, "length": len(answer)}).encode() + b"\n" + answer)
        sys.stdout.buffer.flush()


def _held(design: Design, asked: Mapping[str, Any]) -> _Held:
    catalogs = asked["catalogs"]
    knowledge, rules = know(trust=asked["trust"], catalogs=catalogs), read_rules(asked["rules"])
    judged = derive(design, knowledge)
    memory: Memory = {}
    now = judge(design, judged, knowledge, rules, catalogs, memory=memory)
    setting = setting_of(design, judged, now, knowledge, rules, memory, catalogs=catalogs)
    return _Held(design, setting, rules, asked)


def _explained(request: Mapping[str, Any], held: _Held) -> bytes:
    setting = held.setting
    told = explained(request["link"], setting.judged, setting.now, setting.knowledge, held.rules)
    return render_explanation(told, format="json")


def _options(request: Mapping[str, Any], held: _Held) -> bytes:
    found = options_in(held.setting, [request["link"]])
    if request.get("why_not"):
        found = why_not_of(found, request["why_not"], held.setting.knowledge)
    return _drawn(found)


def _drawn(found: Options) -> bytes:
    """The options as JSON, each with the link's lanes as they are and as it would make them, as SVG."""
    told = json.loads(render_options(found, format="json"))
    each, answer = found.links[0], told["links"][0]
    answer["lanes"] = drawing(path_now(each, found.types, legs_beside([each])))
    for option, written in zip(each.options, answer["options"], strict=True):
        written["lanes"] = drawing(path_then(each, option, found.types))
    return json.dumps(told, ensure_ascii=False, sort_keys=True).encode("utf-8", "replace")


def _question(request: Mapping[str, Any], held: _Held) -> bytes:
    answer = render_answer(query(held.design, request["question"], request["given"], **held.asked), format="json")
    rows = ox.parse_query_results(answer, format=ox.QueryResultsFormat.JSON)
    return rows.serialize(format=_WRITTEN[request["format"]]) or b""


_LOOKS: Mapping[str, Look] = {"explain": _explained, "options": _options, "question": _question}


if __name__ == "__main__":
    main()
