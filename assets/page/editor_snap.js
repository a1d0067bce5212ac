/* What a hand on the plan of the editor is drawn to: corners, walls, and the lines of what is being drawn. */
(function () {
    'use strict';

    const W = (window.wardlight = window.wardlight || {});
    const E = W.editor;
    const S = W.shapes;
    const NEAR = 10;  // pixels within which a corner, an edge or a line draws the hand to it
    const tidy = ([x, y]) => [Math.round(x * 100) / 100, Math.round(y * 100) / 100];

    /** The place meant by a hand at `spot`: a corner, else an edge, else in line with one of `lines`; {spot, why}.
     * `square` keeps to the directions of the axes from the first of `lines`. */
    function snap(spot, {lines = [], square = false, skip = new Set()} = {}) {
        const reach = NEAR * E.grain();
        const rooms = near(spot, reach).filter((room) => !skip.has(room.id));
        if (square && lines.length) return straight(spot, lines[0], rooms, reach);
        let best = null;
        const offer = (x, y, far, why) => { if (far <= reach && (!best || far < best.far)) best = {spot: [x, y], far, why}; };
        for (const room of rooms) for (const [x, y] of S.corners(room.shape)) offer(x, y, Math.hypot(x - spot[0], y - spot[1]), 'corner');
        if (best) return best;
        const aligned = align(spot, lines, reach);
        for (const room of rooms) {
            for (const [a, b] of S.edges(room.shape)) {
                const [x, y, , far] = S.nearest(a, b, spot);
                const [ax, ay, , apart] = S.nearest(a, b, aligned);
                if (aligned !== spot && apart < 0.05) offer(S.round(ax), S.round(ay), Math.min(far, apart), 'edge');
                offer(S.round(x), S.round(y), far, 'edge');
            }
        }
        if (best) return best;
        return aligned === spot ? {spot: tidy(spot), why: ''} : {spot: tidy(aligned), why: 'line'};
    }

    const near = (spot, reach) => E.level().rooms.filter((room) => {
        const [x0, y0, x1, y1] = S.bounds(room.shape);
        return spot[0] > x0 - reach && spot[0] < x1 + reach && spot[1] > y0 - reach && spot[1] < y1 + reach;
    });

    function align(spot, lines, reach) {
        const pick = (i) => lines.map((line) => line[i]).filter((value) => Math.abs(value - spot[i]) < reach).sort((a, b) => Math.abs(a - spot[i]) - Math.abs(b - spot[i]))[0];
        const [x, y] = [pick(0), pick(1)];
        return x === undefined && y === undefined ? spot : [x === undefined ? spot[0] : x, y === undefined ? spot[1] : y];
    }

    /** Along the axis that is nearer, from `from`; as far as a corner or an edge that lies close. */
    function straight(spot, from, rooms, reach) {
        const along = Math.abs(spot[0] - from[0]) >= Math.abs(spot[1] - from[1]) ? 0 : 1;
        const made = along === 0 ? [spot[0], from[1]] : [from[0], spot[1]];
        const stops = rooms.flatMap((room) => S.edges(room.shape).flatMap(([a, b]) => {
            const cut = S.crossing(from, made, a, b);
            return [a[along], ...(cut && cut[1] >= 0 && cut[1] <= 1 ? [from[along] + cut[0] * (made[along] - from[along])] : [])];
        }));
        const stop = stops.filter((value) => Math.abs(value - made[along]) < reach).sort((a, b) => Math.abs(a - made[along]) - Math.abs(b - made[along]))[0];
        const fixed = tidy(made);
        fixed[1 - along] = from[1 - along];
        if (stop !== undefined) fixed[along] = S.round(stop);
        return {spot: fixed, why: stop === undefined ? 'line' : 'edge'};
    }

    /** The wall nearest to a spot: {a, b, t}; null when none is within reach. */
    function wall(spot, reach) {
        let best = null;
        for (const room of near(spot, reach)) {
            for (const [a, b] of S.edges(room.shape)) {
                const [, , t, far] = S.nearest(a, b, spot);
                if (far < reach && (!best || far < best.far)) best = {a, b, t, far, room};
            }
        }
        return best;
    }

    Object.assign(E, {NEAR, tidy, snap, wall});
})();
