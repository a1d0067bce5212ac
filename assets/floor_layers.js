/* What rooms are coloured by: the value of each room, its step on the scale, and the codes of the faces.
 * Works on plain objects: no DOM, no Plotly.
 */
(function (root) {
    'use strict';

    const NOWHERE = 65535;
    const [PATIENT, STAFF] = ['patient', 'staff'];
    const PER_M2 = 10;
    const NONE = {rooms: new Map(), cells: new Map(), known: false};

    const list = (frames, meta) => Object.keys(meta.lifts).map((key) => [key, frames[key]]).filter(([, frame]) => frame);

    /** Patients and staff of each room, from the unpacked columns of the frames. */
    function people(columns, tags, meta) {
        const found = new Map();
        for (const [, frame] of list(columns, meta)) {
            for (let row = 0; row < frame.n; row++) {
                const kind = (tags[frame.tag[row]] || [])[1];
                const room = frame.room[row];
                if (room !== NOWHERE && (kind === PATIENT || kind === STAFF)) found.set(room, (found.get(room) || 0) + 1);
            }
        }
        return found;
    }

    /** People per bed, or per 10 m2 where a room has no bed; a room without anybody has 0. */
    function occupancy(columns, tags, meta, beds) {
        const here = people(columns, tags, meta);
        const seen = new Set(list(columns, meta).map(([key]) => Number(key)));
        const rooms = new Map();
        for (const row of meta.rooms) {
            if (!seen.has(row[3])) continue;
            const n = here.get(row[0]) || 0;
            const per = beds[row[0]] || row[7] / PER_M2;
            rooms.set(row[0], {value: per ? n / per : 0, n, beds: beds[row[0]] || 0});
        }
        return rooms;
    }

    /** Temperature (field 0) or humidity (field 1) of each room whose air is measured; a silent sensor tells nothing. */
    function climate(frames, meta, field) {
        const rooms = new Map();
        for (const [, frame] of list(frames, meta)) {
            for (const [room, row] of Object.entries(frame.temp || {})) {
                if (row[field] !== null && row[3] !== 'silent' && !/_fridge$/.test(row[4])) rooms.set(Number(room), {value: row[field]});
            }
        }
        return rooms;
    }

    /** Values that the server told ({rooms, cells, total}); where nobody was seen at all, a crowd of 0 is known. */
    function told(answer, meta, colour) {
        const rooms = new Map(answer.rooms.map(([room, value, n]) => [room, {value, n}]));
        const cells = new Map((answer.cells || []).map(([room, column, row, value]) => [`${room}/${column}/${row}`, value]));
        if (colour === 'density' && rooms.size) {
            for (const [room] of meta.rooms) if (!rooms.has(room)) rooms.set(room, {value: 0});
        }
        return {rooms, cells, known: true};
    }

    /** The values of a layer: {rooms: room -> {value, n}, cells, known}. `answer` is what `/areas` told, if it did. */
    function values(colour, {live, columns, meta, beds, answer}) {
        if (!live || !live.frames) return NONE;
        if (colour === 'occupancy') {
            const tags = (live.catalogue && live.catalogue.tags) || [];
            return {rooms: occupancy(columns, tags, meta, beds), cells: new Map(), known: true};
        }
        if (colour === 'temperature' || colour === 'humidity') {
            return {rooms: climate(live.frames, meta, colour === 'temperature' ? 0 : 1), cells: new Map(), known: true};
        }
        return answer && answer.rooms ? told(answer, meta, colour) : NONE;
    }

    /** [low, high] of a scale: its own, or from 0 to a round number that nine rooms in ten stay below. */
    function range(quantity, found) {
        if (quantity.range) return quantity.range;
        const sorted = [...found.rooms.values()].map((one) => one.value).filter((value) => value > 0).sort((a, b) => a - b);
        const high = sorted.length ? sorted[Math.floor(0.9 * (sorted.length - 1))] : 1;
        const power = 10 ** Math.floor(Math.log10(high));
        return [0, power * [1, 2, 3, 4, 5, 6, 8, 10].find((factor) => factor * power >= high * 0.999)];
    }

    const step = (value, [low, high], steps) => Math.round(Math.min(Math.max((value - low) / (high - low), 0), 1) * (steps - 1));

    /** Colour code of each face: that of its square or room, "no data" where there is none. */
    function codes(meta, plain, found, limits) {
        const {room, cell, face, shades, steps} = meta.plates;
        const out = new Uint8Array(plain.length);
        for (let k = 0; k < room.length; k++) {
            const whole = found.rooms.get(room[k]);
            const part = cell[k] && found.cells.size ? found.cells.get(`${room[k]}/${cell[k].join('/')}`) || 0 : null;
            const value = whole === undefined ? null : part === null ? whole.value : part;
            const base = value === null ? 0 : shades * (1 + step(value, limits, steps));
            for (let f = face[k]; f < face[k + 1]; f++) out[f] = base + plain[f] % shades;
        }
        return out;
    }

    /** A Plotly colour scale in which code k shows `palette[k]`. */
    const stepped = (palette) => palette.flatMap((colour, i) => [[i / palette.length, colour], [(i + 1) / palette.length, colour]]);

    const api = {values, range, codes, stepped, people};
    root.wardlight = root.wardlight || {};
    root.wardlight.layers = api;
    if (typeof module !== 'undefined') module.exports = api;
})(typeof window === 'undefined' ? globalThis : window);
