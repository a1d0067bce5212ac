/* Lines and circles on the floor model: what is chosen, ways that were walked. Plain objects: no DOM, no Plotly. */
(function (root) {
    'use strict';

    /** Ways lie on the floor: tags stand on them, and walls hide what nobody could have walked through. */
    const WAY_Z = 14;
    const ON_FLOOR = 7;
    const PAUSE_S = 300;
    const WAY = 0.45;
    const CORNERS = 48;
    /** Minutes between two marks, by the hours that a trail goes back. */
    const EACH_MIN = {1: 5, 4: 15, 12: 60};
    const OLD = 0.15;

    const line = () => ({x: [], y: [], z: []});

    function add(to, x, y, z) { to.x.push(x); to.y.push(y); to.z.push(z); }
    function gap(to) { add(to, null, null, null); }

    function ring(to, x, y, z, radius) {
        for (let k = 0; k <= CORNERS; k++) {
            const a = 2 * k * Math.PI / CORNERS;
            add(to, x + radius * Math.cos(a), y + radius * Math.sin(a), z);
        }
        gap(to);
    }

    /** The lines that mark a tag: its 90 % circle on the ground, a stem, and a ring around it. */
    function tagLines(place) {
        const to = line();
        ring(to, place.x, place.y, place.lift + ON_FLOOR + 3, Math.max(place.r, 60));
        add(to, place.x, place.y, place.lift + ON_FLOOR + 3);
        add(to, place.x, place.y, place.z + 240);
        gap(to);
        ring(to, place.x, place.y, place.z + 240, 70);
        return to;
    }

    /** The ground of that circle, as a mesh; out of sight for null. */
    function disc(place, beyond) {
        if (!place) return {x: [beyond], y: [beyond], z: [beyond], i: [0], j: [0], k: [0]};
        const to = {x: [place.x], y: [place.y], z: [place.lift + ON_FLOOR], i: [], j: [], k: []};
        const radius = Math.max(place.r, 60);
        for (let n = 0; n < CORNERS; n++) {
            const a = 2 * n * Math.PI / CORNERS;
            add(to, place.x + radius * Math.cos(a), place.y + radius * Math.sin(a), place.lift + ON_FLOOR);
            to.i.push(0);
            to.j.push(1 + n);
            to.k.push(1 + (n + 1) % CORNERS);
        }
        return to;
    }

    /** The line around a room, just above its walls. */
    function roomLines(row, lift) {
        const to = line();
        for (let i = 0; i < row[6].length; i += 2) add(to, row[6][i], row[6][i + 1], lift + 116);
        return to;
    }

    /** Turns of a group's ways, as the server packed them (dm), with all in one shade. */
    function ways(to, answer, lifts, decode) {
        if (!answer || !answer.n || !answer.n.length) return;
        const [x, y] = [decode(answer.x, Int16Array), decode(answer.y, Int16Array)];
        let at = 0;
        answer.n.forEach((n, k) => {
            const lift = lifts[answer.level[k]];
            for (let i = at; i < at + n; i++) if (lift !== undefined) turn(to, 10 * x[i], 10 * y[i], lift + WAY_Z, WAY);
            if (lift !== undefined) turn(to, null, null, null, 0);
            at += n;
        });
    }

    function turn(to, x, y, z, shade, size = 0) {
        add(to, x, y, z);
        to.shade.push(shade);
        to.size.push(size);
    }

    /** One tag's way: older is fainter, a dot and a time each few minutes, parted where it was not heard. Returns the times. */
    function trail(to, answer, lifts, now) {
        const marks = [];
        if (!answer || !answer.t || !answer.t.length) return marks;
        const each = 60 * (EACH_MIN[answer.hours] || 60);
        const shade = (t) => OLD + (1 - OLD) * Math.min(Math.max(t / (3600 * answer.hours), 0), 1);
        const {t, level, x, y} = answer;
        const begins = new Set(answer.begins);
        let due = null;
        for (let i = 0; i < t.length; i++) {
            const moment = answer.since + t[i];
            if (i && begins.has(i)) turn(to, null, null, null, 0);
            if (lifts[level[i]] === undefined) { due = null; continue; }
            const marked = due === null || moment >= due;
            const z = lifts[level[i]] + WAY_Z + 3;
            turn(to, x[i], y[i], z, shade(t[i]), marked ? 1 : 0);
            if (!marked) continue;
            due = each * (Math.floor(moment / each) + 1);
            marks.push({x: x[i], y: y[i], z, t: moment});
        }
        const last = t.length - 1;
        const fresh = now && now.level === level[last] && now.t - answer.since - t[last] < PAUSE_S + 60;
        if (fresh && lifts[now.level] !== undefined) turn(to, now.x, now.y, lifts[now.level] + WAY_Z + 3, 1);
        turn(to, null, null, null, 0);
        return marks;
    }

    const empty = () => ({...line(), shade: [], size: []});

    const api = {tagLines, roomLines, disc, ways, trail, empty, EACH_MIN};
    root.wardlight = root.wardlight || {};
    root.wardlight.lines = api;
    if (typeof module !== 'undefined') module.exports = api;
})(typeof window === 'undefined' ? globalThis : window);
