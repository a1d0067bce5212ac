"""Every id of the pages, and the shapes of the stores that join Python and the browser.

Stores and what they hold:

- ``LIVE``: the newest bundle from the live channel, written by ``assets/live.js``:
  ``{"frames": {"<level>": frame}, "summary": summary, "catalogue": catalogue,
  "link": "stream" | "poll" | "lost"}``; `null` before the first message. Shapes of the
  parts: ``twin/frame.py``.
- ``VIEW``: ``{"level": level index | "all", "layers": [layer, ...], "shape": "3d" | "plan",
  "colour": quantity, "hours": number, "ways": group, "trail": hours}``. Layers are "patient",
  "staff", "sensor", "asset:<type>", "gateways", "labels"; quantities "department" and those of
  ``components.floor_scales``; a group is "", "patient", "type:<type>" or "department:<key>" (see
  ``twin.web.areas``); ``trail`` 0 is none.
- ``TRAIL``: how many hours of the chosen tag's way are drawn; 0 for none.
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
SHAPE = "floor-shape"
COLOUR = "floor-colour"
HOURS = "floor-hours"
WAYS = "floor-ways"
TRAIL = "floor-trail"
FULL = "floor-full"
PANEL = "panel"
PANEL_BODY = "panel-body"
KPIS = "kpis"
TRAVEL = "travel"
TRAVEL_BANNER = "travel-banner"

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

# Assets; the stores' shapes are told in `pages/equipment.py`
EQUIPMENT = "equipment"
EQUIPMENT_GRID = "equipment-grid"
EQUIPMENT_REFRESH = "equipment-refresh"
EQUIPMENT_HAVE = "equipment-have"
EQUIPMENT_NEWS = "equipment-news"
EQUIPMENT_ASK = "equipment-ask"
EQUIPMENT_ANSWER = "equipment-answer"
EQUIPMENT_DETAIL_ASK = "equipment-detail-ask"
EQUIPMENT_DETAIL = "equipment-detail-data"
EQUIPMENT_NEAR_ASK = "equipment-near-ask"
EQUIPMENT_NEAR = "equipment-near-data"
EQUIPMENT_CSV_ASK = "equipment-csv-ask"
EQUIPMENT_CSV = "equipment-csv"

# Building; the stores' shapes are told in `pages/building.py`
BUILDING = "building"
BUILDING_ALERT = "building-alert"
BUILDING_USED = "building-used"
BUILDING_JOBS = "building-jobs"
BUILDING_CANDIDATES = "building-candidates"
BUILDING_EARLIER = "building-earlier"
BUILDING_BEAT = "building-beat"
BUILDING_NEWS = "building-news"
BUILDING_ASK = "building-ask"
BUILDING_ANSWER = "building-answer"
BUILDING_LOOK = "building-look"
BUILDING_LEVEL = "building-level"
BUILDING_PLANS = "building-plans"

# Plan editor; the boxes that its scripts fill have their ids in `components/editor.py`
EDITOR = "editor"
EDITOR_FACTS = "editor-facts"
EDITOR_STARTED = "editor-started"

# Environment; the stores' shapes are told in `components/environment_tables.py`
ENVIRONMENT = "environment"
ENVIRONMENT_ABOUT = "environment-about"
ENVIRONMENT_SHOWN = "environment-shown"
ENVIRONMENT_STATE = "environment-state"
ENVIRONMENT_LISTS = "environment-lists"
ENVIRONMENT_LISTS_DATA = "environment-lists-data"
ENVIRONMENT_LEVEL = "environment-level"
ENVIRONMENT_MODEL = "environment-model"
ENVIRONMENT_MAP = "environment-map"
ENVIRONMENT_LEGEND = "environment-legend"
ENVIRONMENT_PLAN_DATA = "environment-plan-data"
ENVIRONMENT_VALUES = "environment-values"
ENVIRONMENT_SENSOR = "environment-sensor"
ENVIRONMENT_SPAN = "environment-span"
ENVIRONMENT_CHART = "environment-chart"
ENVIRONMENT_FIGURES = "environment-figures"
ENVIRONMENT_PARTS = "environment-parts"
ENVIRONMENT_PARTS_DATA = "environment-parts-data"
ENVIRONMENT_CSV_BUTTON = "environment-csv-button"
ENVIRONMENT_CSV = "environment-csv"
ENVIRONMENT_ENERGY = "environment-energy"
ENVIRONMENT_ENERGY_DATA = "environment-energy-data"
ENVIRONMENT_ENERGY_NOTE = "environment-energy-note"
ENVIRONMENT_ENERGY_CHART = "environment-energy-chart"
ENVIRONMENT_REFRESH = "environment-refresh"
ENVIRONMENT_SLOW = "environment-slow"
