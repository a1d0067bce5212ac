"""Every id of the pages, and the shapes of the stores that join Python and the browser.

Stores and what they hold:

- ``LIVE``: the newest bundle from the live channel, written by ``assets/live.js``:
  ``{"frames": {"<level>": frame}, "summary": summary, "catalogue": catalogue,
  "link": "stream" | "poll" | "lost"}``; `null` before the first message. Shapes of the
  parts: ``twin/frame.py``.
- ``VIEW``: ``{"level": level index | "all", "layers": [layer, ...]}``. Layers are "patient",
  "staff", "sensor", "asset:<type>", "temperature", "gateways", "labels".
- ``SELECTION``: ``{"type": "tag" | "room", "index": number}`` or `null`.
- ``CAMERA``: the last camera a person chose, or `null`.

Two hidden elements hold JSON in ``data-json``: ``SITE``, what the scripts need to know of the
building (``components.facts``), and ``WORDS``, the texts that they show (``components.words``).
"""

from __future__ import annotations

# Shared by all pages
LIVE = "live"
WORDS = "words"
SITE = "site-facts"
LAMP = "lamp"
CLOCK = "site-clock"
CATCH_UP = "catch-up"
MENU = "nav-menu"
MENU_BUTTON = "nav-menu-button"
HELP = "help"
HELP_BUTTON = "help-button"
SHORTCUTS = "shortcuts-on"
URL = "url"

# Floor model
VIEW = "view"
SELECTION = "selection"
CAMERA = "camera"
FLOOR_GRAPH = "floor-graph"
LEVEL = "level"
LAYERS = "layers"
LAYERS_ALL = "layers-all"
LAYERS_EVERY_ASSET = "layers-every-asset"
SEARCH = "search"
LEGEND = "floor-legend-box"
PANEL = "panel"
PANEL_BODY = "panel-body"
KPIS = "kpis"

# List
LIST_REFRESH = "list-refresh"
LIST_PAUSE = "list-pause"
LIST_ABOUT = "list-about"
LIST_SEARCH = "list-search"
LIST_KIND = "list-kind"
LIST_SORT = "list-sort"
LIST_PAGE = "list-page"
LIST_TAGS = "list-tags"
LIST_TAGS_DATA = "list-tags-data"
LIST_ROOMS_DATA = "list-rooms-data"
LIST_ROOMS = "list-rooms"
LIST_ROOM_SEARCH = "list-room-search"
LIST_ROOM_SORT = "list-room-sort"
LIST_TAB = "list-tab"
LIST_CSV_BUTTON = "list-csv-button"
LIST_CSV = "list-csv"

# System
SYSTEM_REFRESH = "system-refresh"
SYSTEM_DATA = "system-data"
SYSTEM_BODY = "system-body"
SYSTEM_ABOUT = "system-about"

# Fidelity report
FIDELITY_REFRESH = "fidelity-refresh"
FIDELITY_ABOUT = "fidelity-about"
FIDELITY_TOP = "fidelity-top"
FIDELITY_CHART = "fidelity-chart"
FIDELITY_DATA = "fidelity-data"
FIDELITY_BODY = "fidelity-body"

# Commissioning; the stores' shapes are told in `pages/commissioning.py`
COMMISSION = "commission"
COMMISSION_ABOUT = "commission-about"
COMMISSION_REFRESH = "commission-refresh"
COMMISSION_FACTS = "commission-facts"
COMMISSION_ASK = "commission-ask"
COMMISSION_ANSWER = "commission-answer"
COMMISSION_TASK = "commission-task"
COMMISSION_LEVEL = "commission-level"
COMMISSION_LAYER = "commission-layer"
COMMISSION_PLAN = "commission-plan-data"
COMMISSION_HEAT_ASK = "commission-heat-ask"
COMMISSION_HEAT = "commission-heat"
COMMISSION_BEAT = "commission-beat"
COMMISSION_WALK = "commission-walk-data"
COMMISSION_TAG = "commission-tag"
COMMISSION_ROOM = "commission-room"
COMMISSION_POINTS = "commission-points"
COMMISSION_POINTS_DATA = "commission-points-data"
COMMISSION_SIGNALS = "commission-signals"
COMMISSION_SIGNALS_DATA = "commission-signals-data"
COMMISSION_UPLOAD = "commission-upload"
COMMISSION_EXPORT = "commission-export"
COMMISSION_FILE = "commission-file"
