"""`python -m twin compile`: compile the positioning loops now, so that the first start does not have to."""

from __future__ import annotations

import typer

from twin import clock


def compile_loops() -> None:
    """Compile what has to be compiled; quick when it was done before."""
    began = clock.monotonic()
    from twin.locate.warm import warm  # noqa: PLC0415 - importing it compiles already

    warm()
    typer.echo(f"ready after {clock.monotonic() - began:.1f} s")
