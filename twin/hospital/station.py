"""A hospital on the air: the world, and what its gateways publish in each step."""

from __future__ import annotations

import numpy as np

from twin.hospital.propagation import Propagation
from twin.hospital.transmit import Air, Transmitters
from twin.hospital.uploads import Heard, Message, Uploads
from twin.hospital.world import World


class Station:
    """Joins a world with its radio. The chance of the radio is a stream of its own, so that the
    hospital's course does not depend on how finely it is listened to.
    """  # noqa: D205

    def __init__(self, world: World, propagation: Propagation, seed: int) -> None:
        tags, gateways = world.stage.tags, world.stage.ground.site.gateways
        self.world = world
        self._propagation = propagation
        self._transmitters = Transmitters(tags, seed)
        self._uploads = Uploads(gateways, [tag.mac for tag in tags])
        self._rng = np.random.default_rng([seed, 19, int(world.now)])
        self._temperature = np.full(len(tags), np.nan)
        self._humidity = np.full(len(tags), np.nan)
        world.stage.where.radio_dirty[:] = True

    def step(self, end: float) -> list[Message]:
        """Live up to `end` (POSIX seconds) and return what gateways and meters send then."""
        world, begin = self.world, self.world.now
        pressed = dict(world.buttons.active)
        world.advance(end)
        pressed |= world.buttons.active
        self._follow()
        where, rooms = world.stage.where, world.rooms
        self._temperature[rooms.tags], self._humidity[rooms.tags] = rooms.temperature, rooms.humidity
        air = Air(self._temperature, self._humidity)
        sent = self._transmitters.send(begin, end, where.on_air, where.moving, pressed, air, self._rng)
        awake = world.gateways.awake(end)
        heard = Heard(*self._propagation.receive(sent.tag, sent.packets, awake, self._rng))
        uploads = self._uploads.messages(begin, end, sent, heard, world.gateways, self._rng)
        return uploads + world.meters.messages(begin, end)

    def _follow(self) -> None:
        where = self.world.stage.where
        moved = np.flatnonzero(where.radio_dirty & where.on_air).astype(np.int32)
        if len(moved):
            self._propagation.follow(moved, where.x[moved], where.y[moved], where.level[moved], where.heading[moved])
            where.radio_dirty[moved] = False
