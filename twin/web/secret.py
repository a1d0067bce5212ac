"""The key that signs what this server hands out, shared by all workers and kept over restarts."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def secret_key(folder: Path) -> str:
    """Read the key in `folder`, or make one that only this user can read."""
    path = folder / "web.key"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = folder / f".web.key.{os.getpid()}"
    if not path.exists():
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(48), "ascii")
        try:
            os.link(fresh, path)  # unlike a rename, fails when another worker was first
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return path.read_text("ascii").strip()
