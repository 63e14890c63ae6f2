"""`vigie workflow`, as an operator runs it."""

import shutil

from click.testing import CliRunner

from tracker import definitions
from tracker.cli.workflow import workflow


def test_checking_the_shipped_workflows_succeeds():
    done = CliRunner().invoke(workflow, ["check"])
    assert done.exit_code == 0
    assert "field_work: 15 states, 22 transitions, sound" in done.stdout


def test_checking_a_broken_workflow_fails_and_names_the_mistake(tmp_path):
    path = tmp_path / "field_work.yaml"
    shutil.copy(definitions.WORKFLOWS / "field_work.yaml", path)
    path.write_text(path.read_text(encoding="utf-8").replace("to: refused", "to: rejected"), encoding="utf-8")
    done = CliRunner().invoke(workflow, ["check", str(tmp_path)])
    assert done.exit_code == 1
    assert "field_work.yaml: transitions.refuse.to: unknown 'rejected'" in done.stderr


def test_drawing_prints_the_page_and_writes_nothing():
    done = CliRunner().invoke(workflow, ["docs"])
    assert done.exit_code == 0
    assert "in_progress --> completed: complete" in done.stdout
