"""What the twin does when people put another building in place or go back to one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from twin.climate import load_ranges
from twin.commands import Desk, Reply
from twin.commission import fit, points
from twin.commission.building import Buildings
from twin.commission.versions import KEPT, SHIPPED, Version, Versions
from twin.engine import Engine, Status
from twin.intake import Intake
from twin.jobs import candidates
from twin.locate.build import locator_of, map_of
from twin.model import Kind, Tag
from twin.radio import Slots
from twin.settings import ROOT, Settings
from twin.site import Site, load_site, load_tags
from twin.site.load import load_building

SHIPPED_BUILDING = ROOT / "data/demo/building"
TOLD = {"summary": {}, "problems": [], "notes": []}


class Town:
    """The twin's side, with a var of its own."""

    def __init__(self, var: Path) -> None:
        self.var = var
        self.settings = Settings(var=var)
        self.versions = Versions(var / "site")
        self.begun = 0
        self.begin()

    def begin(self) -> None:
        s = self.settings
        self.site = load_site(s.building_in_use, s.gateway_list)
        tags = (Tag(0, "C30000000009", "B10", Kind.STAFF, "nurse", "N-1"),)
        self.intake = Intake(self.site, tags, s.gateway_topics, Slots(tags))
        self.desk = Desk(self.intake.counters)
        Buildings(s, self.site, tags, self.intake, self.again).register(self.desk)

    def again(self) -> None:
        self.begun += 1

    def ask(self, name: str, **arguments: Any) -> Reply:
        command = {"id": f"{name}{self.begun}{arguments}"[:64], "name": name, "arguments": arguments}
        return msgspec.json.decode(self.desk.take(msgspec.json.encode(command)), type=Reply)

    def offer(self, change: Any = None, title: str = "New.ifc") -> str:
        """A candidate: the demo's building, changed by `change(folder)`."""
        made = candidates.put(self.var, SHIPPED_BUILDING, title, "import", TOLD)
        if change:
            change(made.building)
        return made.id

    def replace(self, candidate: str, base: str | None = None) -> Reply:
        base = self.versions.in_use().id if base is None else base
        reply = self.ask("building.replace", candidate=candidate, base=base)
        if reply.ok:
            self.begin()
        return reply

    def restore(self, version: str) -> Reply:
        reply = self.ask("building.restore", version=version, base=self.versions.in_use().id)
        if reply.ok:
            self.begin()
        return reply


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    yield Town(tmp_path)


def edit(folder: Path, name: str, change: Any) -> None:
    path = folder / f"{name}.geojson"
    collection = json.loads(path.read_text())
    collection["features"] = change(collection["features"])
    path.write_text(json.dumps(collection))


def only_ground(folder: Path) -> None:
    """Leave nothing but the ground floor."""
    kept = {
        f["id"]
        for f in json.loads((folder / "level.geojson").read_text())["features"]
        if f["properties"]["ordinal"] == 0
    }
    edit(folder, "level", lambda features: [f for f in features if f["id"] in kept])
    for name in ("unit", "opening", "section", "fixture"):
        if (folder / f"{name}.geojson").exists():
            edit(folder, name, lambda features: [f for f in features if f["properties"]["level_id"] in kept])
    for name in ("relationship", "amenity", "anchor"):
        (folder / f"{name}.geojson").unlink(missing_ok=True)


def other_frame(folder: Path) -> None:
    """Measure the building's metres from another point."""
    edit(folder, "venue", lambda features: framed(features, origin=[0.6932, 47.3941]))


def elsewhere(folder: Path) -> None:
    """Have nobody know where in the world the building stands."""
    edit(folder, "venue", lambda features: framed(features, origin=[0.6932, 47.3941], georeferenced=False))


def framed(features: list[dict[str, Any]], **frame: Any) -> list[dict[str, Any]]:
    features[0]["properties"]["local_frame"] |= frame
    return features


def broken(folder: Path) -> None:
    edit(folder, "unit", lambda features: [f | {"geometry": None} for f in features[:2]] + features[2:])


