"""What the twin does for equipment: ties tags to things, unties them, and keeps the list of what is broken.

The only writer of the tag list and of `down.csv`. A changed register holds when the twin has begun anew; history
goes by MAC address, so every stay stays with its tag, and the stay of a tag that left ends there.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Annotated, Literal

import msgspec

from twin.assets.down import Down, down_csv, read_down
from twin.commands import CommandError, Desk, Done
from twin.commission.shelf import Shelf, revision
from twin.model import Kind, Tag
from twin.settings import Settings
from twin.site import Site, load_tags
from twin.site.registers import Fault, normal_mac, tags_csv

MOST_TAGS = 20_000

Text = Annotated[str, msgspec.Meta(max_length=80)]

_MAC = re.compile(r"[0-9A-F]{12}")
_TYPE = re.compile(r"[a-z][a-z0-9_]*")


class Associate(msgspec.Struct, frozen=True):
    """`tags.associate`: this tag is on that thing from now on. `base` is the revision of the list it was made from."""

    mac: Text
    type: Text
    label: Text
    base: str
    kind: Literal["asset"] = "asset"
    model: Text = ""
    home: Text = ""


class Rename(msgspec.Struct, frozen=True):
    """`tags.rename`: another label, type or home."""

    mac: Text
    type: Text
    label: Text
    base: str
    home: Text = ""


class Dissociate(msgspec.Struct, frozen=True):
    """`tags.dissociate`: the tag is on nothing any more; its history stays."""

    mac: Text
    base: str


class MarkDown(msgspec.Struct, frozen=True):
    """`assets.down`: it is broken. `note` says what is wrong."""

    mac: Text
    note: Annotated[str, msgspec.Meta(max_length=200)] = ""


class Repaired(msgspec.Struct, frozen=True):
    """`assets.repaired`: it works again."""

    mac: Text


class TagKeeping:
    """Takes the commands about equipment.

    Args:
        settings: Where the files are.
        site: The building, for homes and for the gateways' own addresses.
        now: The hospital's time, POSIX seconds UTC; None while it is not known or races ahead.
    """

    def __init__(self, settings: Settings, site: Site, now: Callable[[], float | None]) -> None:
        self._settings = settings
        self._site = site
        self._now = now
        self._shelf = Shelf(settings.survey.parent)
        self._down = settings.survey.with_name("down.csv")

    def register(self, desk: Desk) -> None:
        """Make the commands known."""
        desk.on("tags.associate", Associate, self.associate)
        desk.on("tags.rename", Rename, self.rename)
        desk.on("tags.dissociate", Dissociate, self.dissociate)
        desk.on("assets.down", MarkDown, self.mark_down)
        desk.on("assets.repaired", Repaired, self.repaired)

    def associate(self, asked: Associate) -> Done:
        """Add a tag to the register; it comes last, so that all others keep their place."""
        tags = self._tags(asked.base)
        mac = normal_mac(asked.mac)
        faults = [*self._mac_faults(mac, asked.mac, tags), *self._thing_faults(asked, mac, tags)]
        _refuse(faults)
        if len(tags) >= MOST_TAGS:
            raise CommandError(f"The register is full: it holds {MOST_TAGS} tags.")
        tag = Tag(len(tags), mac, asked.model.strip(), Kind.ASSET, asked.type, asked.label.strip(), asked.home.strip())
        return self._save((*tags, tag), f"Tag {mac} is on {tag.label} now.")

    def rename(self, asked: Rename) -> Done:
        """Change what the register says of a tag."""
        tags = self._tags(asked.base)
        old = _asset(tags, asked.mac)
        _refuse(self._thing_faults(asked, old.mac, tags))
        new = replace(old, label=asked.label.strip(), type=asked.type, home=asked.home.strip())
        return self._save([new if tag is old else tag for tag in tags], f"{old.label} is {new.label} now.")

    def dissociate(self, asked: Dissociate) -> Done:
        """Take a tag out of the register."""
        tags = self._tags(asked.base)
        old = _asset(tags, asked.mac)
        if len(tags) == 1:
            raise CommandError("This is the only tag; the twin needs at least one.")
        done = self._save([tag for tag in tags if tag is not old], f"Tag {old.mac} is off {old.label}.")
        self._write_down(lambda down: down.pop(old.mac, None))
        return done

    def mark_down(self, asked: MarkDown) -> Done:
        """Note that something is broken."""
        now = self._now()
        if now is None:
            raise CommandError("The twin does not live in the present yet; try again when it has caught up.")
        tag = _asset(load_tags(self._settings.tag_list), asked.mac)
        note = " ".join(asked.note.split())
        self._write_down(lambda down: down.update({tag.mac: Down(now, note)}))
        return Done(f"{tag.label} is marked as down.")

    def repaired(self, asked: Repaired) -> Done:
        """Note that it works again."""
        mac = normal_mac(asked.mac)
        if mac not in read_down(self._down):
            raise CommandError("It was not marked as down.")
        self._write_down(lambda down: down.pop(mac))
        return Done("The mark is gone; the room decides its status again.")

    def _tags(self, base: str) -> tuple[Tag, ...]:
        path = self._settings.tag_list
        if base != revision(path):
            raise CommandError("Somebody else changed the register since this page read it; look again and retry.")
        return load_tags(path)

    def _save(self, tags: tuple[Tag, ...] | list[Tag], text: str) -> Done:
        s = self._settings
        self._shelf.replace(s.survey.with_name("tags.csv"), tags_csv(tags).encode(), before=s.tag_list)
        return Done(text, {"revision": revision(s.tag_list)})

    def _write_down(self, change: Callable[[dict[str, Down]], object]) -> None:
        down = read_down(self._down)
        before = dict(down)
        change(down)
        if down != before:
            self._shelf.replace(self._down, down_csv(down).encode())

    def _mac_faults(self, mac: str, typed: str, tags: tuple[Tag, ...]) -> list[Fault]:
        if not _MAC.fullmatch(mac):
            return [Fault(1, "mac", f"{typed!r} is no MAC address; it has 12 hex digits, such as C3:00:00:3A:7F:21.")]
        holder = next((tag for tag in tags if tag.mac == mac), None)
        if holder:
            return [Fault(1, "mac", f"This tag is on {holder.label} already; take it off there first.")]
        gateway = next((gateway for gateway in self._site.gateways if gateway.mac == mac), None)
        return [Fault(1, "mac", f"This is gateway {gateway.name or gateway.mac}, no tag.")] if gateway else []

    def _thing_faults(self, asked: Associate | Rename, mac: str, tags: tuple[Tag, ...]) -> list[Fault]:
        faults: list[Fault] = []
        label, home = asked.label.strip(), asked.home.strip()
        if not label or not label.isprintable():
            faults.append(Fault(1, "label", "Give it a label that can be read on the thing itself."))
        taken = next((tag for tag in tags if tag.label.casefold() == label.casefold() and tag.mac != mac), None)
        if taken:
            faults.append(Fault(1, "label", f"{taken.label} is the label of tag {taken.mac} already."))
        if not _TYPE.fullmatch(asked.type):
            faults.append(Fault(1, "type", "Choose a type; its key has small letters, digits and _ only."))
        if home and home not in self._site.room_by_number:
            faults.append(Fault(1, "home", f"The building has no room {home}."))
        return faults


def _refuse(faults: list[Fault]) -> None:
    if faults:
        raise CommandError("Nothing was changed: correct the marked fields.", faults)


def _asset(tags: tuple[Tag, ...], typed: str) -> Tag:
    mac = normal_mac(typed)
    tag = next((tag for tag in tags if tag.mac == mac), None)
    if tag is None:
        raise CommandError(f"Tag {typed!r} is not in the register.")
    if tag.kind is not Kind.ASSET:
        raise CommandError(f"{tag.label} is no equipment; only tags of equipment are changed here.")
    return tag
