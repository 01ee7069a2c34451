"""The store kept for a next start: taken as it is if nothing differs, else filled anew, and always whole."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import polars as pl
import pyoxigraph as ox
import pytest

import asking
from opticgraph.design import Design
from opticgraph.errors import InputError
from opticgraph.knowledge import know
from opticgraph.serve.store import filled, store_name
from serving import served

QUAD = b"<urn:a> <urn:b> <urn:c> .\n"
HEAD = "opticgraph-store-"


def count(folder: Path) -> int:
    return len(ox.Store.read_only(str(folder)))


def name_of(design: Design, *, options: bool = False) -> str:
    return store_name(design, know(), catalogs=(), rules=(), options=options)


def never() -> Iterator[bytes]:
    raise AssertionError("it was filled anew")


def test_a_store_is_gone_afterwards_unless_it_is_kept() -> None:
    with filled(lambda: iter([QUAD])) as folder:
        assert count(folder) == 1
    assert not folder.exists()


def test_a_store_that_is_kept_is_taken_as_it_is(tmp_path: Path) -> None:
    for pieces in (lambda: iter([QUAD]), never):
        with filled(pieces, kept=tmp_path / "new", name=HEAD + "1") as folder:
            assert count(folder) == 1
    assert [each.name for each in (tmp_path / "new").iterdir()] == [HEAD + "1"]


def test_a_store_of_another_name_takes_its_place_and_nothing_else_goes(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    for name, pieces in (("1", [QUAD]), ("2", [QUAD, QUAD.replace(b"urn:a", b"urn:d")])):
        with filled(lambda pieces=pieces: iter(pieces), kept=tmp_path, name=HEAD + name) as folder:  # type: ignore[misc]
            assert count(folder) == len(pieces)
    assert {each.name for each in tmp_path.iterdir()} == {"notes.txt", HEAD + "2"}


def test_a_store_that_was_not_filled_to_its_end_is_not_there(tmp_path: Path) -> None:
    def broken() -> Iterator[bytes]:
        yield QUAD
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), filled(broken, kept=tmp_path, name=HEAD + "1"):
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("", encoding="utf-8")
    with pytest.raises(InputError) as error, filled(never, kept=file, name=HEAD + "1"):
        pass
    assert str(error.value) == f"--store {file}: file exists; expected a folder that can be written"


def test_a_name_stands_for_all_that_a_store_holds() -> None:
    design, _ = asking.known()
    other = replace(design, links=design.links.with_columns(length_mm=pl.col("length_mm") * 2))
    noted = replace(design, triples=QUAD)
    names = [name_of(design), name_of(other), name_of(noted), name_of(design, options=True)]
    names.append(store_name(design, know(trust="playbook"), catalogs=(), rules=(), options=False))
    assert len(set(names)) == len(names)
    assert name_of(asking.load(asking.DESIGN)) == names[0]


def test_a_server_starts_from_the_store_it_kept(tmp_path: Path) -> None:
    asked = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
    told = []
    for _ in range(2):
        with served(str(asking.DESIGN), "--store", str(tmp_path)) as server:
            told.append(server.ask(asked).body)
            (home,) = tmp_path.iterdir()
            told.append(str(sorted(each.name for each in home.glob("*.sst"))).encode())
    assert told[:2] == told[2:]