def test_a_candidate_takes_the_place_of_the_shipped_building(town: Town):
    ident = town.offer()
    reply = town.replace(ident)
    assert reply.ok, reply
    s = town.settings
    assert s.building_in_use == town.var / "site/building"
    assert s.building_in_use.is_symlink()
    assert town.begun == 1
    assert town.versions.in_use().title == "New.ifc"
    assert len(town.site.gateways) == len(load_site(SHIPPED_BUILDING, s.gateways).gateways), "same place, same gateways"
    assert candidates.find(town.var, ident) is None
    assert [v.source for v in town.versions.earlier()] == [SHIPPED]


def test_gateways_of_levels_that_are_gone_are_left_out_and_come_back(town: Town):
    before = len(town.site.gateways)
    reply = town.replace(town.offer(only_ground))
    assert "left out" in reply.text
    assert 0 < len(town.site.gateways) < before
    assert len(town.site.levels) == 1
    shipped = town.versions.earlier()[0]
    reply = town.restore(shipped.id)
    assert reply.ok, reply
    assert len(town.site.gateways) == before
    assert not (town.var / "site/gateways.csv").exists(), "the shipped list is in use again"
    assert town.settings.building_in_use == town.settings.building
    assert town.versions.in_use().source == SHIPPED
    assert [v.title for v in town.versions.earlier()] == ["New.ifc"]
    assert town.restore(town.versions.earlier()[0].id).ok
    assert len(town.site.levels) == 1


def test_gateways_keep_their_place_in_the_world(town: Town):
    before = town.site
    assert town.replace(town.offer(other_frame)).ok
    assert len(town.site.gateways) == len(before.gateways)
    for old, new in zip(before.gateways, town.site.gateways, strict=True):
        assert abs(old.x - new.x) > 100
        place = before.frame.to_lonlat(np.array([[old.x, old.y]]))
        assert np.allclose(place, town.site.frame.to_lonlat(np.array([[new.x, new.y]])), atol=1e-7)


def test_a_building_elsewhere_has_no_gateway_and_says_so(town: Town):
    reply = town.replace(town.offer(elsewhere))
    assert reply.ok, reply
    assert town.site.gateways == ()
    assert "hears nothing" in reply.text
    assert "75 gateways left out" in reply.text
    assert "and 69 more" in reply.text


def test_the_twin_runs_with_no_gateway_and_tags_whose_home_is_gone(town: Town):
    town.replace(town.offer(elsewhere))
    s = town.settings
    tags = [replace(tag, home="gone") for tag in load_tags(s.tags)]
    engine = Engine(
        town.site, tags, load_ranges(s.climate), s.gateway_topics, locator_of(town.site, tags, *map_of(town.site, None))
    )
    engine.tick(1_795_428_000.0, Status())
    told = engine.tick(1_795_428_001.0, Status())
    assert len(told.frames) == len(town.site.levels)
    assert json.loads(told.summary)["kpi"]["gateways"] == 0


def test_a_broken_building_is_told_with_its_ids_and_the_old_one_stays(town: Town):
    reply = town.replace(town.offer(broken))
    assert not reply.ok
    assert "stays" in reply.text
    assert any("unit" in fault.text for fault in reply.faults)
    assert town.begun == 0
    assert not (town.var / "site").exists()


def test_a_building_that_the_engine_cannot_start_with_is_refused(town: Town, monkeypatch: pytest.MonkeyPatch):
    def fail(*_given: Any) -> None:
        raise ValueError("no cells")

    monkeypatch.setattr("twin.commission.building.map_of", fail)
    reply = town.replace(town.offer())
    assert not reply.ok
    assert "cannot run with this building" in reply.text
    assert town.settings.building_in_use == town.settings.building


def test_two_people_do_not_replace_each_others_building(town: Town):
    first, second = town.offer(), town.offer()
    base = town.versions.in_use().id
    assert town.replace(first, base).ok
    reply = town.replace(second, base)
    assert not reply.ok
    assert "Somebody else" in reply.text
    assert town.begun == 1


