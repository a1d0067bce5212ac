"""Read an IFC model in a process of its own, because a damaged model can crash the library and all around it."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import twin
from twin.errors import SiteError
from twin.site.importing.found import Found
from twin.site.importing.ifc.opening import check_library, check_whole

Tell = Callable[[float, str], None]


def read_ifc_apart(path: Path, name: str, tell: Tell) -> Found:
    """Do what `read_ifc` does, in another process.

    Raises:
        SiteError: as `read_ifc`, or the process crashed.
    """
    check_library()
    check_whole(path, name)
    with tempfile.TemporaryDirectory(prefix="wardlight-") as scratch:
        result = Path(scratch) / "found"
        code = _run(path, name, result, tell)
        if not result.exists():
            how = f"signal {-code}" if code < 0 else f"exit code {code}"
            raise SiteError(f"{name} is damaged: reading it crashed ({how}). Export it again, or repair it.")
        # The file is our own child's, in a folder that only we can read.
        found = pickle.loads(result.read_bytes())  # noqa: S301
    if isinstance(found, Found):
        return found
    message, problems = found
    raise SiteError(message, problems)


def _run(path: Path, name: str, result: Path, tell: Tell) -> int:
    """Run the child to its end, passing on its progress; its exit code."""
    root = str(Path(twin.__path__[0]).parent)
    known = os.environ.get("PYTHONPATH")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([root, known] if known else [root])}
    command = [sys.executable, "-m", __name__, str(path.resolve()), name, str(result)]
    with subprocess.Popen(  # noqa: S603 - our own program
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, errors="replace", env=environment
    ) as child:
        try:
            for line in child.stdout or ():
                mark, _, rest = line.partition(" ")
                share, _, text = rest.strip().partition(" ")
                if mark == _MARK:
                    tell(float(share), text)
        except BaseException:
            child.kill()
            raise
    return child.returncode


_MARK = "told"
"""Begins each line of progress; the library may print lines of its own."""


def main(arguments: list[str]) -> None:
    """Read the model arguments[0], called arguments[1], and leave what was found in the file arguments[2]."""
    from twin.site.importing.ifc.read import read_ifc  # noqa: PLC0415 - the parent does without

    path, name, result = arguments

    def tell(share: float, text: str) -> None:
        sys.stdout.write(f"{_MARK} {share:.3f} {' '.join(text.split())}\n")
        sys.stdout.flush()

    try:
        found: object = read_ifc(Path(path), name, tell)
    except SiteError as error:
        found = (str(error).split("\n  - ")[0], error.problems)
    part = Path(result + ".part")
    part.write_bytes(pickle.dumps(found))
    part.replace(result)


if __name__ == "__main__":
    main(sys.argv[1:])
