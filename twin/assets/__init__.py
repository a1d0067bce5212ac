"""Equipment: its status by room, par levels, use and idle time, upkeep, and the way to the nearest free one."""

from twin.assets.par import Count, count_places
from twin.assets.rules import Par, Rule, Rules, read_rules
from twin.assets.status import Status, Statuses
from twin.assets.upkeep import Due, Upkeep, due, read_upkeep
from twin.assets.use import Stays, Use, use_of

__all__ = [
    "Count",
    "Due",
    "Par",
    "Rule",
    "Rules",
    "Status",
    "Statuses",
    "Stays",
    "Upkeep",
    "Use",
    "count_places",
    "due",
    "read_rules",
    "read_upkeep",
    "use_of",
]
