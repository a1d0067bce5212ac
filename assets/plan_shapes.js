/* Plane geometry of drawn rooms. A shape is [[ring, hole, ...], ...]; a ring is [[x, y], ...] in metres, not closed. */
(function () {
    'use strict';

    const W = (window.wardlight = window.wardlight || {});
    const TOUCH = 0.02;  // metres within which a door lies on a wall
    const round = (value) => Math.round(value * 1000) / 1000;
    const dist = (a, b) => Math.hypot(a[0] - b[0], a[1] - b[1]);

    const rings = (shape) => shape.flat();
    const corners = (shape) => shape.flat(2);

    /** Remember what a function makes of a shape: shapes are never changed in place. */
    function kept(make) {
        const known = new WeakMap();
        return (shape) => {
            if (!known.has(shape)) known.set(shape, make(shape));
            return known.get(shape);
        };
    }

    /** Every edge as [a, b, part, ring, index of a]. */
    const edges = kept((shape) => {
        const found = [];
        shape.forEach((part, p) => part.forEach((ring, r) => ring.forEach((a, c) => found.push([a, ring[(c + 1) % ring.length], p, r, c]))));
        return found;
    });

    const bounds = kept((shape) => {
        let [x0, y0, x1, y1] = [Infinity, Infinity, -Infinity, -Infinity];
        for (const [x, y] of corners(shape)) {
            x0 = Math.min(x0, x); y0 = Math.min(y0, y); x1 = Math.max(x1, x); y1 = Math.max(y1, y);
        }
        return [x0, y0, x1, y1];
    });

    function ringArea(ring) {
        let sum = 0;
        ring.forEach(([x, y], i) => { const [u, v] = ring[(i + 1) % ring.length]; sum += x * v - u * y; });
        return sum / 2;
    }

    /** Square metres, holes taken off. */
    const area = (shape) => shape.reduce((sum, [outer, ...holes]) => sum + Math.abs(ringArea(outer)) - holes.reduce((all, hole) => all + Math.abs(ringArea(hole)), 0), 0);

    function inside(shape, x, y) {
        let within = false;
        for (const [[ax, ay], [bx, by]] of edges(shape)) {
            if ((ay > y) !== (by > y) && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) within = !within;
        }
        return within;
    }

    /** The place on a segment that is nearest to a point: [x, y, share of the way, distance]. */
    function nearest([ax, ay], [bx, by], [x, y]) {
        const [dx, dy] = [bx - ax, by - ay];
        const size = dx * dx + dy * dy;
        const t = size ? Math.min(Math.max(((x - ax) * dx + (y - ay) * dy) / size, 0), 1) : 0;
        const [px, py] = [ax + t * dx, ay + t * dy];
        return [px, py, t, Math.hypot(x - px, y - py)];
    }

    /** How far a place is from a shape's edge. */
    const reach = (shape, spot) => Math.min(...edges(shape).map(([a, b]) => nearest(a, b, spot)[3]));

    /** Where two lines through segments cross, as shares of each: [t, u], or null for parallels. */
    function crossing([ax, ay], [bx, by], [cx, cy], [dx, dy]) {
        const d = (bx - ax) * (dy - cy) - (by - ay) * (dx - cx);
        if (Math.abs(d) < 1e-12) return null;
        return [((cx - ax) * (dy - cy) - (cy - ay) * (dx - cx)) / d, ((cx - ax) * (by - ay) - (cy - ay) * (bx - ax)) / d];
    }

    /** Whether an outline crosses or touches itself. */
    const tangled = kept((shape) => {
        const all = edges(shape);
        const inner = (t) => t > 1e-9 && t < 1 - 1e-9;
        for (let i = 0; i < all.length; i++) {
            if (dist(all[i][0], all[i][1]) < 1e-3) return true;
            for (let j = i + 1; j < all.length; j++) {
                const [a, b] = all[i];
                const [c, d] = all[j];
                if (Math.max(a[0], b[0]) < Math.min(c[0], d[0]) || Math.max(c[0], d[0]) < Math.min(a[0], b[0])) continue;
                if (Math.max(a[1], b[1]) < Math.min(c[1], d[1]) || Math.max(c[1], d[1]) < Math.min(a[1], b[1])) continue;
                const cut = crossing(a, b, c, d);
                if (cut && inner(cut[0]) && inner(cut[1])) return true;
                const joined = a === d || b === c || dist(a, d) < 1e-9 || dist(b, c) < 1e-9;
                const same = all[i][2] === all[j][2] && all[i][3] === all[j][3];
                if (same && !joined && [[a, c, d], [c, a, b]].some(([spot, from, to]) => nearest(from, to, spot)[3] < 1e-6)) return true;
                if (joined && !cut && back(a, b, c, d)) return true;
            }
        }
        return false;
    });

    /** Whether two joined edges run back over one another. */
    function back(a, b, c, d) {
        const [from, corner, to] = dist(b, c) < 1e-9 ? [a, b, d] : [c, a, b];
        return (from[0] - corner[0]) * (to[0] - corner[0]) + (from[1] - corner[1]) * (to[1] - corner[1]) > 0;
    }

    /** Square metres that two shapes share: exact, strip by strip between all corners and crossings. */
    function overlap(one, other) {
        const [a, b] = [bounds(one), bounds(other)];
        const [y0, y1] = [Math.max(a[1], b[1]), Math.min(a[3], b[3])];
        if (y1 <= y0 || Math.min(a[2], b[2]) <= Math.max(a[0], b[0])) return 0;
        const [ones, others] = [edges(one), edges(other)];
        const stops = [y0, y1, ...corners(one).map((c) => c[1]), ...corners(other).map((c) => c[1])];
        for (const [p, q] of ones) {
            for (const [r, s] of others) {
                const cut = crossing(p, q, r, s);
                if (cut && cut.every((t) => t >= 0 && t <= 1)) stops.push(p[1] + cut[0] * (q[1] - p[1]));
            }
        }
        const rows = [...new Set(stops)].filter((y) => y >= y0 && y <= y1).sort((p, q) => p - q);
        let sum = 0;
        for (let i = 1; i < rows.length; i++) {
            const high = rows[i] - rows[i - 1];
            if (high > 1e-9) sum += high * common(spans(ones, rows[i] - high / 2), spans(others, rows[i] - high / 2));
        }
        return sum;
    }

    function spans(all, y) {
        return all.filter(([a, b]) => (a[1] > y) !== (b[1] > y)).map(([a, b]) => a[0] + ((y - a[1]) / (b[1] - a[1])) * (b[0] - a[0])).sort((p, q) => p - q);
    }

    function common(a, b) {
        let sum = 0;
        for (let i = 0; i + 1 < a.length; i += 2) {
            for (let j = 0; j + 1 < b.length; j += 2) sum += Math.max(0, Math.min(a[i + 1], b[j + 1]) - Math.max(a[i], b[j]));
        }
        return sum;
    }

    /** A place well inside, for a name: the middle of the widest span of some rows. */
    const middle = kept((shape) => {
        const [x0, y0, x1, y1] = bounds(shape);
        const all = edges(shape);
        let best = [(x0 + x1) / 2, (y0 + y1) / 2, 0];
        for (const share of [0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8, 0.1, 0.9]) {
            const y = y0 + share * (y1 - y0) + 1e-6;
            const row = spans(all, y);
            for (let i = 0; i + 1 < row.length; i += 2) {
                if (row[i + 1] - row[i] > best[2] * 1.15 + 1e-9) best = [(row[i] + row[i + 1]) / 2, y, row[i + 1] - row[i]];
            }
        }
        return best;
    });

    const box = (a, b) => {
        const [x0, x1] = [a[0], b[0]].sort((p, q) => p - q);
        const [y0, y1] = [a[1], b[1]].sort((p, q) => p - q);
        return [[[[x0, y0], [x1, y0], [x1, y1], [x0, y1]].map(([x, y]) => [round(x), round(y)])]];
    };

    /** [x0, y0, x1, y1] when the shape is an upright rectangle, else null. */
    function upright(shape) {
        if (shape.length !== 1 || shape[0].length !== 1 || shape[0][0].length !== 4) return null;
        const at = bounds(shape);
        return shape[0][0].every(([x, y]) => (x === at[0] || x === at[2]) && (y === at[1] || y === at[3])) ? at : null;
    }

    const map = (shape, change) => shape.map((part, p) => part.map((ring, r) => ring.map((corner, c) => change(corner, p, r, c))));
    const moved = (shape, dx, dy) => map(shape, ([x, y]) => [round(x + dx), round(y + dy)]);

    /** An SVG path; y north turned into y south. */
    const path = (shape) => rings(shape).map((ring) => 'M' + ring.map(([x, y]) => x + ' ' + -y).join('L') + 'Z').join('');

    /** Whether a place is nearer to a shape's edge than `far` metres. */
    function within(shape, spot, far) {
        const [x0, y0, x1, y1] = bounds(shape);
        return spot[0] > x0 - far && spot[0] < x1 + far && spot[1] > y0 - far && spot[1] < y1 + far && reach(shape, spot) < far;
    }

    /** Whether a door's middle lies on a shape's edge. */
    const on = (shape, door) => within(shape, [(door.x0 + door.x1) / 2, (door.y0 + door.y1) / 2], TOUCH);

    W.shapes = {round, dist, rings, corners, edges, bounds, area, inside, nearest, reach, within, crossing, tangled, overlap, middle, box, upright, map, moved, path, on, TOUCH};
})();
