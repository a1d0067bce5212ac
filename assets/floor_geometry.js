/* Pure mathematics of the floor model: packed arrays, the camera, the screen. No DOM, no Plotly.
 *
 * Scene units are Plotly's: the box of the axes is centred on the origin and as large as `aspectratio`.
 * The camera is Plotly's too: perspective, 45 degrees from bottom to top.
 */
(function (root) {
    'use strict';

    const HALF_VIEW = Math.tan(Math.PI / 8);
    const TYPES = {
        u1: Uint8Array, i1: Int8Array, u2: Uint16Array, i2: Int16Array,
        u4: Uint32Array, i4: Int32Array, f4: Float32Array, f8: Float64Array,
    };

    /** Base64 text to a typed array (little-endian, like every machine a browser runs on). */
    function decode(text, Type) {
        const binary = atob(text);
        const bytes = new Uint8Array(binary.length);
        for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
        return Type === Uint8Array ? bytes : new Type(bytes.buffer);
    }

    /** Plotly's `{dtype, bdata}` to a typed array; anything else is returned as it is. */
    function unpack(value) {
        return value && typeof value.bdata === 'string' ? decode(value.bdata, TYPES[value.dtype]) : value;
    }

    /** A frame's columns as typed arrays. */
    function columns(frame) {
        const wide = frame.wide ? Uint32Array : Uint16Array;
        return {
            n: frame.n, x0: frame.x0, y0: frame.y0,
            tag: decode(frame.tag, wide), x: decode(frame.x, Uint16Array), y: decode(frame.y, Uint16Array),
            room: decode(frame.room, Uint16Array), since: decode(frame.since, Uint16Array),
            age: decode(frame.age, Uint8Array), flags: decode(frame.flags, Uint8Array),
            p: decode(frame.p, Uint8Array), r: decode(frame.r, Uint8Array),
        };
    }

    /** The second likeliest rooms that a frame tells of, by row: row -> [room, per cent]. */
    function secondRooms(frame) {
        const {or: told} = frame;
        if (!told) return new Map();
        const rows = decode(told.i, frame.wide ? Uint32Array : Uint16Array);
        const [room, p] = [decode(told.room, Uint16Array), decode(told.p, Uint8Array)];
        return new Map(Array.from(rows, (row, k) => [row, [room[k], p[k]]]));
    }

    /** Seconds behind the age byte of a frame. */
    const ageSeconds = (a) => (a < 120 ? a : 60 * (a - 118));

    const dot = (a, b) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
    const cross = (a, b) => [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
    const unit = (a) => { const n = Math.hypot(...a); return [a[0] / n, a[1] / n, a[2] / n]; };
    const asArray = (v) => [v.x, v.y, v.z];
    const asPoint = (v) => ({x: v[0], y: v[1], z: v[2]});

    /** Function from data (cm) to scene units for a Plotly scene layout. */
    function toScene(scene) {
        const axes = ['x', 'y', 'z'].map((k) => {
            const [low, high] = scene[k + 'axis'].range;
            return [(low + high) / 2, scene.aspectratio[k] / (high - low)];
        });
        return (x, y, z) => [(x - axes[0][0]) * axes[0][1], (y - axes[1][0]) * axes[1][1], (z - axes[2][0]) * axes[2][1]];
    }

    /** Function from scene units back to data (cm). */
    function toData(scene) {
        const axes = ['x', 'y', 'z'].map((k) => {
            const [low, high] = scene[k + 'axis'].range;
            return [(low + high) / 2, (high - low) / scene.aspectratio[k]];
        });
        return (p) => p.map((v, k) => axes[k][0] + v * axes[k][1]);
    }

    /** Right, up and forward of a camera, scene units. */
    function axes(camera) {
        const eye = asArray(camera.eye);
        return basis(unit(asArray(camera.center).map((v, k) => v - eye[k])), asArray(camera.up));
    }

    /** Scene units that one pixel covers at a point. */
    function pixelAt(camera, p, height) {
        const eye = asArray(camera.eye);
        return 2 * HALF_VIEW * dot(p.map((v, k) => v - eye[k]), axes(camera)[2]) / height;
    }

    /** The point on the way from `p` to the eye, `reach` scene units nearer: same pixel, in front of its neighbours. */
    function nearer(camera, p, reach) {
        const way = unit(asArray(camera.eye).map((v, k) => v - p[k]));
        return p.map((v, k) => v + reach * way[k]);
    }

    /** Right, up and forward of somebody who looks along `forward` and holds their head towards `top`. */
    function basis(forward, top = [0, 0, 1]) {
        const right = unit(cross(forward, top));
        return [right, cross(right, forward), forward];
    }

    /** Function from scene units to [pixel x, pixel y, distance]; a distance below 0 is behind the camera. */
    function projector(camera, width, height) {
        const eye = asArray(camera.eye);
        const [right, up, forward] = axes(camera);
        const scale = height / 2 / HALF_VIEW;
        return (p) => {
            const d = [p[0] - eye[0], p[1] - eye[1], p[2] - eye[2]];
            const depth = dot(d, forward);
            return [width / 2 + scale * dot(d, right) / depth, height / 2 - scale * dot(d, up) / depth, depth];
        };
    }

    /** The unit vector that looks down at `elevation` from compass angle `azimuth` (degrees, 0 = from the east). */
    function gaze(azimuth, elevation) {
        const a = azimuth * Math.PI / 180;
        const e = elevation * Math.PI / 180;
        return [-Math.cos(e) * Math.cos(a), -Math.cos(e) * Math.sin(a), -Math.sin(e)];
    }

    /** The nearest camera with this gaze that has all points inside the frame less its insets (pixels). */
    function frame(points, forward, width, height, inset, top = [0, 0, 1]) {
        const [right, up] = basis(forward, top);
        const tall = HALF_VIEW;
        const wide = HALF_VIEW * width / height;
        const slopes = [
            wide * (1 - 2 * inset.right / width), wide * (1 - 2 * inset.left / width),
            tall * (1 - 2 * inset.top / height), tall * (1 - 2 * inset.bottom / height),
        ];
        const far = [-Infinity, -Infinity, -Infinity, -Infinity];
        for (const p of points) {
            const x = dot(p, right);
            const y = dot(p, up);
            const f = dot(p, forward);
            [x, -x, y, -y].forEach((v, k) => { far[k] = Math.max(far[k], v - slopes[k] * f); });
        }
        const ahead = Math.min(
            -(far[0] + far[1]) / (slopes[0] + slopes[1]), -(far[2] + far[3]) / (slopes[2] + slopes[3]));
        const x = (far[0] + slopes[0] * ahead - far[1] - slopes[1] * ahead) / 2;
        const y = (far[2] + slopes[2] * ahead - far[3] - slopes[3] * ahead) / 2;
        const eye = [0, 1, 2].map((k) => x * right[k] + y * up[k] + ahead * forward[k]);
        const middle = [0, 1, 2].map((k) => points.reduce((sum, p) => sum + p[k], 0) / points.length);
        const reach = dot([0, 1, 2].map((k) => middle[k] - eye[k]), forward);
        const center = [0, 1, 2].map((k) => eye[k] + reach * forward[k]);
        return {
            eye: asPoint(eye), center: asPoint(center), up: asPoint(top),
            projection: {type: 'perspective'},
        };
    }

    /** Share of the frame that the convex hull of the points covers, as the camera sees it. */
    function coverage(points, camera, width, height) {
        const see = projector(camera, width, height);
        const flat = points.map((p) => see(p)).sort((a, b) => a[0] - b[0] || a[1] - b[1]);
        const chain = (list) => {
            const hull = [];
            for (const p of list) {
                while (hull.length > 1 && turn(hull[hull.length - 2], hull[hull.length - 1], p) <= 0) hull.pop();
                hull.push(p);
            }
            return hull.slice(0, -1);
        };
        const hull = chain(flat).concat(chain(flat.reverse()));
        const area = hull.reduce((sum, p, i) => {
            const q = hull[(i + 1) % hull.length];
            return sum + p[0] * q[1] - q[0] * p[1];
        }, 0);
        return Math.abs(area) / 2 / (width * height);
    }

    const turn = (o, a, b) => (a[0] - o[0]) * (b[1] - o[1]) - (a[1] - o[1]) * (b[0] - o[0]);

    /** The camera that fills the frame best. Seen from the south if that costs little, never quite square on. */
    function fit(points, width, height, inset, elevation, tall) {
        let best = null;
        for (const [side, favour] of [[-90, 1], [180, 0.93], [0, 0.93], [90, 0.85]]) {
            for (const off of tall ? [-16, -9, 9, 16] : [-28, -22, -17, 17, 22, 28]) {
                const camera = frame(points, gaze(side + off, elevation), width, height, inset);
                const score = favour * coverage(points, camera, width, height) * (off < 0 ? 1.01 : 1);
                if (!best || score > best.score) best = {camera, score};
            }
        }
        return best.camera;
    }

    /** Turn, lift, zoom or shift a camera: angles in degrees, zoom as a factor, shifts in shares of its distance. */
    function moved(camera, {azimuth = 0, elevation = 0, zoom = 1, right = 0, ahead = 0}) {
        const center = asArray(camera.center);
        const offset = asArray(camera.eye).map((v, k) => v - center[k]);
        const distance = Math.hypot(...offset) / zoom;
        const a = Math.atan2(offset[1], offset[0]) + azimuth * Math.PI / 180;
        const e = Math.asin(offset[2] / Math.hypot(...offset)) + elevation * Math.PI / 180;
        const tilt = Math.min(Math.max(e, 0.09), 1.55);
        const aside = [-Math.sin(a), Math.cos(a)];
        const shift = [
            distance * (right * aside[0] - ahead * Math.cos(a)), distance * (right * aside[1] - ahead * Math.sin(a)), 0];
        const target = center.map((v, k) => v + shift[k]);
        const arm = [Math.cos(tilt) * Math.cos(a), Math.cos(tilt) * Math.sin(a), Math.sin(tilt)];
        return {...camera, center: asPoint(target), eye: asPoint(target.map((v, k) => v + distance * arm[k]))};
    }

    /** The camera straight above that has all points in the frame; the building lies along the longer side of the screen. */
    function above(points, width, height, inset) {
        const span = [0, 1].map((k) => Math.max(...points.map((p) => p[k])) - Math.min(...points.map((p) => p[k])));
        const turned = (span[0] > span[1]) !== (width > height) && Math.max(...span) > 1.15 * Math.min(...span);
        return frame(points, [0, 0, -1], width, height, inset, turned ? [1, 0, 0] : [0, 1, 0]);
    }

    /** Shift a camera in its own picture, in shares of its distance; `zoom` is a factor. */
    function panned(camera, {right = 0, ahead = 0, zoom = 1}) {
        const [aside, up] = axes(camera);
        const [eye, center] = [asArray(camera.eye), asArray(camera.center)];
        const distance = Math.hypot(...eye.map((v, k) => v - center[k]));
        const target = center.map((v, k) => v + distance * (right * aside[k] + ahead * up[k]));
        return {...camera, center: asPoint(target), eye: asPoint(eye.map((v, k) => target[k] + (v - center[k]) / zoom))};
    }

    /** A camera with the gaze of `camera` at `distance` from `target` (scene units). */
    function towards(camera, target, distance) {
        const offset = unit(asArray(camera.eye).map((v, k) => v - asArray(camera.center)[k]));
        return {...camera, center: asPoint(target), eye: asPoint(target.map((v, k) => v + distance * offset[k]))};
    }

    /** The camera at `share` (0..1) of the way from one to another. */
    function between(from, to, share) {
        const ease = share * share * (3 - 2 * share);
        const mix = (a, b) => asPoint(asArray(a).map((v, k) => v + (asArray(b)[k] - v) * ease));
        return {...to, eye: mix(from.eye, to.eye), center: mix(from.center, to.center)};
    }

    /** Position of `value` in the ascending list of starts: the run that it falls in. */
    function runOf(starts, value) {
        let low = 0;
        let high = starts.length - 1;
        while (high - low > 1) {
            const middle = (low + high) >> 1;
            if (starts[middle] <= value) low = middle; else high = middle;
        }
        return low;
    }

    /** The face (its number) of a projected mesh under a pixel, nearest to the eye; -1 for none. */
    function faceAt(px, py, seen, i, j, k) {
        let found = -1;
        let nearest = Infinity;
        for (let face = 0; face < i.length; face++) {
            const a = 3 * i[face];
            const b = 3 * j[face];
            const c = 3 * k[face];
            const d1 = (seen[b] - seen[a]) * (py - seen[a + 1]) - (seen[b + 1] - seen[a + 1]) * (px - seen[a]);
            const d2 = (seen[c] - seen[b]) * (py - seen[b + 1]) - (seen[c + 1] - seen[b + 1]) * (px - seen[b]);
            const d3 = (seen[a] - seen[c]) * (py - seen[c + 1]) - (seen[a + 1] - seen[c + 1]) * (px - seen[c]);
            if ((d1 >= 0 && d2 >= 0 && d3 >= 0) || (d1 <= 0 && d2 <= 0 && d3 <= 0)) {
                const depth = Math.min(seen[a + 2], seen[b + 2], seen[c + 2]);
                if (depth > 0 && depth < nearest) { nearest = depth; found = face; }
            }
        }
        return found;
    }

    /** Choose labels, in their order, whose boxes (pixels, centred on `at`) stay in the frame, apart, and off `taken` boxes. */
    function uncrowded(boxes, width, height, most, margin, taken = []) {
        const kept = [];
        const apart = (box, other) => Math.abs(box.at[0] - other.at[0]) > (box.w + other.w) / 2
            || Math.abs(box.at[1] - other.at[1]) > (box.h + other.h) / 2;
        for (const box of boxes) {
            if (kept.length === most) break;
            const [x, y] = box.at;
            const inside = x - box.w / 2 > margin && x + box.w / 2 < width - margin
                && y - box.h / 2 > margin && y + box.h / 2 < height - margin;
            if (inside && [...taken, ...kept].every((other) => apart(box, other))) kept.push(box);
        }
        return kept;
    }

    const api = {
        decode, unpack, columns, secondRooms, ageSeconds, toScene, toData, axes, pixelAt, nearer, projector, frame, gaze, fit, above, coverage, moved, panned,
        towards, between,
        runOf, faceAt, uncrowded,
    };
    root.wardlight = root.wardlight || {};
    root.wardlight.geometry = api;
    if (typeof module !== 'undefined') module.exports = api;
})(typeof window === 'undefined' ? globalThis : window);
