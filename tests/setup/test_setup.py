"""What set-up says where it can do nothing, on a machine made of a handful of basic programs."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
BASIC = (
    "bash",
    "cat",
    "cut",
    "dirname",
    "env",
    "flock",
    "id",
    "mkdir",
    "sed",
    "sha256sum",
    "sort",
    "tail",
    "tr",
)


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """Set-up alone in an empty project, with a PATH that has no apt, no Python, Node or browser."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in BASIC:
        (programs / name).symlink_to(shutil.which(name) or name)
    shutil.copytree(PROJECT / ".ci", tmp_path / "project" / ".ci")
    # Set-up adds the administrators' folders to PATH, for dpkg; here they must stay out of it.
    setup = tmp_path / "project" / ".ci" / "setup"
    setup.write_text(setup.read_text().replace(":/usr/local/sbin:/usr/sbin:/sbin", ""))
    return tmp_path


def run(bare: Path, mode: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(bare / "bin" / "bash"), str(bare / "project" / ".ci" / "setup"), mode],
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": str(bare / "bin"), "HOME": str(bare), **environment},
    )


def test_where_apt_is_absent_one_sentence_names_exactly_what_is_missing(bare: Path) -> None:
    done = run(bare, "demo", VIGIE_DATABASE_URL="postgresql://elsewhere/vigie")
    assert done.returncode == 1
    french, english = done.stderr.strip().splitlines()
    for sentence in (french, english):
        command = sentence.partition("--no-install-recommends ")[2]
        assert set(command.split()) - {"python3-venv"} == {"nodejs", "npm"}
    assert done.stdout == ""


def test_tests_need_a_browser_and_a_font_which_the_demo_does_not(bare: Path) -> None:
    outside = {"VIGIE_DATABASE_URL": "postgresql://a/b", "VIGIE_TEST_DATABASE_URL": "postgresql://a/b"}
    assert " chromium " in run(bare, "test", **outside).stderr
    assert "chromium" not in run(bare, "demo", **outside).stderr


def test_an_unknown_way_of_setting_up_is_refused(bare: Path) -> None:
    done = run(bare, "everything")
    assert done.returncode == 1
    assert "demo|test" in done.stderr
