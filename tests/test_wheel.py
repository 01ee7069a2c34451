"""The wheel as a stranger installs it: an audit in a clean environment, with nothing of the checkout in reach."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.wheel
def test_an_audit_from_the_wheel_in_a_clean_environment(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(tmp_path), str(ROOT)],
        check=True,
        capture_output=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    for folder in ("ontology", "shapes", "queries", "examples"):
        shipped = {path.relative_to(ROOT).as_posix() for path in (ROOT / folder).rglob("*") if path.is_file()}
        assert shipped - {name.removeprefix("opticgraph/data/") for name in names} == set(), folder
    engine = ROOT / "engine"
    beside = {path.relative_to(engine).as_posix() for path in (engine / "opticgraph" / "report").rglob("*.*")}
    assert {name for name in beside if "__pycache__" not in name} - names == set(), "templates, styles and schemas"
    home = tmp_path / "env"
    venv.create(home, with_pip=True)
    python = home / ("Scripts" if os.name == "nt" else "bin") / "python"
    subprocess.run([python, "-m", "pip", "install", "--quiet", wheel], check=True, capture_output=True)
    design = next((ROOT / "examples").rglob("links.csv"))
    copy = tmp_path / "links.csv"
    copy.write_bytes(design.read_bytes())
    done = subprocess.run(
        [python, "-m", "opticgraph.cli", "audit", str(copy), "--fail-on", "never", "--format", "json"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path)},
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert '"verdicts"' in done.stdout
    closed = "import sys; from opticgraph.knowledge import know; know(); sys.exit('owlrl' in sys.modules)"
    alone = {"PATH": os.environ["PATH"], "HOME": str(tmp_path / "nobody")}
    assert subprocess.run([python, "-c", closed], cwd=tmp_path, env=alone, check=False).returncode == 0, "closed anew"
