/* The live floor model: takes the figure that Dash put into the graph and keeps it true.
 *
 * Each update changes the figure's own trace objects and calls Plotly.react once. That is a public way that neither
 * fires `plotly_restyle` (dcc.Graph would compare and store every array) nor loses the camera.
 */
(function () {
    'use strict';

    const GRAPH = 'floor-graph';
    const FLIGHT_MS = 700;
    const calm = window.matchMedia('(prefers-reduced-motion: reduce)');
    const W = (window.wardlight = window.wardlight || {});
    const G = () => W.geometry;
    const T = () => W.tags;

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
        const parts = [paintTheme(gd), placeTags(gd), paintPlates(gd), placeNames(gd), outline(gd)];
        if (parts.some(Boolean)) window.Plotly.react(gd, gd.data, gd.layout);
        shown.cost = performance.now() - began;
        if (shown.flyTo) fly(shown.flyTo);
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
        Object.assign(shown, {
            gd, data: gd.data, meta, toScene: G().toScene(gd.layout.scene), toData: G().toData(gd.layout.scene), theme: meta.theme,
            codes: G().unpack(meta.plates.code), rooms: new Map(meta.rooms.map((row) => [row[0], row])),
            frames: {}, sequence: '', warmth: '', names: '', outlined: '', silent: '', projected: null,
        });
        if (gd.wardlight !== true) bind(gd);
        if (keep || (sameView && shown.camera)) aim(shown.camera); else home();
        gd.classList.add('floor-ready');
    }

    /** dcc.Graph's own listeners would store what we draw or plot it again; ours follow the camera. */
    function bind(gd) {
        gd.wardlight = true;
        for (const event of ['plotly_restyle', 'plotly_relayout', 'plotly_hover', 'plotly_click']) {
            gd.removeAllListeners(event);
        }
        gd.on('plotly_relayout', (change) => {
            if (!change['scene.camera']) return;
            if (!shown.aiming) shown.turned = true;
            shown.camera = gd.layout.scene.camera;
            shown.projected = null;
            if (!shown.aiming) { shown.names = ''; plan(); }
        });
        gd.on('plotly_relayouting', () => { shown.projected = null; W.hand.leave(); });
gd.on('plotly_webglcontextlost', ({event}) => {
            event.preventDefault(); // only then does the browser give the context back; Plotly waits for it
            window.setTimeout(() => { shown.sequence = ''; plan(); }, 1000);
        });
        W.hand.bind(gd);
    }

    // --- camera ----------------------------------------------------------------------------------------------------

    const size = () => [shown.gd.clientWidth || 1, shown.gd.clientHeight || 1];
    /** Text and markers grow on large screens and shrink a little on small ones. */
    const scale = () => Math.min(Math.max(Math.sqrt(size()[0] * size()[1]) / 950, 0.62), 2.1);
    const textScale = () => Math.max(scale(), 0.85);

    function aim(camera) {
        shown.aiming = true;
        shown.camera = camera;
        shown.projected = null;
        window.Plotly.relayout(shown.gd, {'scene.camera': camera});
        shown.aiming = false;
    }

    /** Pixels at the edges that other things of the page lie on, or that look better empty. */
    function insets(width, height, all) {
        const frame = shown.gd.getBoundingClientRect();
        const covered = (selector, depth) => {
            const element = document.querySelector(selector);
            const box = element && element.getBoundingClientRect();
            return box && box.width ? Math.max(depth(box), 0) : 0;
        };
        const least = 0.035 * height + 8;
        const top = covered('.model .toolbar', (box) => box.bottom - frame.top + 4);
        const bottom = covered('.model .legend-box', (box) => frame.bottom - box.top + 4);
        const switches = width < 600 ? 0 : covered('.model .level-box', (box) => box.right - frame.left);
        const names = width < 600 ? 0.17 * width : 130 * textScale() + switches;
        return {
            left: all ? Math.min(names, 0.34 * width) : 0.03 * width, right: 0.03 * width,
            top: Math.min(Math.max(top, least), 0.2 * height), bottom: Math.min(Math.max(bottom, least), 0.2 * height),
        };
    }

    function bestCamera() {
        const [width, height] = size();
        const points = shown.meta.hull.map((p) => shown.toScene(...p));
        const all = shown.meta.level === null;
        const inset = insets(width, height, all);
        const tall = height > 1.15 * width;
        return G().fit(points, width, height, inset, all ? 33 : tall ? 66 : 52, tall);
    }

    function home() {
        shown.turned = false;
        shown.homeSize = size().join();
        glide(bestCamera());
        shown.names = '';
        plan();
    }

    /** Move the camera there: smoothly, unless the person asked their system for less motion. */
    function glide(camera) {
        const flight = (shown.flight = {});
        const from = shown.camera;
        if (!from || calm.matches || !shown.settled) {
            shown.settled = true;
            aim(camera);
            return;
        }
        const began = performance.now();
        const step = (now) => {
            if (shown.flight !== flight || !graph()) return;
            const share = Math.min((now - began) / FLIGHT_MS, 1);
            aim(G().between(from, camera, share));
            if (share < 1) requestAnimationFrame(step); else { shown.names = ''; plan(); }
        };
        requestAnimationFrame(step);
    }

    /** Bring a tag or room near; waits while it is on no level that is shown, or between the levels of the whole. */
    function fly(target) {
        const place = shown.meta.level === null ? null : placeOf(target);
        if (!place) return false;
        shown.flyTo = null;
        const [width, height] = size();
        const across = Math.max(...['x', 'y'].map((k) => shown.gd.layout.scene.aspectratio[k]));
        const near = (target.type === 'room' ? 0.42 : 0.34) * across * Math.max(1, height / width);
        shown.turned = true;
        glide(G().towards(shown.camera || bestCamera(), shown.toScene(place.x, place.y, place.z), near));
        return true;
    }

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
        Object.assign(shown, {theme: wanted, warmth: null, silent: null, sequence: ''});
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
            view && view.layers, live.catalogue.rev, shown.theme, scale(), live.summary && live.summary.gateways,
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
        const mark = scale() * (shown.meta.level === null ? 0.62 : 1);
        const fixtures = shown.buckets.fixtures;
        const colours = style.themes[shown.theme];
        const silent = (live.summary && live.summary.gateways) || [];
        const meta = layers().has('gateways') ? shown.meta : {gateways: []};
        const colour = T().addGateways(fixtures, meta, silent, colours);
        for (const marker of style.markers) put(gd, marker.layer, shown.buckets[marker.layer], {size: marker.size * mark});
        put(gd, 'ghosts', shown.buckets.ghosts, {symbol: shown.buckets.ghosts.symbol, size: 8.5 * mark});
        put(gd, 'fixtures', fixtures, {symbol: fixtures.symbol, color: colour, size: 6.5 * mark});
        const presses = T().presses(live.summary, shown.frames, shown.meta, shown.rooms);
        put(gd, 'presses', presses, {symbol: presses.symbol, size: presses.size.map((s) => s * mark)});
        return true;
    }

    function put(gd, name, points, marker) {
        const target = trace(gd, name);
        target.x = Float32Array.from(points.x);
        target.y = Float32Array.from(points.y);
        target.z = Float32Array.from(points.z);
        if (target.mode === 'text') target.textfont = {...target.textfont, size: 1.7 * marker.size};
        else target.marker = {...target.marker, ...marker};
    }

    function paintPlates(gd) {
        const warm = layers().has('temperature') ? T().warmth((asked.live && asked.live.frames) || {}, shown.meta) : null;
        const wanted = shown.theme + (warm ? JSON.stringify([...warm]) : '');
        if (wanted === shown.warmth) return false;
        const first = shown.warmth === '' && !warm;
        shown.warmth = wanted;
        if (first) return false;
        const plates = trace(gd, 'plates');
        const table = asked.style.themes[shown.theme];
        plates.colorscale = warm ? table.temperature : table.traces.plates.colorscale;
        plates.intensity = T().plateCodes(shown.meta, shown.codes, warm);
        plates.cmax = (warm ? shown.meta.plates.shades * (shown.meta.plates.steps + 1) : plates.colorscale.length / 2) - 0.5;
        return true;
    }

    function placeNames(gd) {
        const on = layers().has('labels') || shown.meta.level === null;
        const counts = shown.meta.level === null && asked.live && asked.live.summary ? asked.live.summary.levels : null;
        const wanted = JSON.stringify([on, size(), counts, shown.theme, shown.camera && shown.camera.eye]);
        if (wanted === shown.names) return false;
        shown.names = wanted;
        const names = !on ? [] : shown.meta.level === null ? W.names.levels(counts) : W.names.rooms();
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
        const line = !wanted ? none : target.type === 'tag' ? T().tagLines(place)
            : T().roomLines(shown.rooms.get(target.index), place.lift);
        Object.assign(trace(gd, 'selection'), line);
        return true;
    }

    // --- keeping up with the page ------------------------------------------------------------------------------------

    let resizing = 0;
    new ResizeObserver(() => {
        window.clearTimeout(resizing);
        resizing = window.setTimeout(() => {
            if (!graph() || shown.gd !== graph() || size().join() === shown.homeSize) return;
            shown.names = '';
            if (!shown.turned) home(); else plan();
        }, 150);
    }).observe(document.documentElement);
    new MutationObserver(plan).observe(document.documentElement, {attributes: true, attributeFilter: ['data-mantine-color-scheme']});
    document.addEventListener('visibilitychange', plan);

    W.floor = {
        asked, shown, draw, plan, home, fly, aim, glide, size, scale, textScale, placeOf,
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
