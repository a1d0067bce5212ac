/* Plays a stretch of the past: from a picture and what followed it, the frames of any later moment. No DOM.
 *
 * A tag stays where it was until its next position. Between two positions that are at most 10 s apart it glides, if
 * both are in the same room: never through a wall.
 */
(function (root) {
    'use strict';

    const geometry = typeof module === 'undefined' ? root.wardlight.geometry : require('../floor_geometry.js');
    const NOWHERE = 65535;
    const UNKNOWN = 65535;
    const GLIDE_S = 10;
    const PRESSED_S = 30;
    const PRESSES = 20;
    const [LIVE, STALE, LOST] = [0, 1, 3];
    const [PRESSED, USED] = [8, 16];
    const GLIDING = {x: 0, y: 0};

    /** What is known of each tag of the catalogue at the moment of a picture (an answer of /past/at). */
    function begin(picture, catalogue) {
        const size = catalogue.tags.length;
        const world = {
            size, t: picture.t, picture, kinds: catalogue.tags.map((row) => row[1]), origins: {}, piece: null,
            at: new Float64Array(size).fill(-Infinity), level: new Int16Array(size).fill(-1),
            x: new Float64Array(size), y: new Float64Array(size), room: new Uint16Array(size).fill(NOWHERE),
            p: new Uint8Array(size), r: new Uint8Array(size), since: new Float64Array(size).fill(NaN),
            used: new Uint8Array(size), next: new Int32Array(size).fill(-1), end: new Int32Array(size),
            presses: [...picture.summary.presses], mark: null,
        };
        for (const [key, frame] of Object.entries(picture.frames)) {
            const c = geometry.columns(frame);
            world.origins[key] = [frame.x0, frame.y0];
            for (let row = 0; row < c.n; row++) {
                const tag = c.tag[row];
                world.at[tag] = frame.t - geometry.ageSeconds(c.age[row]);
                world.level[tag] = +key;
                world.x[tag] = 100 * frame.x0 + c.x[row];
                world.y[tag] = 100 * frame.y0 + c.y[row];
                world.room[tag] = c.room[row];
                world.p[tag] = c.p[row];
                world.r[tag] = c.r[row];
                world.since[tag] = c.since[row] === UNKNOWN ? NaN : frame.t - 60 * c.since[row];
                world.used[tag] = c.flags[row] & USED ? 1 : 0;
            }
        }
        for (const [tag, level, room, t] of picture.summary.elsewhere) {
            world.level[tag] = level;
            world.at[tag] = t;
            world.room[tag] = room < 0 ? NOWHERE : room;
        }
        return world;
    }

    /** Unpack an answer of /past/stretch. Rows lie by tag and then by time. */
    function unpack(answer) {
        const {decode} = geometry;
        return {
            from: answer.from, to: answer.to, marks: answer.marks, presses: answer.presses, gaps: answer.gaps,
            origins: answer.origins, n: answer.n,
            tag: decode(answer.tag, answer.wide ? Uint32Array : Uint16Array), dt: decode(answer.dt, Uint16Array),
            level: decode(answer.level, Uint8Array), x: decode(answer.x, Uint16Array), y: decode(answer.y, Uint16Array),
            room: decode(answer.room, Uint16Array), p: decode(answer.p, Uint8Array), r: decode(answer.r, Uint8Array),
        };
    }

    /** Go on with the piece that begins where the world is now. */
    function feed(world, piece) {
        world.piece = piece;
        world.mark = null;
        world.next.fill(-1);
        for (let row = piece.n - 1; row >= 0; row--) {
            const tag = piece.tag[row];
            if (tag >= world.size) continue;
            if (world.next[tag] < 0) world.end[tag] = row + 1;
            world.next[tag] = row;
        }
    }

    const timeOf = (piece, row) => piece.from + piece.dt[row] / 10;

    /** Let time go on to `t`, within the piece. */
    function advance(world, t) {
        const {piece} = world;
        world.t = t;
        if (!piece) return;
        for (let tag = 0; tag < world.size; tag++) {
            let row = world.next[tag];
            if (row < 0) continue;
            while (row < world.end[tag] && timeOf(piece, row) <= t) take(world, tag, row++);
            world.next[tag] = row < world.end[tag] ? row : -1;
        }
        for (const mark of piece.marks) if (mark.t <= t && (!world.mark || mark.t > world.mark.t)) reach(world, mark);
        const seen = new Set(world.presses.map((one) => one.tag + '/' + one.t));
        const fresh = piece.presses.filter((one) => one.t <= t && !seen.has(one.tag + '/' + one.t));
        if (fresh.length) world.presses = [...fresh.reverse(), ...world.presses].slice(0, PRESSES);
    }

    function take(world, tag, row) {
        const {piece} = world;
        const level = piece.level[row];
        const [x0, y0] = piece.origins[level];
        const t = timeOf(piece, row);
        if (piece.room[row] !== world.room[tag]) world.since[tag] = piece.room[row] === NOWHERE ? NaN : t;
        world.at[tag] = t;
        world.level[tag] = level;
        world.x[tag] = 100 * x0 + piece.x[row];
        world.y[tag] = 100 * y0 + piece.y[row];
        world.room[tag] = piece.room[row];
        world.p[tag] = piece.p[row];
        world.r[tag] = piece.r[row];
    }

    function reach(world, mark) {
        world.mark = mark;
        world.used.fill(0);
        for (const tag of geometry.decode(mark.used, Uint32Array)) if (tag < world.size) world.used[tag] = 1;
    }

    /** Where a tag is now: gliding to its next position, or at its last one. */
    function place(world, tag) {
        const {piece} = world;
        const row = world.next[tag];
        GLIDING.x = world.x[tag];
        GLIDING.y = world.y[tag];
        if (row < 0 || piece.room[row] !== world.room[tag] || piece.level[row] !== world.level[tag] || world.room[tag] === NOWHERE) return GLIDING;
        const span = timeOf(piece, row) - world.at[tag];
        if (!(span > 0 && span <= GLIDE_S)) return GLIDING;
        const share = Math.min(Math.max((world.t - world.at[tag]) / span, 0), 1);
        const [x0, y0] = piece.origins[piece.level[row]];
        GLIDING.x += share * (100 * x0 + piece.x[row] - GLIDING.x);
        GLIDING.y += share * (100 * y0 + piece.y[row] - GLIDING.y);
        return GLIDING;
    }

    /** LIVE, STALE or LOST, as far as history tells; null for never heard. */
    function stateOf(world, tag) {
        const age = world.t - world.at[tag];
        const {heard_s: heard, lost_s: lost} = world.picture;
        if (!Number.isFinite(age)) return null;
        return age <= heard ? LIVE : age <= Math.max(heard, lost[world.kinds[tag]] || heard) ? STALE : LOST;
    }

    function pack(values) {
        const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
        let text = '';
        for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode.apply(null, bytes.subarray(i, i + 8192));
        return btoa(text);
    }

    const ageByte = (age) => Math.min(Math.floor(age < 120 ? Math.max(age, 0) : 118 + age / 60), 255);
    const cm = (value) => Math.min(Math.max(Math.round(value), 0), 65535);

    /** The frame of a level as the live feed writes it; `temp` as it was at the last mark. */
    function frame(world, level, temp) {
        const before = world.picture.frames[level];
        const wide = world.size > NOWHERE;
        const pressed = new Set(world.presses.filter((one) => world.t - one.t <= PRESSED_S).map((one) => one.tag));
        const tags = [];
        for (let tag = 0; tag < world.size; tag++) {
            if (world.level[tag] === level && [LIVE, STALE].includes(stateOf(world, tag))) tags.push(tag);
        }
        const n = tags.length;
        const c = {
            tag: wide ? new Uint32Array(n) : new Uint16Array(n), x: new Uint16Array(n), y: new Uint16Array(n),
            room: new Uint16Array(n), since: new Uint16Array(n), age: new Uint8Array(n), flags: new Uint8Array(n),
            p: new Uint8Array(n), r: new Uint8Array(n),
        };
        tags.forEach((tag, row) => {
            const {x, y} = place(world, tag);
            const since = world.since[tag];
            c.tag[row] = tag;
            c.x[row] = cm(x - 100 * before.x0);
            c.y[row] = cm(y - 100 * before.y0);
            c.room[row] = world.room[tag];
            c.since[row] = Number.isNaN(since) ? UNKNOWN : Math.min(Math.floor(Math.max(world.t - since, 0) / 60), UNKNOWN - 1);
            c.age[row] = ageByte(world.t - world.at[tag]);
            c.flags[row] = stateOf(world, tag) | (pressed.has(tag) ? PRESSED : 0) | (world.used[tag] ? USED : 0);
            c.p[row] = world.p[tag];
            c.r[row] = world.r[tag];
        });
        const columns = Object.fromEntries(Object.entries(c).map(([name, values]) => [name, pack(values)]));
        const head = {seq: Math.round(world.t * 10), t: world.t, rev: before.rev, level, n, x0: before.x0, y0: before.y0};
        return {...head, ...(wide ? {wide} : {}), ...columns, temp: temp || before.temp};
    }

    /** All frames and the summary of the moment that the world has come to; `levelOf` gives a room's level. */
    function bundle(world, levelOf) {
        const {mark, picture} = world;
        const frames = {};
        for (const key of Object.keys(picture.frames)) {
            const temp = mark && Object.fromEntries(Object.entries(mark.temp).filter(([room]) => levelOf(+room) === +key));
            frames[key] = frame(world, +key, temp);
        }
        const elsewhere = [];
        for (let tag = 0; tag < world.size; tag++) {
            if (stateOf(world, tag) !== LOST) continue;
            elsewhere.push([tag, world.level[tag], world.room[tag] === NOWHERE ? -1 : world.room[tag], world.at[tag], LOST]);
        }
        const figures = mark ? {kpi: mark.kpi, levels: mark.levels} : {};
        const summary = {...picture.summary, ...figures, seq: Math.round(world.t * 10), t: world.t, elsewhere, presses: world.presses};
        return {frames, summary};
    }

    const api = {begin, unpack, feed, advance, bundle, levelOf: (world, tag) => (stateOf(world, tag) === LOST ? -1 : world.level[tag])};
    root.wardlight = root.wardlight || {};
    root.wardlight.play = api;
    if (typeof module !== 'undefined') module.exports = api;
})(typeof window === 'undefined' ? globalThis : window);
