"""From fixes to presence: how far each position can be believed, and stays in rooms. Pure."""

from twin.presence.states import States, silent_gateways
from twin.presence.visits import Visits

__all__ = ["States", "Visits", "silent_gateways"]
