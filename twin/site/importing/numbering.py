"""Short names of levels, as they stand before room numbers and on buttons."""

from __future__ import annotations

import re
from collections.abc import Sequence


def level_prefixes(names: Sequence[str], numbers: Sequence[int]) -> list[str]:
    """The number in each level's name if that tells all of them apart, else their ordinals."""
    found = [re.findall(r"\d+", name) for name in names]
    digits = [group[-1].lstrip("0") or "0" for group in found if group]
    return digits if len(set(digits)) == len(names) else [str(number) for number in numbers]
