/* The names on the floor model: which of them fit, where they stand, and how they are written into Plotly's text trace. */
(function () {
    'use strict';

    const MOST_ON_LEVEL = 18;
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

    function rooms() {
        const [width, height] = F().size();
        const see = W.geometry.projector(S().camera, width, height);
        const px = 12.5 * F().textScale();
        fonts.font = `600 ${px}px Inter, "Segoe UI", Arial, sans-serif`;
        const boxes = S().meta.labels.map(([text, x, y, z]) => {
            const lines = text.split('<br>');
            const [sx, sy, depth] = see(S().toScene(x, y, z));
            const w = Math.max(...lines.map((line) => fonts.measureText(line).width));
            return {text, at: depth > 0 ? [sx, sy] : [-1e4, 0], data: [x, y, z], w: w + 14, h: lines.length * px * 1.25 + 8};
        });
        const most = Math.min(Math.max(Math.round(width * height / (42000 * F().textScale() ** 2)), 6), MOST_ON_LEVEL);
        return W.geometry.uncrowded(boxes, width, height, most, 4).map((box) => ({text: box.text, at: box.data, px}));
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
