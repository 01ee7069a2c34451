"""The second process of halves: shapes first, then graphs and the shapes to judge them by, until there are no more."""

from __future__ import annotations

import gc
import pickle
import sys

from rdflib import Graph

from ..errors import OpticgraphError
from ..reason import judged_by

__all__: list[str] = []


def main() -> None:
    """Answer each request on stdin with what is found, or None where the shapes cannot be judged."""
    gc.disable()  # as in the command that started it
    asked, answers = sys.stdin.buffer, sys.stdout.buffer
    shapes = Graph()
    for triple in pickle.load(asked):
        shapes.add(triple)
    while True:
        try:
            triples, common, heads = pickle.load(asked)
        except EOFError:
            return
        try:
            found = judged_by(triples, common, shapes, heads)
        except OpticgraphError:
            found = None
        pickle.dump(found, answers)
        answers.flush()


if __name__ == "__main__":
    main()
