"""What every decoded frame is."""

from __future__ import annotations

from msgspec import Struct


class Frame(Struct, frozen=True, omit_defaults=True, tag_field="frame"):
    """One recognised structure of an advertisement; the JSON member `frame` names its kind.

    An optional field is None where the tag did not give a believable value.
    """
