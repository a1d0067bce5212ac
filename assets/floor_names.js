/* The names on the floor model: which of them fit, where they stand, and how they are written into Plotly's text trace. */
(function () {
    'use strict';

    const MOST_ON_LEVEL = 18;
    const MOST_IN_ALL = 34;
    const CHOSEN = 1e9;
    /** A name that is not needed wants to stand this many times as wide apart from the walls as it is high. */
    const ROOMY = 2.2;
    const W = (window.wardlight = window.wardlight || {});
    const F = () => W.floor;
    const S = () => W.floor.shown;
    const fonts = document.createElement('canvas').getContext('2d');

    /** Texts with a rim in the ground's colour: each line four times behind itself, shifted by a pixel. */
    function write(labels, names) {
        const [, height] = F().size();
        const table = F().asked.style.themes[S().theme];
        const [right, up] = W.geometry.axes(S().camera);
        const all = S().meta.level === null;
        const out = {x: [], y: [], z: [], text: [], colour: [], size: []};
        for (const {text, at, px, shift = [0, 0]} of names) {
            const lines = text.split('<br>');
            const p = S().toScene(...at);
            const pixel = W.geometry.pixelAt(S().camera, p, height);
            lines.forEach((line, row) => {
                const drop = ((lines.length - 1) / 2 - row) * px * 1.22;
                for (const [dx, dy, front] of [[-1, -1, 0], [1, -1, 0], [-1, 1, 0], [1, 1, 0], [0, 0, 1]]) {
                    const rim = Math.max(px / 11, 1);
                    const q = p.map((v, k) => v + pixel * (right[k] * (shift[0] + dx * rim) + up[k] * (shift[1] + drop + dy * rim)));
                    const [x, y, z] = S().toData(W.geometry.nearer(S().camera, q, (all ? 0.3 : 0.02) + 0.004 * front));
                    out.x.push(x);
                    out.y.push(y);
                    out.z.push(z);
                    out.text.push(line);
                    out.colour.push(front ? (row && all ? table.quiet : table.label) : table.background);
                    out.size.push(row && all ? 0.82 * px : px);
                }
            });
        }
        Object.assign(labels, {x: out.x, y: out.y, z: out.z, text: out.text});
        // New texts are measured in the screen's pixel ratio (see `_tag_traces` in components/floor_model.py).
        const ratio = S().gd._context.plotGlPixelRatio;
        labels.textfont = {...labels.textfont, size: out.size.map((v) => v * ratio), color: out.colour};
    }

    /** Parts of the page that lie over the model, as boxes that no name goes under. */
    function taken() {
        const frame = S().gd.getBoundingClientRect();
        return [...document.querySelectorAll('.model .toolbar, .model .level-box, .model .legend-box')]
            .map((element) => element.getBoundingClientRect()).filter((box) => box.width && box.height)
            .map((box) => ({at: [box.left + box.width / 2 - frame.left, box.top + box.height / 2 - frame.top], w: box.width, h: box.height}));
    }

    /** All that could be written, the most important first: what is chosen, times of a trail, names by size, values. */
    function candidates(named, see, px) {
        const chosen = F().asked.selection;
        const value = (room) => (W.values && S().found ? W.values.short(room) : '');
        const rows = [];
        for (const [text, x, y, z, room, tight] of named ? S().meta.labels : []) {
            const own = chosen && chosen.type === 'room' && chosen.index === room;
            const told = value(room);
            const area = (S().rooms.get(room) || [])[7] || 0;
            rows.push({text: told ? text + '<br>' + told : text, data: [x, y, z], weight: own ? CHOSEN : tight ? area - 1e4 : area, tight: own ? 0 : tight, room});
        }
        if (S().found) {
            for (const [room, , , level, x, y, , area] of S().meta.rooms) {
                const told = value(room);
                if (told) rows.push({text: told, data: [x, y, S().meta.lifts[level] + 150], weight: area - 2e4, tight: 1, room});
            }
        }
        for (const mark of S().marks || []) {
            if (W.words) rows.push({text: W.words.time(mark.t), data: [mark.x, mark.y, mark.z], weight: 1e8 + mark.t / 1e3, lift: px});
        }
        return rows.sort((a, b) => b.weight - a.weight).map((row) => ({...row, seen: see(S().toScene(...row.data))}));
    }

    /** A room's name appears once, and that of a small namesake only where the room is wide enough to hold it. */
    function rooms(named = true) {
        const [width, height] = F().size();
        const see = W.geometry.projector(S().camera, width, height);
        const px = 12.5 * F().textScale();
        fonts.font = `600 ${px}px Inter, "Segoe UI", Arial, sans-serif`;
        const boxes = [];
        for (const row of candidates(named, see, px)) {
            const lines = row.text.split('<br>');
            const w = Math.max(...lines.map((line) => fonts.measureText(line).width)) + 14;
            const h = lines.length * px * 1.25 + 8;
            const [x, y, depth] = row.seen;
            if (depth <= 0 || (row.tight && !fits(row, see, w - 10, h - 6))) continue;
            boxes.push({...row, at: [x, y - (row.lift ? 1.4 * px : 0)], w, h, shift: [0, row.lift ? 1.4 * px : 0]});
        }
        const most = Math.min(Math.max(Math.round(width * height / (42000 * F().textScale() ** 2)), 6), MOST_ON_LEVEL);
        const [first, second] = [boxes.filter((box) => !box.tight), boxes.filter((box) => box.tight)];
        const covered = taken();
        const kept = W.geometry.uncrowded(first, width, height, most, 4, covered);
        const known = new Set(kept.map((box) => box.room));
        const more = second.filter((box) => !known.has(box.room));
        kept.push(...W.geometry.uncrowded(more, width, height, MOST_IN_ALL - kept.length, 4, [...covered, ...kept]));
        return kept.map((box) => ({text: box.text, at: box.data, px, shift: box.shift, box: [...box.at, box.w, box.h]}));
    }

    /** Whether a room is as large on the screen as a text of `w` by `h` pixels. */
    function fits({room, tight, data, seen}, see, w, h) {
        const row = S().rooms.get(room);
        if (!row) return false;
        if (tight > 1 && 2 * Math.abs(see(S().toScene(data[0] + tight, data[1], data[2]))[0] - seen[0]) < ROOMY * h) return false;
        const lift = S().meta.lifts[row[3]];
        let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity];
        for (let i = 0; i < row[6].length; i += 2) {
            const [x, y] = see(S().toScene(row[6][i], row[6][i + 1], lift));
            [left, right, top, bottom] = [Math.min(left, x), Math.max(right, x), Math.min(top, y), Math.max(bottom, y)];
        }
        return right - left > w && bottom - top > h;
    }

    /** In the lifted-apart view names and counts stand in one column left of the building, each at its level's height. */
    function levels(counts) {
        const [width, height] = F().size();
        const see = W.geometry.projector(S().camera, width, height);
        const words = F().asked.style.words;
        const px = (width < 600 ? 14 : 15) * F().textScale();
        const blocks = S().meta.levels.map((level) => {
            const lift = S().meta.lifts[level.index];
            const corners = S().meta.hull.filter((p) => Math.abs(p[2] - lift) < 300).map((p) => [p, see(S().toScene(...p))]);
            const [at, first] = corners.reduce((a, b) => (a[1][0] < b[1][0] ? a : b));
            const heights = corners.map(([, p]) => p[1]);
            const pixel = [first[0], first[1], (Math.min(...heights) + Math.max(...heights)) / 2];
            const count = counts && counts[level.index];
            const facts = !count || width < 600 ? []
                : [[count.patients, words.patients], [count.staff, words.staff], [count.assets, words.assets]];
            const name = width < 600 ? level.short : level.name;
            return {text: [name, ...facts.map(([n, word]) => `${n} ${word}`)].join('<br>'), at, pixel, px};
        });
        const column = Math.max(Math.min(...blocks.map((block) => block.pixel[0])) - px, 6 * px);
        const tall = px * 1.22 * (blocks[0].text.split('<br>').length + 0.6);
        let lowest = Infinity;
        for (const block of blocks) {
            const y = Math.min(block.pixel[2], lowest - tall);
            lowest = y;
            block.shift = [column - block.pixel[0], block.pixel[1] - y];
        }
        return blocks;
    }

    W.names = {rooms, levels, write};
})();
