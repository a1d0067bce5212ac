"""Open an IFC file, or say why not."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

from twin.errors import SiteError

HEAD = b"ISO-10303-21"
TAIL = b"END-ISO-10303-21"
_REMEDY = "Importing IFC needs ifcopenshell, which is not installed. Run `make ifc`, then try again."
_TAIL_BYTES = 65536


def open_model(path: Path, name: str) -> Any:  # noqa: ANN401 - ifcopenshell has no types
    """The parsed model; `name` is what people call the file.

    Raises:
        SiteError: ifcopenshell is missing, or the file is damaged or of an unknown schema.
    """
    check_library()
    check_whole(path, name)
    import ifcopenshell  # noqa: PLC0415 - optional

    try:
        model = ifcopenshell.open(str(path))
    except Exception as error:  # the library raises plain Exceptions, RuntimeErrors and its own
        raise SiteError(
            f"{name} cannot be read as IFC ({_short(error)}). Export it again as IFC2X3 or IFC4."
        ) from error
    if not model.by_type("IfcProject"):
        raise SiteError(f"{name} holds no IfcProject: it is damaged or no building model. Export it again.")
    return model


def check_library() -> None:
    """See that ifcopenshell is there, without loading it.

    Raises:
        SiteError: it is not.
    """
    if find_spec("ifcopenshell") is None:
        raise SiteError(_REMEDY)


def check_whole(path: Path, name: str) -> None:
    """See that the file begins and ends as an IFC file does.

    Raises:
        SiteError: it does not.
    """
    with path.open("rb") as file:
        head = file.read(4096)
        file.seek(max(0, path.stat().st_size - _TAIL_BYTES))
        tail = file.read()
    if HEAD not in head:
        raise SiteError(f"{name} is no IFC file: it does not begin with {HEAD.decode()}. IFC-XML is not read.")
    if TAIL not in tail:
        raise SiteError(f"{name} is cut off: it does not end with {TAIL.decode()}. Copy or export it again.")


def _short(error: Exception) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__