@pytest.mark.parametrize("ident", ["", "../../../etc", "0" * 16, "building-0001-20261124-000000"])
def test_ids_that_are_none_are_refused(town: Town, ident: str):
    assert "not here any more" in town.replace(ident).text
    assert "no such earlier" in town.restore(ident).text
    assert not (town.var / "site/building").exists()


def test_the_survey_keeps_what_still_fits_and_comes_back_whole(town: Town):
    site = town.site
    floor = {level.index: str(level.ordinal) for level in site.levels}
    lines = [
        points.Line(r.number, f"{r.x:.2f}", f"{r.y:.2f}", "1.10", floor[r.level], g.mac, "-60", "")
        for r in site.rooms[::40]
        for g in site.gateways[::20]
    ]
    town.settings.survey.parent.mkdir(parents=True)
    town.settings.survey.write_bytes(points.as_csv(lines))
    reply = town.replace(town.offer(only_ground))
    assert "survey reading" in reply.text
    left = points.read_lines(town.settings.survey)
    assert 0 < len(left) < len(lines)
    assert {line.floor for line in left} == {"0"}
    town.restore(next(v.id for v in town.versions.earlier() if v.source == SHIPPED))
    assert points.read_lines(town.settings.survey) == lines


def test_nothing_is_replaced_while_somebody_walks(town: Town):
    town.intake.listener = lambda *_: None
    assert "walks" in town.replace(town.offer()).text


def test_a_full_disk_leaves_everything_as_it_was(town: Town, monkeypatch: pytest.MonkeyPatch):
    def full(self: Versions, version: Version, said: str) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Versions, "put_in_place", full)
    reply = town.replace(town.offer())
    assert not reply.ok
    assert "No space left" in reply.text
    assert not (town.var / "site/gateways.csv").exists()
    assert town.settings.building_in_use == town.settings.building
    assert town.begun == 0


def test_gateways_that_came_with_the_building_are_used(town: Town):
    before = town.site
    rows = [
        {
            "gateway_id": g.mac, "name": g.name, "model": g.model, "topic": "",
            "floor": str(before.levels[g.level].ordinal), "x": str(g.x), "y": str(g.y), "z": str(g.z),
        }
        for g in before.gateways[:3]
    ]  # fmt: skip
    rows.append(rows[0] | {"gateway_id": "", "name": ""})
    made = candidates.put(town.var, SHIPPED_BUILDING, "Drawn", "drawn", TOLD | {"gateways": rows})
    reply = town.replace(made.id)
    assert reply.ok, reply
    assert [g.mac for g in town.site.gateways] == [g.mac for g in before.gateways[:3]]
    assert town.site.gateways[0].topic == "/gw/ac233fc00000/status"
    assert "1 gateway left out, with no place in it: one without a MAC" in reply.text


def test_a_folder_copied_by_hand_is_kept_as_a_version(town: Town):
    candidates.put(town.var, SHIPPED_BUILDING, "x", "import", TOLD).building.rename(town.var / "own")
    (town.var / "site").mkdir()
    (town.var / "own").rename(town.var / "site/building")
    town.begin()
    assert town.replace(town.offer(only_ground)).ok
    assert [v.title for v in town.versions.earlier()] == ["Copied by hand"]
    assert town.restore(town.versions.earlier()[0].id).ok
    assert len(town.site.levels) == 4


def test_old_versions_do_not_pile_up_but_the_shipped_one_stays(town: Town, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("twin.commission.versions.KEPT", 2)
    for n in range(5):
        assert town.replace(town.offer(only_ground, f"{n}.ifc")).ok
    assert KEPT > 2
    titles = [v.title for v in town.versions.earlier() if v.source != SHIPPED]
    assert titles == ["3.ifc", "2.ifc"]
    assert any(v.source == SHIPPED for v in town.versions.earlier())


def test_frames_are_compared(site: Site):
    moved, _ = load_building(SHIPPED_BUILDING)
    assert moved
    move = fit.mover(site, moved)
    assert move
    assert np.allclose(move(np.array([[3.0, 4.0]])), [[3.0, 4.0]])
