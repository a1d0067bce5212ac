/* Fills the traces of the floor model from the newest frames. Works on plain objects: no DOM, no Plotly. */
(function (root) {
    'use strict';

    const geometry = typeof module === 'undefined' ? root.wardlight.geometry : require('./floor_geometry.js');
    const STATE = 7;
    const PRESSED = 8;
    const LIVE = 0;
    const NOWHERE = 65535;
    const TAG_Z = 130;
    const PRESS_Z = 260;
    const FRESH_S = 900;

    /** Per catalogue row: the trace that draws it, and the layer that switches it. */
    function sort(catalogue, style) {
        return catalogue.tags.map(([, kind, type]) => {
            if (kind === 'patient') return {trace: 'patients', layer: 'patient'};
            if (kind === 'staff') return {trace: 'staff', layer: 'staff'};
            if (kind === 'sensor') return {trace: 'fixtures', layer: 'sensor'};
            return {trace: style.assets[type] || 'mobility', layer: 'asset:' + type};
        });
    }

    const bucket = () => ({x: [], y: [], z: [], tag: [], level: [], row: [], symbol: []});

    /** All tags of the frames by trace; a tag that is not heard now goes to `ghosts` in its open shape. */
    function spread(frames, meta, sorted, layers, style) {
        const buckets = {ghosts: bucket(), fixtures: bucket()};
        for (const marker of style.markers) buckets[marker.layer] = bucket();
        const open = Object.fromEntries(style.markers.map((m) => [m.layer, m.open]));
        for (const [key, lift] of Object.entries(meta.lifts)) {
            const frame = frames[key];
            if (!frame) continue;
            for (let row = 0; row < frame.n; row++) {
                const kind = sorted[frame.tag[row]];
                if (!kind || !layers.has(kind.layer)) continue;
                const alive = (frame.flags[row] & STATE) === LIVE;
                const into = buckets[alive || kind.trace === 'fixtures' ? kind.trace : 'ghosts'];
                into.x.push(100 * frame.x0 + frame.x[row]);
                into.y.push(100 * frame.y0 + frame.y[row]);
                into.z.push(lift + TAG_Z);
                into.tag.push(frame.tag[row]);
                into.level.push(+key);
                into.row.push(row);
                into.symbol.push(kind.trace === 'fixtures' ? 'cross' : open[kind.trace]);
            }
        }
        return buckets;
    }

    /** Gateways join the fixtures: an open diamond, a full one in the colour of alarm when silent. */
    function addGateways(into, meta, silent, colours) {
        const colour = into.x.map(() => colours.quiet);
        for (const [index, x, y, z] of meta.gateways) {
            into.x.push(x);
            into.y.push(y);
            into.z.push(z);
            into.tag.push(-1 - index);
            into.symbol.push(silent[index] ? 'diamond' : 'diamond-open');
            colour.push(silent[index] ? colours.alarm : colours.quiet);
        }
        return colour;
    }

    /** Where one tag is in the frames: {x, y, z, level, room, ...} in cm, or null. */
    function find(frames, meta, tag) {
        for (const [key, lift] of Object.entries(meta.lifts)) {
            const frame = frames[key];
            const row = frame ? frame.tag.indexOf(tag) : -1;
            if (row >= 0) {
                return {
                    x: 100 * frame.x0 + frame.x[row], y: 100 * frame.y0 + frame.y[row], z: lift + TAG_Z, lift,
                    level: +key, room: frame.room[row] === NOWHERE ? -1 : frame.room[row],
                    age: geometry.ageSeconds(frame.age[row]), state: frame.flags[row] & STATE,
                    pressed: Boolean(frame.flags[row] & PRESSED), r: 10 * frame.r[row],
                };
            }
        }
        return null;
    }

    /** Buttons pressed in the last minutes: a dot and a ring each. */
    function presses(summary, frames, meta, rooms) {
        const out = {x: [], y: [], z: [], tag: [], symbol: [], size: []};
        const seen = new Set();
        for (const press of (summary && summary.presses) || []) {
            if (seen.has(press.tag) || summary.t - press.t > FRESH_S || !(press.level in meta.lifts)) continue;
            seen.add(press.tag);
            const place = find(frames, meta, press.tag);
            const room = rooms.get(press.room);
            if (!place && !room) continue;
            for (const [symbol, size] of [['circle', 11], ['circle-open', 26]]) {
                out.x.push(place ? place.x : room[4]);
                out.y.push(place ? place.y : room[5]);
                out.z.push(meta.lifts[press.level] + PRESS_Z);
                out.tag.push(press.tag);
                out.symbol.push(symbol);
                out.size.push(size);
            }
        }
        return out;
    }

    const api = {sort, spread, addGateways, find, presses};
    root.wardlight = root.wardlight || {};
    root.wardlight.tags = api;
    if (typeof module !== 'undefined') module.exports = api;
})(typeof window === 'undefined' ? globalThis : window);
