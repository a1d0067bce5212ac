"""Room climate from what sensors measured: values, ranges, states. Pure, but for reading the ranges once."""

from twin.climate.ranges import Range, load_ranges
from twin.climate.rooms import Climate, RoomClimate, SensorClimate

__all__ = ["Climate", "Range", "RoomClimate", "SensorClimate", "load_ranges"]
