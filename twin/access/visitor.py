"""The person behind a request."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from twin.model import Kind


class Role(StrEnum):
    """What somebody does in the hospital, as far as it decides what they may see."""

    MANAGER = "manager"
    NURSE = "nurse"
    PORTER = "porter"
    ENGINEER = "engineer"


ALL_KINDS = frozenset(Kind)
COMMISSIONERS = frozenset({Role.MANAGER, Role.ENGINEER})
KEEPERS = frozenset({Role.MANAGER, Role.ENGINEER, Role.PORTER})


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who asks. `kinds` are the kinds of tags whose positions they may see."""

    role: Role
    kinds: frozenset[Kind] = ALL_KINDS

    @property
    def sees_all(self) -> bool:
        """Whether nothing has to be left out for them."""
        return self.kinds == ALL_KINDS

    @property
    def may_commission(self) -> bool:
        """Whether they may move gateways and survey the building."""
        return self.role in COMMISSIONERS

    @property
    def may_manage_assets(self) -> bool:
        """Whether they may tie tags to equipment and untie them."""
        return self.role in KEEPERS

    @property
    def may_know_company(self) -> bool:
        """Whether they may know who was in a room together with a thing that is missing."""
        return self.role is Role.MANAGER

    def sees(self, kind: str) -> bool:
        """Whether they may see tags of this kind."""
        return kind in self.kinds


def visitor() -> Visitor:
    """Who asks now. Until people can sign in, everybody is the demo's manager."""
    return Visitor(Role.MANAGER)
