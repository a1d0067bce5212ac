/* A level in plan view as SVG: rooms, walls, heat, gateways, points; zoom, pan, drag, and a place under a click.
 *
 * SVG units are metres, x east and y south, so a place (x, y) of the building is drawn at (x, -y). */
(function () {
    'use strict';

    const W = (window.wardlight = window.wardlight || {});
    const {say} = W.words;
    const SVG = 'http://www.w3.org/2000/svg';
    const NOWHERE = 255;
    const TYPE = 16;  // px of the root's type for which marks and names are drawn; on a wall it is larger
    const BESIDE = [0, 19, -19];  // pixels by which a name may stand off a mark
    const now = {
        box: null, svg: null, layers: {}, data: null, view: null, marks: [], points: [], spot: null, chosen: null, heat: null,
        act: {}, mark: null,
    };

    function s(tag, attributes, ...children) {
        const element = document.createElementNS(SVG, tag);
        for (const [key, value] of Object.entries(attributes || {})) if (value !== null && value !== undefined) element.setAttribute(key, value);
        element.append(...children.filter((child) => child !== null && child !== undefined));
        return element;
    }

    // --- drawing ---------------------------------------------------------------------------------------------------

    /** Draw a level. `act` has levelName(level), holds() (may marks be taken?), place(x, y), choose(key), drag(key, x, y, first), nudge(dx, dy), hover(x, y, room). */
    function show(box, data, act) {
        Object.assign(now, {act, heat: null});
        const level = !now.data || now.data.level !== data.level || now.box !== box;
        now.data = data;
        if (!now.svg || now.box !== box || !box.contains(now.svg)) frame(box);
        const {layers} = now;
        layers.clip.setAttribute('d', data.rooms.map((room) => room[0]).join(''));
        layers.ground.setAttribute('d', data.outline);
        layers.walls.setAttribute('d', data.walls);
        layers.rooms.replaceChildren(...data.rooms.map(([d, index, name]) => s('path', {d, 'data-room': index, 'data-name': name})));
        layers.names.replaceChildren(...data.names.map((row) => label(...row)));
        now.svg.setAttribute('aria-label', say('plan_about', {level: act.levelName(data.level)}));
        if (level || !now.view.part()) now.view.whole(); else now.view.redraw();
    }

    function frame(box) {
        const layers = {
            clip: s('path', {'clip-rule': 'evenodd'}), ground: s('path', {class: 'plan-ground'}), rooms: s('g', {class: 'plan-rooms'}),
            heat: s('g', {class: 'plan-heat', 'clip-path': 'url(#plan-clip)'}), walls: s('path', {class: 'plan-walls'}),
            names: s('g', {class: 'plan-names', 'aria-hidden': 'true'}), points: s('g', {class: 'plan-points'}),
            marks: s('g', {class: 'plan-marks'}), spot: s('g', {class: 'plan-spot'}),
        };
        const hatch = s('pattern', {id: 'plan-hatch', width: 0.9, height: 0.9, patternUnits: 'userSpaceOnUse', patternTransform: 'rotate(45)'},
            s('path', {d: 'M0 0V0.9', class: 'plan-hatch-line'}));
        const defs = s('defs', null, s('clipPath', {id: 'plan-clip'}, layers.clip), hatch);
        const svg = s('svg', {class: 'plan-svg', tabindex: 0, role: 'application'}, defs,
            ...['ground', 'rooms', 'heat', 'walls', 'names', 'points', 'marks', 'spot'].map((name) => layers[name]));
        const view = W.planView.make(box, svg, {bounds: () => now.data.bounds, changed: place});
        Object.assign(now, {box, svg, layers, view});
        box.replaceChildren(svg);
        view.listen(hand);
        svg.addEventListener('keydown', pressed);
        new ResizeObserver(() => { if (now.svg === svg && now.data) view.fit(); }).observe(box);
    }

    const label = (lines, x, y, width, height) => s('g', {class: 'plan-name', 'data-x': x, 'data-y': y, 'data-room-width': width, 'data-room-height': height, 'data-lines': lines.length, 'data-wide': Math.max(...lines.map((line) => line.length))},
        ...lines.map((line, i) => { const text = s('text', {y: (i - (lines.length - 1) / 2) * 12}); text.textContent = line; return text; }));

    /** What is to be seen besides the building: {marks, points, spot, chosen}. */
    function draw(state) {
        Object.assign(now, state);
        if (now.svg && now.data) things();
    }

    function things() {
        const {layers, chosen, spot} = now;
        layers.marks.replaceChildren(...now.marks.map((mark) => markOf(mark, mark.key === chosen)));
        layers.points.replaceChildren(...now.points.map(([name, x, y]) => at(s('g', {class: 'plan-point'},
            s('path', {d: 'M-5 0H5M0 -5V5'}), titled(say('plan_point', {point: name}))), x, y)));
        layers.spot.replaceChildren(...(spot ? [at(s('g', null, s('circle', {r: 13, class: 'plan-spot-ring'}), s('circle', {r: 4})), spot.x, spot.y)] : []));
        place();
    }

    const SHAPES = {well: 'M0 -7A7 7 0 1 1 0 7A7 7 0 1 1 0 -7Z', silent: 'M-6 -6H6V6H-6Z', suspect: 'M0 -9L9 0L0 9L-9 0Z', faulty: 'M-6 -6L6 6M6 -6L-6 6'};

    function markOf(mark, chosen) {
        const group = s('g', {class: 'plan-mark', 'data-mark': mark.key, 'data-look': mark.look, 'data-edited': mark.edited ? 'yes' : null, 'data-chosen': chosen ? 'yes' : null},
            s('circle', {r: 16, class: 'plan-reach'}), chosen ? s('circle', {r: 13, class: 'plan-ring'}) : null,
            s('path', {d: SHAPES[mark.look] || SHAPES.well, class: 'plan-shape'}), mark.look === 'suspect' ? sign('!') : null,
            mark.edited ? s('circle', {r: 3, cx: 8, cy: -8, class: 'plan-edited'}) : null, titled(mark.title));
        const name = s('text', {class: 'plan-mark-name', y: 20});
        name.textContent = mark.name;
        group.append(name);
        return at(group, mark.x, mark.y);
    }

    function sign(text) {
        const element = s('text', {class: 'plan-sign', y: 4});
        element.textContent = text;
        return element;
    }

    function titled(text) {
        const element = s('title');
        element.textContent = text;
        return element;
    }

    function at(element, x, y) {
        element.dataset.x = x;
        element.dataset.y = -y;
        return element;
    }

    // --- what keeps its size -----------------------------------------------------------------------------------------

    /** Keep what has a size in pixels at that size, and show the names for which there is room. */
    function place() {
        if (!now.view.part()) return;
        const k = now.view.grain() * parseFloat(getComputedStyle(document.documentElement).fontSize) / TYPE;
        const put = (one, y) => one.setAttribute('transform', `translate(${one.dataset.x} ${y}) scale(${k})`);
        for (const name of ['points', 'marks', 'spot']) for (const one of now.layers[name].children) put(one, one.dataset.y);
        now.svg.dataset.near = k < 0.06 ? 'yes' : 'no';
        const taken = now.marks.map((mark) => [mark.x - 10 * k, -mark.y - 10 * k, mark.x + 10 * k, -mark.y + 10 * k]);
        for (const one of now.layers.names.children) {
            const [x, y] = [Number(one.dataset.x), Number(one.dataset.y)];
            const [half, high] = [(3.2 * one.dataset.wide + 3) * k, (6.5 * one.dataset.lines + 2) * k];
            const {roomWidth, roomHeight} = one.dataset;
            const steps = BESIDE.map((pixels) => pixels * k).filter((step) => 2 * half < roomWidth && 2 * (Math.abs(step) + high) < roomHeight);
            const boxes = steps.map((step) => [x - half, y + step - high, x + half, y + step + high]);
            const free = boxes.find((box) => !taken.some((other) => box[0] < other[2] && other[0] < box[2] && box[1] < other[3] && other[1] < box[3]));
            one.setAttribute('visibility', free ? 'visible' : 'hidden');
            if (!free) continue;
            put(one, (free[1] + free[3]) / 2);
            taken.push(free);
        }
    }

    // --- heat ------------------------------------------------------------------------------------------------------

    /** Lay a grid over the rooms: {step, x0, y0, rows, columns, values (bytes), colour(byte), poor(byte)}; null takes it away. */
    function heat(grid) {
        now.heat = grid;
        if (!now.svg) return;
        now.layers.heat.replaceChildren(...(grid ? [picture(grid), s('path', {d: hatched(grid), class: 'plan-poor'})] : []));
        now.svg.dataset.heat = grid ? 'yes' : 'no';
    }

    function picture(grid) {
        const {rows, columns, step, x0, y0} = grid;
        const canvas = document.createElement('canvas');
        Object.assign(canvas, {width: columns, height: rows});
        const context = canvas.getContext('2d');
        const image = context.createImageData(columns, rows);
        const values = spread(grid);
        for (let row = 0; row < rows; row++) {
            for (let column = 0; column < columns; column++) {
                const value = values[row * columns + column];
                if (value !== NOWHERE) image.data.set([...grid.colour(value), 255], 4 * ((rows - 1 - row) * columns + column));
            }
        }
        context.putImageData(image, 0, 0);
        return s('image', {href: canvas.toDataURL(), x: x0, y: -(y0 + rows * step), width: columns * step, height: rows * step, preserveAspectRatio: 'none'});
    }

    /** Colour runs on beneath the walls, so that smoothing does not fade a room's edge. */
    function spread({values, rows, columns}) {
        let from = values;
        for (let pass = 0; pass < 2; pass++) {
            const to = from.slice();
            for (let row = 0; row < rows; row++) {
                for (let column = 0; column < columns; column++) {
                    const i = row * columns + column;
                    if (from[i] !== NOWHERE) continue;
                    const near = [column && from[i - 1], column < columns - 1 && from[i + 1], row && from[i - columns], row < rows - 1 && from[i + columns]];
                    const found = near.filter((value) => value !== false && value !== 0 && value !== undefined && value !== NOWHERE);
                    if (found.length) to[i] = found.reduce((a, b) => a + b) / found.length;
                }
            }
            from = to;
        }
        return from;
    }

    /** One path over the cells that are poor, joined along rows. */
    function hatched({values, rows, columns, step, x0, y0, poor}) {
        const parts = [];
        for (let row = 0; row < rows; row++) {
            for (let column = 0; column < columns;) {
                const begin = column;
                while (column < columns && values[row * columns + column] !== NOWHERE && poor(values[row * columns + column])) column++;
                if (column > begin) parts.push(`M${x0 + begin * step} ${-(y0 + row * step)}h${(column - begin) * step}v${-step}h${-(column - begin) * step}z`);
                else column++;
            }
        }
        return parts.join('');
    }

    /** The byte of the heat layer at a place, or null. */
    function valueAt(x, y) {
        const grid = now.heat;
        if (!grid) return null;
        const [column, row] = [Math.floor((x - grid.x0) / grid.step), Math.floor((y - grid.y0) / grid.step)];
        if (row < 0 || column < 0 || row >= grid.rows || column >= grid.columns) return null;
        const value = grid.values[row * grid.columns + column];
        return value === NOWHERE ? null : value;
    }

    // --- pointers and keys -----------------------------------------------------------------------------------------

    const hand = {
        press(event, alone) {
            const mark = alone && now.act.holds() && event.target.closest('[data-mark]');
            now.mark = mark ? mark.dataset.mark : null;
        },
        drag(event, first) {
            if (!now.mark) return false;
            const {x, y} = now.view.spotOf(event);
            now.act.drag(now.mark, x, -y, first);
            return true;
        },
        done(event, moved) {
            if (moved) return;
            const {x, y} = now.view.spotOf(event);
            if (now.mark) now.act.choose(now.mark); else now.act.place(x, -y);
        },
        hover(event) {
            if (!event) { if (now.act.hover) now.act.hover(null); return; }
            const {x, y} = now.view.spotOf(event);
            const room = event.target.closest('[data-room]') || document.elementsFromPoint(event.clientX, event.clientY).find((one) => one.dataset && one.dataset.room);
            now.act.hover({x, y: -y, room: room ? room.dataset.name : null, value: valueAt(x, -y)});
        },
        drop() { now.mark = null; },
    };

    const STEPS = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1]};

    function pressed(event) {
        if (event.ctrlKey || event.metaKey || event.altKey) return;
        const step = STEPS[event.key];
        const size = event.shiftKey ? 0.1 : 0.5;
        if (step) now.act.nudge(step[0] * size, step[1] * size);
        else if (!now.view.key(event.key)) return;
        event.preventDefault();
        event.stopPropagation();
    }

    document.addEventListener('click', (event) => {
        const button = event.target.closest('button[data-zoom]');
        if (button && now.box && now.box.closest('.plan-card') === button.closest('.plan-card') && now.view && now.data) now.view.key(button.dataset.zoom);
    });

    W.plan = {show, draw, heat, valueAt, level: () => (now.data && now.box && now.box.isConnected ? now.data.level : null)};
})();
