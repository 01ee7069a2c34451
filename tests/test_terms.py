"""Closed lists: words as people write them, their IRIs, and what an error says."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opticgraph import terms

LISTS = {
    "Band",
    "Breakout",
    "Connector",
    "Detector",
    "Direction",
    "Evidence",
    "Fec",
    "Fiber",
    "FormFactor",
    "GroupKind",
    "LineSystem",
    "LinkStatus",
    "Modulation",
    "Polarity",
    "Polish",
    "SourceKind",
}
WORDS = [(name, word) for name in sorted(LISTS) for word in terms.words(name)]


@pytest.mark.parametrize(
    ("name", "written", "word"),
    [
        ("FormFactor", "qsfp28", "QSFP28"),
        ("FormFactor", "QSFP_DD", "QSFP-DD"),
        ("FormFactor", "QSFPDD800", "QSFP-DD800"),
        ("FormFactor", "qdd", "QSFP-DD"),
        ("FormFactor", "QSFP", "QSFP+"),
        ("FormFactor", "QSFP plus", "QSFP+"),
        ("FormFactor", "OSFP\u2011RHS", "OSFP-RHS"),
        ("FormFactor", "QSFP29", None),
        ("Connector", "lc", "LC duplex"),
        ("Connector", "Duplex LC", "LC duplex"),
        ("Connector", "MTP-12", "MPO-12"),
        ("Polish", "PC", "UPC"),
        ("Fec", "off", "none"),
        ("Fec", "KP4", "rs544"),
        ("Fec", "RS_FEC", "rs528"),
        ("LineSystem", "none", "none"),
        ("Fiber", "single mode", "SMF"),
        ("Fiber", "g652d", "G.652.D"),
        ("Fiber", "G.652.D", "G.652.D"),
        ("Fiber", "G652D", "G.652.D"),
        ("LinkStatus", "Decommissioning", "retired"),
        ("Polarity", "a", "A"),
    ],
)
def test_words_are_matched_as_people_write_them(name: str, written: str, word: str | None) -> None:
    assert terms.notation(name, written) == word


@pytest.mark.parametrize(("name", "word"), WORDS)
def test_every_word_is_itself_and_has_an_iri_of_its_own(name: str, word: str) -> None:
    assert terms.notation(name, word) == word
    assert terms.from_iri(terms.iri(name, word)) == (name, word)


def test_iris_are_those_of_the_ontology() -> None:
    assert terms.iri("FormFactor", "QSFP+") == terms.OPTIC + "QSFP-plus"
    assert terms.iri("Fec", "none") == terms.OPTIC + "no-fec"
    assert terms.from_iri(terms.OPTIC + "Cage") is None


@given(st.sampled_from(WORDS))
def test_case_blanks_hyphens_and_underscores_do_not_matter(each: tuple[str, str]) -> None:
    name, word = each
    swapped = word.swapcase().replace(" ", "_").replace("-", " ")
    assert terms.notation(name, f"  {swapped} ") == word


def test_a_list_is_called_by_its_class_in_any_spelling() -> None:
    assert terms.words("form_factor") == terms.words("FormFactor")
    assert terms.words("Polarity") == ("A", "B", "C")


def test_a_list_that_is_not_there() -> None:
    with pytest.raises(KeyError) as caught:
        terms.words("Colour")
    assert caught.value.args == (f"no closed list is called 'Colour'; there are {', '.join(sorted(LISTS))}",)


def test_what_an_error_says() -> None:
    assert terms.expected("LinkStatus", "retird") == "retired (nearest), or active, planned, spare"
    assert terms.expected("LinkStatus", "xyzzy") == "active, planned, retired, spare"
    assert terms.expected("LinkStatus", "decomissioned") == "retired (nearest), or active, planned, spare"


def test_lists_are_there_within_ten_milliseconds() -> None:
    code = (
        "import time, pyoxigraph; from opticgraph import terms; start = time.perf_counter();"
        "terms.words('Polish'); print(time.perf_counter() - start)"
    )
    tries = [subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True) for _ in range(5)]
    assert min(float(each.stdout) for each in tries) < 0.01
