"""Looks into single links, for the workbench: a process of its own over the design, which may be ended at any time."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from ..ask import query
from ..become import options, why_not
from ..choices import Options
from ..design import Design
from ..errors import InputError
from ..read import load
from ..reasons import explain
from ..report.answer import render as render_answer
from ..report.explanation import render as render_explanation
from ..report.lanes import drawing
from ..report.options import render as render_options
from ..report.options.paths import legs_beside, path_now, path_then

__all__ = ["main"]

_WRITTEN = {"json": ox.QueryResultsFormat.JSON, "xml": ox.QueryResultsFormat.XML}
_WRITTEN |= {"csv": ox.QueryResultsFormat.CSV, "tsv": ox.QueryResultsFormat.TSV}

_KEPT = 256  # answers that are not worked out again

Look = Callable[[Mapping[str, Any], Design, Mapping[str, Any]], bytes]


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
    sys.stdout.buffer.write(b"ready\n")
    sys.stdout.buffer.flush()
    for line in sys.stdin.buffer:
        request = json.loads(line)
        try:
            if line not in known:
                if len(known) >= _KEPT:
                    known.clear()
                known[line] = _LOOKS[request["look"]](request, design, asked)
            kind, answer = "json", known[line]
        except InputError as error:
            kind, answer = "refused", str(error).encode("utf-8", "replace")
        sys.stdout.buffer.write(json.dumps({"kind": kind, "length": len(answer)}).encode() + b"\n" + answer)
        sys.stdout.buffer.flush()


def _explained(request: Mapping[str, Any], design: Design, asked: Mapping[str, Any]) -> bytes:
    return render_explanation(explain(design, request["link"], **asked), format="json")


def _options(request: Mapping[str, Any], design: Design, asked: Mapping[str, Any]) -> bytes:
    link = request["link"]
    if request.get("why_not"):
        return _drawn(why_not(design, link, request["why_not"], **asked))
    return _drawn(options(design, links=[link], **asked))


def _drawn(found: Options) -> bytes:
    """The options as JSON, each with the link's lanes as they are and as it would make them, as SVG."""
    told = json.loads(render_options(found, format="json"))
    each, answer = found.links[0], told["links"][0]
    answer["lanes"] = drawing(path_now(each, found.types, legs_beside([each])))
    for option, written in zip(each.options, answer["options"], strict=True):
        written["lanes"] = drawing(path_then(each, option, found.types))
    return json.dumps(told, ensure_ascii=False, sort_keys=True).encode("utf-8", "replace")


def _question(request: Mapping[str, Any], design: Design, asked: Mapping[str, Any]) -> bytes:
    answer = render_answer(query(design, request["question"], request["given"], **asked), format="json")
    rows = ox.parse_query_results(answer, format=ox.QueryResultsFormat.JSON)
    return rows.serialize(format=_WRITTEN[request["format"]]) or b""


_LOOKS: Mapping[str, Look] = {"explain": _explained, "options": _options, "question": _question}


if __name__ == "__main__":
    main()
