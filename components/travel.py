"""The bar below the floor model that goes back in time, and the banner that says so.

`assets/page/travel*.js` write both; nothing is drawn here, so React never writes over it.
"""

from __future__ import annotations

from dash import html

from components import ids
from components.attributes import aria
from components.text import _


def travel_bar() -> html.Div:
    """Lay out the bar and the banner, as the last child of the floor page.

    Both join the page's column: the banner shows above everything, the bar below.
    """
    return html.Div(
        [
            html.Div(id=ids.TRAVEL_BANNER, className="travel-banner", hidden=True),
            html.Section(id=ids.TRAVEL, className="travel", **aria(label=_("Looking back"))),
        ],
        className="travel-parts",
    )
