"""One step of the grid filter over arrays: predict, update and read out the posteriors of many tags.

The loops are compiled, each module by itself: the compiler's cache notices changes only in the file that a loop
is written in, so no compiled function calls one of another module.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from twin.locate.readout import Reading, read
from twin.locate.tiles import TALL, WIDE, Ground, Heard, Posteriors
from twin.locate.walk import backward, predict
from twin.locate.weigh import update
from twin.model import F32, F64, I32


class Batch(NamedTuple):
    """One step of some tags: rows of tag i are start[i] to start[i + 1]."""

    tag: I32
    start: I32
    gateway: I32
    rssi: F32
    heard: F64
    """When each tag's newest reading was received: only gateways that reported later can have missed it."""
    box: I32
    """[n, 6]: wanted first level, row and column of tiles, and their numbers."""
    spread: F32
    """Diffusion times time: D dt in m^2."""
    power: I32
    """Exponent of the product in sixteenths: 48 times the temper of the likelihood."""
    present: I32
    """Room each tag is reported in now."""


def advance(
    state: Posteriors, ground: Ground, heard: Heard, batch: Batch, heartbeat: F64, rooms: int,
    teleport: np.float32, ride: np.float32, reading: Reading,
) -> None:  # fmt: skip
    """Step the tags of `batch`, filling `reading`; `heartbeat` [1 or tags, gateway] is when each last reported.

    `teleport` is the share of the probability that may be anywhere after a step, `ride` what takes a lift or
    stair for each m^2 of diffusion, `rooms` the number of rooms.
    """
    order = _by_place(state, batch)
    new = predict(state, ground, batch, order, ride)
    state.at[batch.tag[new]] = _middles(batch.box[new], ground)
    update(state, ground, heard, batch, order, new, heartbeat, teleport, reading.residual)
    read(state, ground, batch.tag, order, batch.present, rooms, reading)


def smooth(
    posterior: F32, likelihood: F32, boxes: I32, spread: F32, ground: Ground, rooms: int,
    teleport: np.float32, ride: np.float32, present: np.integer, reading: Reading, i: int,
) -> None:  # fmt: skip
    """What the epochs after it say of the first: a backward message over the tiles of later epochs.

    `posterior` is the first epoch's, `likelihood`, `boxes` and `spread` of all epochs. Fills reading i.
    """
    p, mass = backward(posterior, likelihood, boxes, spread, ground, teleport, ride)
    one = np.zeros(1, np.float32)
    state = Posteriors(p[None], mass[None], boxes[:1], np.zeros((1, 3), np.int32), one, p[:0, None])
    part = Reading._make([*(column[i : i + 1] for column in reading[:-1]), reading.residual])
    first = np.zeros(1, np.int32)
    read(state, ground, first, first, np.full(1, present, np.int32), rooms, part)


def _by_place(state: Posteriors, batch: Batch) -> I32:
    """The tags of a batch, neighbours after each other: they need the same part of the radio map."""
    level, row, column = state.at[batch.tag].T
    return np.lexsort((column // WIDE, row // TALL, level)).astype(np.int32)


def _middles(box: I32, ground: Ground) -> I32:
    """Level, row and column of the cells in the middle of boxes."""
    _, _, rows, columns = ground.home.shape
    level = box[:, 0] + box[:, 3] // 2
    row = np.minimum((2 * box[:, 1] + box[:, 4]) * TALL // 2, rows - 1)
    column = np.minimum((2 * box[:, 2] + box[:, 5]) * WIDE // 2, columns - 1)
    return np.column_stack((level, row, column)).astype(np.int32)
