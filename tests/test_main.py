from __future__ import annotations

import json
import subprocess
import sys

import pytest

from twin import __main__ as main
from twin.errors import WardlightError
from twin.settings import ROOT


def twin(*arguments: str, text: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "twin", *arguments],
        cwd=ROOT, input=text, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def test_help_lists_every_verb(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["--help"]) == 0
    assert main.main([]) == 0
    out = capsys.readouterr().out
    assert all(f"  {name} " in out for name in main.VERBS)


def test_every_verb_loads_and_explains_itself(capsys: pytest.CaptureFixture[str]) -> None:
    for name in main.VERBS:
        with pytest.raises(SystemExit) as done:
            main.main([name, "--help"])
        assert done.value.code == 0
        assert f"python -m twin {name}" in capsys.readouterr().out


def test_an_unknown_verb_is_an_error_with_the_list(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["dance"]) == 2
    assert "no command 'dance'" in capsys.readouterr().err


def test_an_expected_failure_is_a_message_and_not_a_traceback(monkeypatch, capsys) -> None:
    def fail() -> None:
        raise WardlightError("The tag register is empty; add tags.")

    monkeypatch.setattr("twin.verbs.doctor.doctor", fail)
    assert main.main(["doctor"]) == 2
    assert capsys.readouterr().err == "The tag register is empty; add tags.\n"


def test_decode_reads_standard_input_and_bad_lines_cost_only_themselves() -> None:
    line = json.dumps({"kind": "frame", "frame_hex": "zz"})
    done = twin("decode", text=f"{line}\nnot json\n")
    assert done.returncode == 0
    assert len([json.loads(out) for out in done.stdout.splitlines()]) == 2


def test_decode_of_a_missing_file_names_it() -> None:
    done = twin("decode", "no/such/file.ndjson")
    assert done.returncode == 2
    assert done.stderr == "Cannot read no/such/file.ndjson: No such file or directory.\n"


def test_decode_does_not_load_the_web_or_the_broker() -> None:
    code = (
        "import sys; from twin.__main__ import application; application('decode'); import twin.verbs.decode;"
        "print([m for m in ('dash', 'flask', 'paho', 'amqtt', 'sqlalchemy', 'pandas') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_a_token_is_made_listed_and_revoked(monkeypatch, tmp_path, capsys) -> None:
    monkeypatch.setenv("WARDLIGHT_VAR", str(tmp_path))

    def call(*arguments: str) -> str:
        with pytest.raises(SystemExit) as done:
            main.main(["token", *arguments])
        assert done.value.code == 0
        return capsys.readouterr().out

    made = json.loads(call("ac:23:3f:00:00:01", "--json"))
    assert made["user"] == "AC233F000001"
    assert made["password"] not in call("--json")
    assert json.loads(call("--json")) == ["AC233F000001"]
    assert "Revoked" in call("AC233F000001", "--revoke")
    assert main.main(["token", "AC233F000001", "--revoke"]) == 2
    assert main.main(["token", "gateway 7"]) == 2
