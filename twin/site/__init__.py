"""The building: an IMDF archive read into rooms, walls, doors, gateways and ways between them."""

from twin.site.building import Bounds, Connector, Door, Grid, Landing, Site
from twin.site.load import load_site
from twin.site.raster import rooms_at
from twin.site.registers import load_tags
from twin.site.route import route, route_length
from twin.site.walls import walls_crossed

__all__ = [
    "Bounds",
    "Connector",
    "Door",
    "Grid",
    "Landing",
    "Site",
    "load_site",
    "load_tags",
    "rooms_at",
    "route",
    "route_length",
    "walls_crossed",
]
