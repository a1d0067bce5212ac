/* The live floor model: takes the figure that Dash put into the graph and keeps it true.
 *
 * Each update changes the figure's own trace objects and calls Plotly.react once. That is a public way that neither
 * fires `plotly_restyle` (dcc.Graph would compare and store every array) nor loses the camera.
 */
(function () {
    'use strict';

    const GRAPH = 'floor-graph';
    const W = (window.wardlight = window.wardlight || {});
    const G = () => W.geometry;
    const T = () => W.tags;
    const C = () => W.camera;

    /** What is asked for (by Dash) and what is drawn (in the graph). */
    const asked = {live: null, view: null, selection: null, style: null};
    const shown = {};

    const theme = () => (document.documentElement.dataset.mantineColorScheme === 'light' ? 'light' : 'dark');
    const layers = () => new Set((asked.view && asked.view.layers) || []);

    function graph() {
        const outer = document.getElementById(GRAPH);
        const gd = outer && outer.querySelector('.js-plotly-plot');
        const ready = gd && gd._fullLayout && gd.layout && gd.layout.meta && !gd.classList.contains('dash-graph--pending');
        return ready ? gd : null;
    }

    /** Clientside callback: the graph's configuration, with as many pixels as the screen really has (2 at most a point). */
    function config(_style, fixed) {
        return {...fixed, plotGlPixelRatio: window.devicePixelRatio > 1 ? 2 : 1};
    }

    /** Clientside callback: remember what is asked for and draw in the next animation frame. */
    function draw(live, view, selection, _figure, style) {
        const chosen = JSON.stringify(selection) !== JSON.stringify(asked.selection);
        if (W.travel && W.travel.state.playing && asked.live) live = asked.live; // newer than the store, see assets/live.js
        Object.assign(asked, {live, view, selection, style});
        if (chosen) shown.flyTo = JSON.stringify(selection) === shown.own ? null : selection;
        if (chosen) shown.own = '';
        if (W.live) W.live.follow();
        plan();
        return window.dash_clientside.no_update;
    }

    function plan() {
        if (shown.planned) return;
        shown.planned = true;
        requestAnimationFrame(() => { shown.planned = false; update(); });
    }

    /** Whether this browser draws in 3D; if not, the page says so and points to the list. */
    function drawable() {
        if (shown.drawable === undefined) {
            const canvas = document.createElement('canvas');
            shown.drawable = Boolean(canvas.getContext('webgl') || canvas.getContext('experimental-webgl'));
        }
        const notice = document.getElementById('floor-no-webgl');
        if (notice) notice.hidden = shown.drawable;
        return shown.drawable;
    }

    function update() {
        const gd = graph();
        if (!gd || !asked.style) {
            if (!drawable()) return;
            if (document.getElementById(GRAPH)) window.setTimeout(plan, 60);
            return;
        }
        const began = performance.now();
        if (gd.data !== shown.data) adopt(gd);
        if (document.hidden || W.hand.busy()) return;
        C().reshape();
        const parts = [paintTheme(gd), placeTags(gd), paintPlates(gd), drawWays(gd), outline(gd), placeNames(gd)];
        if (parts.some(Boolean)) {
            window.Plotly.react(gd, gd.data, gd.layout);
            shown.cost = performance.now() - began;
        }
        if (shown.flyTo) C().fly(shown.flyTo);
    }

    /** A new figure has come: unpack its arrays once, listen to its events, aim the camera. */
    function adopt(gd) {
        for (const trace of gd.data) {
            for (const key of ['x', 'y', 'z', 'i', 'j', 'k', 'intensity']) {
                if (trace[key]) trace[key] = G().unpack(trace[key]);
            }
        }
        const meta = gd.layout.meta;
        const sameView = shown.meta && shown.meta.level === meta.level;
        const kind = (m) => (m && m.level === null ? 'all' : 'one');
        const keep = shown.turned && kind(shown.meta) === kind(meta) && shown.camera;
        const flat = shown.flat;
        Object.assign(shown, {
            gd, data: gd.data, meta, theme: meta.theme, flat: false,
            codes: G().unpack(meta.plates.code), rooms: new Map(meta.rooms.map((row) => [row[0], row])),
            frames: {}, sequence: '', painted: '', names: '', outlined: '', walked: '', projected: null,
            found: null, limits: null, marks: [],
        });
        C().measure();
        if (gd.wardlight !== true) bind(gd);
        const camera = shown.camera;
        C().reshape();
        if (Boolean(flat) === shown.flat && camera && (keep || sameView)) C().aim(camera);
        else C().home();
        gd.classList.add('floor-ready');
    }

    /** dcc.Graph's own listeners would store what we draw or plot it again; ours follow the camera. */
    function bind(gd) {
        gd.wardlight = true;
        for (const event of ['plotly_restyle', 'plotly_relayout', 'plotly_hover', 'plotly_click']) {
            gd.removeAllListeners(event);
        }
        gd.on('plotly_relayout', (change) => {
            const camera = change['scene.camera'];
            if (!camera || shown.aiming || C().same(camera, shown.camera)) return;
            Object.assign(shown, {turned: true, camera: gd.layout.scene.camera, projected: null, names: ''});
            plan();
        });
        gd.on('plotly_relayouting', () => { shown.projected = null; W.hand.leave(); });
        gd.on('plotly_webglcontextlost', ({event}) => {
            event.preventDefault(); // only then does the browser give the context back; Plotly waits for it
            window.setTimeout(() => { shown.sequence = ''; plan(); }, 1000);
        });
        W.hand.bind(gd);
    }

    // --- where things are ------------------------------------------------------------------------------------------

    function placeOf(target) {
        if (!target || !shown.meta) return null;
        if (target.type === 'tag') return T().find(shown.frames, shown.meta, target.index);
        const row = shown.rooms.get(target.index);
        return row ? {x: row[4], y: row[5], z: shown.meta.lifts[row[3]], lift: shown.meta.lifts[row[3]]} : null;
    }

    // --- what is drawn: each returns whether it changed the figure -----------------------------------------------------

    const trace = (gd, name) => gd.data[shown.meta.traces[name]];

    function paintTheme(gd) {
        const wanted = theme();
        if (wanted === shown.theme) return false;
        const table = asked.style.themes[wanted];
        for (const [name, values] of Object.entries(table.traces)) {
            for (const [path, value] of Object.entries(values)) assign(trace(gd, name), path, value);
        }
        gd.layout = {...gd.layout, paper_bgcolor: table.background, scene: {...gd.layout.scene, bgcolor: table.background}};
        Object.assign(shown, {theme: wanted, painted: null, sequence: '', walked: ''});
        return true;
    }

    function assign(object, path, value) {
        const keys = path.split('.');
        const last = keys.pop();
        let at = object;
        for (const key of keys) at = at[key] = {...(at[key] || {})};
        at[last] = value;
    }

    function placeTags(gd) {
        const {live, view, style} = asked;
        if (!live || !live.catalogue) return false;
        const wanted = JSON.stringify([
            Object.keys(shown.meta.lifts).map((k) => live.frames[k] && [live.frames[k].seq, live.frames[k].t]),
            view && view.layers, live.catalogue.rev, shown.theme, C().scale(), live.summary && live.summary.gateways,
        ]);
        if (wanted === shown.sequence) return false;
        shown.sequence = wanted;
        if (shown.revision !== live.catalogue.rev) {
            shown.revision = live.catalogue.rev;
            shown.sorted = T().sort(live.catalogue, style);
        }
        shown.frames = {};
        for (const key of Object.keys(shown.meta.lifts)) {
            if (live.frames[key]) shown.frames[key] = G().columns(live.frames[key]);
        }
        shown.buckets = T().spread(shown.frames, shown.meta, shown.sorted, layers(), style);
        const mark = C().scale() * (shown.meta.level === null ? 0.62 : 1);
        for (const marker of style.markers) put(gd, marker.layer, shown.buckets[marker.layer], {size: marker.size * mark});
        putQuiet(gd, live.summary, mark);
        const presses = T().presses(live.summary, shown.frames, shown.meta, shown.rooms);
        put(gd, 'presses', presses, {symbol: presses.symbol, size: presses.size.map((s) => s * mark)});
        return true;
    }

    /** What is not heard now, and what does not move: sensors and gateways. */
    function putQuiet(gd, summary, mark) {
        const {ghosts, fixtures} = shown.buckets;
        const colours = asked.style.themes[shown.theme];
        const meta = layers().has('gateways') ? shown.meta : {gateways: []};
        const colour = T().addGateways(fixtures, meta, (summary && summary.gateways) || [], colours);
        const all = Object.fromEntries(['x', 'y', 'z', 'symbol'].map((key) => [key, [...ghosts[key], ...fixtures[key]]]));
        put(gd, 'ghosts', all, {
            symbol: all.symbol, color: [...ghosts.x.map(() => colours.ghost), ...colour],
            size: [...ghosts.x.map(() => 8.5 * mark), ...fixtures.x.map(() => 6.5 * mark)],
        });
    }

    function put(gd, name, points, marker) {
        const target = trace(gd, name);
        target.x = Float32Array.from(points.x);
        target.y = Float32Array.from(points.y);
        target.z = Float32Array.from(points.z);
        if (target.mode === 'text') target.textfont = {...target.textfont, size: 1.7 * marker.size};
        else target.marker = {...target.marker, ...marker};
    }

    /** Rooms by department, or by the quantity that was asked for. */
    function paintPlates(gd) {
        const colour = (asked.view && asked.view.colour) || 'department';
        const quantity = (asked.style.quantities || {})[colour];
        const answer = W.areas ? W.areas.rooms(colour) : null;
        const wanted = JSON.stringify([colour, shown.theme, quantity && quantity.source === 'live' ? shown.sequence : answer && answer.stamp]);
        if (wanted === shown.painted) return false;
        const first = shown.painted === '' && !quantity;
        shown.painted = wanted;
        shown.found = shown.limits = null;
        if (W.legend) W.legend.plan();
        if (first) return false;
        const plates = trace(gd, 'plates');
        const table = asked.style.themes[shown.theme];
        if (quantity) {
            shown.found = W.layers.values(colour, {
                live: asked.live, columns: shown.frames, meta: shown.meta, beds: asked.style.beds, answer: answer && answer.body,
            });
            shown.limits = W.layers.range(quantity, shown.found);
            shown.names = '';
        }
        plates.colorscale = quantity ? W.layers.stepped(table.scales[colour]) : table.traces.plates.colorscale;
        plates.intensity = quantity ? W.layers.codes(shown.meta, shown.codes, shown.found, shown.limits) : shown.codes;
        plates.cmax = plates.colorscale.length / 2 - 0.5;
        return true;
    }

    /** The ways of a group, and over them that of the chosen tag. */
    function drawWays(gd) {
        const [group, trail] = W.areas ? [W.areas.ways(), W.areas.trail()] : [null, null];
        const live = trail && asked.selection && asked.selection.type === 'tag' ? placeOf(asked.selection) : null;
        const now = live && asked.live.frames[live.level] ? {...live, t: asked.live.frames[live.level].t} : null;
        const wanted = JSON.stringify([group && group.stamp, trail && trail.stamp, shown.theme, C().scale(), trail && now && [now.x, now.y, now.level]]);
        if (wanted === shown.walked) return false;
        const first = shown.walked === '' && !group && !trail;
        shown.walked = wanted;
        if (first) return false;
        const lines = W.lines.empty();
        W.lines.ways(lines, group && group.body, shown.meta.lifts, G().decode);
        shown.marks = W.lines.trail(lines, trail && trail.body, shown.meta.lifts, now);
        shown.names = '';
        const target = trace(gd, 'trails');
        const size = 7 * C().scale();
        Object.assign(target, {x: lines.x, y: lines.y, z: lines.z, mode: trail ? 'lines+markers' : 'lines'});
        target.line = {...target.line, color: lines.shade, width: (trail ? 4 : 2) * Math.max(C().scale(), 0.8)};
        target.marker = {...target.marker, size: lines.size.map((one) => one * size)};
        return true;
    }

    function placeNames(gd) {
        const all = shown.meta.level === null;
        const on = layers().has('labels') || all || shown.found || shown.marks.length;
        const counts = all && asked.live && asked.live.summary ? asked.live.summary.levels : null;
        const {eye, center} = shown.camera || {};
        const wanted = JSON.stringify([on, C().size(), counts, shown.theme, eye, center, asked.selection, layers().has('labels'), shown.painted]);
        if (wanted === shown.names) return false;
        shown.names = wanted;
        const names = !on ? [] : all ? W.names.levels(counts) : W.names.rooms(layers().has('labels'));
        W.names.write(trace(gd, 'labels'), names);
        return true;
    }

    function outline(gd) {
        const target = asked.selection;
        const place = placeOf(target);
        const wanted = target && place ? JSON.stringify([target.type, target.index, place.x, place.y, place.lift, place.r]) : '';
        if (wanted === shown.outlined) return false;
        shown.outlined = wanted;
        const none = {x: [], y: [], z: []};
        const line = !wanted ? none : target.type === 'tag' ? W.lines.tagLines(place)
            : W.lines.roomLines(shown.rooms.get(target.index), place.lift);
        Object.assign(trace(gd, 'selection'), line);
        const beyond = gd.layout.scene.xaxis.range[1] + 500;
        Object.assign(trace(gd, 'disc'), W.lines.disc(wanted && target.type === 'tag' ? place : null, beyond));
        return true;
    }

    // --- keeping up with the page ------------------------------------------------------------------------------------

    let resizing = 0;
    new ResizeObserver(() => {
        window.clearTimeout(resizing);
        resizing = window.setTimeout(() => {
            if (!graph() || !shown.meta || shown.gd !== graph() || C().size().join() === shown.homeSize) return;
            shown.names = '';
            if (!shown.turned) C().home(); else plan();
        }, 150);
    }).observe(document.documentElement);
    new MutationObserver(plan).observe(document.documentElement, {attributes: true, attributeFilter: ['data-mantine-color-scheme']});
    document.addEventListener('visibilitychange', plan);

    W.floor = {
        asked, shown, draw, plan, graph, placeOf,
        /** Something beside the model changed its size: look from where all is seen, unless a person chose the view. */
        refit() { if (graph() && shown.meta && !shown.turned) C().home(); },
        home: () => C().home(), aim: (camera) => C().aim(camera), fly: (target) => C().fly(target),
        size: () => C().size(), scale: () => C().scale(), textScale: () => C().textScale(),
        /** Levels whose frames the page needs now. */
        levels() {
            if (!document.getElementById(GRAPH) || !asked.view || !asked.style) return [];
            return asked.view.level === 'all' ? asked.style.levels : [asked.view.level];
        },
        select(selection) {
            shown.own = JSON.stringify(selection);
            window.dash_clientside.set_props('selection', {data: selection});
        },
    };
    window.dash_clientside = Object.assign(window.dash_clientside || {}, {wardlight: {
        ...((window.dash_clientside || {}).wardlight || {}), draw, config,
    }});
})();
