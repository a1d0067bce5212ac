/* The plan editor's drawing: picture, rooms, doors, gateways, handles. Units are metres; (x, y) is drawn at (x, -y). */
(function () {
    'use strict';

    const W = (window.wardlight = window.wardlight || {});
    const E = W.editor;
    const S = W.shapes;
    const {say, figure} = W.words;
    const SVG = 'http://www.w3.org/2000/svg';
    const TYPE = 16;  // pixels of type on a desk; on a wall all grows with it
    const EMPTY = [-2, -2, 22, 14];
    const KEEP = ['names', 'handles', 'doors', 'gateways', 'temp'];
    const at = {box: null, svg: null, view: null, layers: {}, drawn: null};

    function s(tag, attributes, ...children) {
        const element = document.createElementNS(SVG, tag);
        for (const [key, value] of Object.entries(attributes || {})) if (value !== null && value !== undefined) element.setAttribute(key, value);
        element.append(...children.filter((child) => child !== null && child !== undefined));
        return element;
    }

    const text = (tag, attributes, words) => { const element = s(tag, attributes); element.textContent = words; return element; };

    /** The place of a picture's pixel, metres, and back. */
    function pixel(picture, u, v) {
        const [c, d] = [Math.cos((-picture.turn * Math.PI) / 180), Math.sin((-picture.turn * Math.PI) / 180)];
        const [dx, dy] = [(u - picture.width / 2) * picture.scale, -(v - picture.height / 2) * picture.scale];
        return [picture.x + dx * c - dy * d, picture.y + dx * d + dy * c];
    }
    function pixelAt(picture, x, y) {
        const [c, d] = [Math.cos((picture.turn * Math.PI) / 180), Math.sin((picture.turn * Math.PI) / 180)];
        const [dx, dy] = [(x - picture.x) / picture.scale, (y - picture.y) / picture.scale];
        return [picture.width / 2 + dx * c - dy * d, picture.height / 2 - (dx * d + dy * c)];
    }

    function bounds() {
        const level = E.level();
        const found = level ? level.rooms.map((room) => S.bounds(room.shape)) : [];
        if (level && level.picture) {
            const {picture} = level;
            found.push(S.bounds([[[[0, 0], [picture.width, 0], [picture.width, picture.height], [0, picture.height]].map(([u, v]) => pixel(picture, u, v))]]));
        }
        const ghost = E.below();
        if (!found.length && ghost) found.push(...ghost.rooms.map((room) => S.bounds(room.shape)));
        if (!found.length) return EMPTY;
        return [Math.min(...found.map((b) => b[0])), Math.min(...found.map((b) => b[1])), Math.max(...found.map((b) => b[2])), Math.max(...found.map((b) => b[3]))];
    }

    function frame(box) {
        const names = ['grid', 'picture', 'ghost', 'outline', 'rooms', 'names', 'doors', 'gateways', 'handles', 'temp'];
        const layers = Object.fromEntries(names.map((name) => [name, s('g', {class: 'editor-' + name})]));
        const hatch = s('pattern', {id: 'editor-hatch', width: 0.5, height: 0.5, patternUnits: 'userSpaceOnUse', patternTransform: 'rotate(45)'}, s('path', {d: 'M0 0V0.5', class: 'editor-hatch-line'}));
        const grid = s('pattern', {id: 'editor-metre', width: 1, height: 1, patternUnits: 'userSpaceOnUse'}, s('path', {d: 'M1 0H0V1', class: 'editor-grid-line'}));
        const svg = s('svg', {class: 'plan-svg editor-svg', tabindex: 0, role: 'application', 'aria-describedby': 'editor-help'}, s('defs', null, hatch, grid), ...names.map((name) => layers[name]));
        layers.names.setAttribute('aria-hidden', 'true');
        const view = W.planView.make(box, svg, {bounds, changed: place});
        Object.assign(at, {box, svg, view, layers, drawn: null});
        box.replaceChildren(svg);
        E.listen(svg, view);
        new ResizeObserver(() => { if (at.svg === svg && E.now.draft) view.fit(); }).observe(box);
    }

    function draw() {
        const box = E.by('editor-plan');
        const {now} = E;
        if (!box || !now.draft) return;
        if (!at.svg || at.box !== box || !box.contains(at.svg)) frame(box);
        const level = E.level();
        at.svg.setAttribute('aria-label', say('ed_plan_about', {level: level.name}));
        at.svg.dataset.tool = now.tool;
        at.svg.dataset.picture = level.picture ? 'yes' : 'no';
        backdrop(level);
        rooms(level);
        at.layers.doors.replaceChildren(...level.doors.map(door));
        at.layers.gateways.replaceChildren(...level.gateways.map(gateway));
        at.layers.handles.replaceChildren(...handles(level));
        at.layers.temp.replaceChildren(...temp(level));
        if (E.seeAll || at.drawn !== level.id) {
            at.drawn = level.id;
            E.seeAll = false;
            at.view.whole();
        } else at.view.redraw();
        if (E.revealSoon) { at.view.reveal(...E.revealSoon); E.revealSoon = null; }
    }

    function backdrop(level) {
        const {layers} = at;
        const [x0, y0, x1, y1] = bounds();
        const far = 60;
        layers.grid.replaceChildren(level.picture ? '' : s('rect', {x: Math.floor(x0) - far, y: Math.floor(-y1) - far, width: Math.ceil(x1 - x0) + 2 * far, height: Math.ceil(y1 - y0) + 2 * far, fill: 'url(#editor-metre)'}));
        const ghost = E.now.ghost && E.below();
        layers.ghost.replaceChildren(ghost ? s('path', {d: ghost.rooms.map((room) => S.path(room.shape)).join('')}) : '');
        layers.outline.replaceChildren(level.outline.length ? s('path', {d: S.path(level.outline)}) : '');
        const {picture} = level;
        if (!picture) { layers.picture.replaceChildren(); return; }
        const href = `/plan-drafts/${E.now.id}/pictures/${picture.file}.png`;
        let image = layers.picture.firstElementChild;
        if (!image || image.getAttribute('href') !== href) {
            image = s('image', {href, preserveAspectRatio: 'none'});
            layers.picture.replaceChildren(image);
        }
        for (const [key, value] of Object.entries({width: picture.width, height: picture.height, opacity: E.now.faded})) image.setAttribute(key, value);
        image.setAttribute('transform', `translate(${picture.x} ${-picture.y}) rotate(${picture.turn}) scale(${picture.scale}) translate(${-picture.width / 2} ${-picture.height / 2})`);
    }

    function rooms(level) {
        const {now} = E;
        const grave = new Set(E.faults().filter((fault) => fault.grave && fault.kind === 'room').flatMap((fault) => [fault.id, fault.other]));
        at.layers.rooms.replaceChildren(...level.rooms.map((room) => {
            const mine = now.chosen && now.chosen.id === room.id;
            const element = s('path', {d: S.path(room.shape), class: 'editor-room', 'data-room': room.id, 'data-chosen': mine ? 'yes' : null, 'data-fault': grave.has(room.id) ? 'yes' : null});
            element.style.setProperty('--dept-dark', E.colour(room.department)[0]);
            element.style.setProperty('--dept-light', E.colour(room.department)[1]);
            return element;
        }));
        if (grave.size) at.layers.rooms.append(...level.rooms.filter((room) => grave.has(room.id)).map((room) => s('path', {d: S.path(room.shape), class: 'editor-wrong'})));
        at.layers.names.replaceChildren(...level.rooms.map((room) => {
            const [x, y, width] = S.middle(room.shape);
            const box = S.bounds(room.shape);
            const lines = [room.number, room.name].filter(Boolean);
            return s('g', {'data-x': x, 'data-y': -y, 'data-width': width, 'data-height': box[3] - box[1]},
                ...lines.map((line, i) => text('text', {y: (i - (lines.length - 1) / 2) * 13, 'data-long': line.length, class: i === 0 && room.number ? 'editor-number' : null}, line)));
        }));
    }

    function door(one) {
        const mine = E.now.chosen && E.now.chosen.id === one.id;
        const ends = {x1: one.x0, y1: -one.y0, x2: one.x1, y2: -one.y1};
        return s('g', {class: 'editor-door', 'data-door': one.id, 'data-kind': one.kind, 'data-chosen': mine ? 'yes' : null},
            s('line', {...ends, class: 'editor-door-gap'}), s('line', {...ends, class: 'editor-door-line'}), s('line', {...ends, class: 'editor-door-reach'}));
    }

    function gateway(one) {
        const mine = E.now.chosen && E.now.chosen.id === one.id;
        return s('g', {class: 'plan-mark editor-gateway', 'data-gateway': one.id, 'data-chosen': mine ? 'yes' : null, 'data-x': one.x, 'data-y': -one.y},
            s('circle', {r: 15, class: 'plan-reach'}), mine ? s('circle', {r: 12, class: 'plan-ring'}) : null, s('path', {d: 'M0 -7L7 0L0 7L-7 0Z', class: 'plan-shape'}),
            text('title', null, one.name || one.mac || say('ed_gateway')), text('text', {class: 'plan-mark-name', y: 20}, one.name || one.mac));
    }

    const knob = (shape, x, y, more) => s('g', {'data-x': x, 'data-y': -y, ...more}, s('circle', {r: 13, class: 'plan-reach'}), shape === 'square' ? s('rect', {x: -5, y: -5, width: 10, height: 10}) : s('circle', {r: 4}));

    function handles(level) {
        const {now} = E;
        const room = E.chosen('room');
        const one = E.chosen('door');
        if (now.tool === 'scale') return [];
        if (one && level.doors.includes(one)) return [knob('square', one.x0, one.y0, {'data-end': 0}), knob('square', one.x1, one.y1, {'data-end': 1})];
        if (!room || !level.rooms.includes(room) || now.tool !== 'select') return [];
        const key = now.chosen.corner && now.chosen.corner.join();
        return S.edges(room.shape).flatMap(([a, b, p, r, c]) => [
            S.dist(a, b) > 22 * grain() ? knob('circle', (a[0] + b[0]) / 2, (a[1] + b[1]) / 2, {class: 'editor-mid', 'data-mid': [p, r, c].join()}) : null,
            knob('square', a[0], a[1], {class: 'editor-corner', 'data-corner': [p, r, c].join(), 'data-chosen': key === [p, r, c].join() ? 'yes' : null}),
        ].filter(Boolean));
    }

    const grain = () => (at.view && at.view.part() ? at.view.grain() : 0.05);
    const label = (x, y, words) => s('g', {class: 'editor-size', 'data-x': x, 'data-y': -y}, text('text', {y: -12}, words));
    const metres = (value) => say('ed_metres', {metres: figure(value, 2)});

    /** What is being drawn right now. */
    function temp(level) {
        const {temp: now, tool} = E.now;
        if (!now) return [];
        const spot = now.spot && knob('circle', now.spot[0], now.spot[1], {class: 'editor-spot', 'data-why': now.why || null});
        if (tool === 'room' && now.from && now.spot) {
            const shape = S.box(now.from, now.spot);
            const [x0, y0, x1, y1] = S.bounds(shape);
            return [s('path', {d: S.path(shape), class: 'editor-fresh'}), label((x0 + x1) / 2, y1, `${figure(x1 - x0, 2)} × ${metres(y1 - y0)}`), spot];
        }
        if (now.ring && now.ring.length) {
            const all = now.spot ? [...now.ring, now.spot] : now.ring;
            const last = now.ring[now.ring.length - 1];
            return [
                s('path', {d: 'M' + all.map(([x, y]) => x + ' ' + -y).join('L'), class: 'editor-fresh'}),
                now.spot && label((last[0] + now.spot[0]) / 2, (last[1] + now.spot[1]) / 2, metres(S.dist(last, now.spot))),
                ...now.ring.map(([x, y], i) => knob('square', x, y, {class: i ? 'editor-corner' : 'editor-corner editor-first'})), spot,
            ].filter(Boolean);
        }
        if (tool === 'door' && now.door) {
            const d = now.door;
            return [s('line', {x1: d.x0, y1: -d.y0, x2: d.x1, y2: -d.y1, class: 'editor-fresh'}), label((d.x0 + d.x1) / 2, (d.y0 + d.y1) / 2, metres(S.dist([d.x0, d.y0], [d.x1, d.y1])))];
        }
        if (tool === 'scale' && level.picture && now.points) {
            const all = now.points.map(([u, v]) => pixel(level.picture, u, v));
            const ends = now.spot && all.length === 1 ? [...all, now.spot] : all;
            return [
                ends.length === 2 ? s('path', {d: 'M' + ends.map(([x, y]) => x + ' ' + -y).join('L'), class: 'editor-ruler'}) : null,
                ...all.map(([x, y]) => s('g', {class: 'editor-cross', 'data-x': x, 'data-y': -y}, s('path', {d: 'M-9 0H9M0 -9V9'}))),
            ].filter(Boolean);
        }
        return spot ? [spot] : [];
    }

    /** Keep what has a size in pixels at that size; show the names for which there is room. */
    function place() {
        if (!at.view.part()) return;
        const k = (grain() * parseFloat(getComputedStyle(document.documentElement).fontSize)) / TYPE;
        for (const name of KEEP) {
            for (const one of at.layers[name].querySelectorAll('[data-x]')) one.setAttribute('transform', `translate(${one.dataset.x} ${one.dataset.y}) scale(${k})`);
        }
        const marks = [...at.layers.gateways.children].map((mark) => mark.dataset);
        for (const one of at.layers.names.children) {
            const [width, height] = [one.dataset.width / k, one.dataset.height / k];
            const lines = [...one.children];
            const fit = lines.filter((line) => 6.4 * line.dataset.long + 6 < width);
            const shown = height > 32 ? fit : height > 15 ? fit.slice(0, 1) : [];
            for (const line of lines) line.setAttribute('visibility', shown.includes(line) ? 'visible' : 'hidden');
            const covered = marks.some(({x, y}) => Math.abs(x - one.dataset.x) < 22 * k && Math.abs(y - one.dataset.y) < 16 * k);
            const aside = covered && height > 26 * shown.length + 30 ? 22 : 0;
            shown.forEach((line, i) => line.setAttribute('y', (i - (shown.length - 1) / 2) * 13 + aside));
        }
        at.svg.dataset.near = k < 0.05 ? 'yes' : 'no';
    }

    document.addEventListener('click', (event) => {
        const button = event.target.closest('#editor button[data-zoom]');
        if (button && at.view && E.now.draft) at.view.key(button.dataset.zoom);
    });

    Object.assign(E, {pixel, pixelAt, grain, view: () => at.view, svg: () => at.svg});
    E.parts.push(draw);
})();
