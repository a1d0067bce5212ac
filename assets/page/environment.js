/* The Environment page: the plan of a level, coloured by what the sensors of its rooms measure, and the page's address. */
(function () {
    'use strict';

    const W = (window.wardlight = window.wardlight || {});
    const {h} = W.dom;
    const {say, figure} = W.words;
    const SVG = 'http://www.w3.org/2000/svg';
    const MARGIN = 1.2;
    const ARROWS = {high: '▲', low: '▼'};
    const now = {plan: null, values: null, svg: null, rooms: null, labels: null, asked: {}};
    const by = (id) => document.getElementById(id);
    const theme = () => (document.documentElement.dataset.mantineColorScheme === 'light' ? 'light' : 'dark');

    function s(tag, attributes, ...children) {
        const element = document.createElementNS(SVG, tag);
        for (const [key, value] of Object.entries(attributes || {})) if (value !== null && value !== undefined) element.setAttribute(key, value);
        element.append(...children);
        return element;
    }

    // --- colours -----------------------------------------------------------------------------------------------------

    const parts = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));

    function colour(value) {
        const stops = now.values.stops[theme()];
        const [low, high] = now.values.range;
        const place = Math.min(Math.max((value - low) / (high - low), 0), 1) * (stops.length - 1);
        const first = Math.min(Math.floor(place), stops.length - 2);
        const [a, b] = [parts(stops[first]), parts(stops[first + 1])];
        return 'rgb(' + a.map((one, i) => Math.round(one + (b[i] - one) * (place - first))).join(' ') + ')';
    }

    // --- plan --------------------------------------------------------------------------------------------------------

    function frame(box) {
        const {plan} = now;
        const [x0, y0, x1, y1] = plan.bounds;
        const hatch = s('pattern', {id: 'environment-hatch', width: 0.9, height: 0.9, patternUnits: 'userSpaceOnUse', patternTransform: 'rotate(45)'},
            s('path', {d: 'M0 0V0.9', class: 'environment-hatch'}));
        now.rooms = s('g', {class: 'environment-rooms'});
        now.labels = s('g', {class: 'environment-labels', 'aria-hidden': 'true'});
        now.svg = s('svg', {viewBox: `${x0 - MARGIN} ${-y1 - MARGIN} ${x1 - x0 + 2 * MARGIN} ${y1 - y0 + 2 * MARGIN}`, role: 'group'},
            s('defs', {}, hatch), s('path', {d: plan.outline, class: 'environment-ground'}), now.rooms,
            s('path', {d: plan.walls, class: 'environment-walls'}), now.labels);
        now.shapes = new Map(plan.rooms.map(([d, index, name]) => {
            const title = s('title');
            title.textContent = name + ': ' + say('environment_unmeasured');
            return [index, s('path', {d, class: 'environment-room', 'fill-rule': 'evenodd'}, title)];
        }));
        now.rooms.append(...now.shapes.values());
        box.replaceChildren(now.svg);
        now.svg.addEventListener('click', (event) => choose(event.target));
        now.svg.addEventListener('keydown', (event) => {
            if (event.key !== 'Enter' && event.key !== ' ') return;
            event.preventDefault();
            choose(event.target);
        });
        const seen = new ResizeObserver(() => { if (now.svg && box.contains(now.svg)) sizes(); else seen.disconnect(); });
        seen.observe(box);
    }

    function choose(target) {
        const room = target.closest('[data-mac]');
        if (room) show(room.dataset.mac);
    }

    /** Have a sensor's past shown, and bring it into sight where it is below. */
    function show(mac) {
        window.dash_clientside.set_props('environment-sensor', {value: mac});
        now.asked.sensor = mac;
        remember(); // Dash tells of the new value only when no refresh is under way
        const card = document.querySelector('.environment-past');
        const calm = window.matchMedia('(prefers-reduced-motion: reduce)').matches;
        if (card) card.scrollIntoView({block: 'nearest', behavior: calm ? 'auto' : 'smooth'});
    }

    function paint() {
        const {plan, values, svg} = now;
        if (!plan || !values || !svg || !svg.isConnected) return;
        const rows = values.rooms.filter(([room]) => now.shapes.has(room));
        const chosen = now.asked.sensor;
        const measured = new Map(rows.map((row) => [row[0], row]));
        for (const [room, shape] of now.shapes) dress(shape, measured.get(room), chosen);
        now.labels.replaceChildren(...rows.map(([room, , , text, code]) => label(now.shapes.get(room).getBBox(), text, ARROWS[code], code)));
        svg.setAttribute('aria-label', say('environment_plan', {level: plan.name, quantity: values.name}));
        sizes();
        legend(rows.length);
    }

    function dress(shape, row, chosen) {
        if (!row) {
            for (const name of ['data-mac', 'data-code', 'tabindex', 'role', 'aria-label', 'aria-pressed']) shape.removeAttribute(name);
            shape.style.fill = '';
            return;
        }
        const [, mac, value, , code, said] = row;
        const attributes = {'data-mac': mac, 'data-code': code, tabindex: 0, role: 'button', 'aria-label': said, 'aria-pressed': mac === chosen};
        for (const [name, one] of Object.entries(attributes)) shape.setAttribute(name, one);
        shape.firstChild.textContent = said;
        shape.style.fill = value === null || code === 'silent' ? '' : colour(value);
    }

    /** A value in the middle of its room, an arrow above it where it is out of range. */
    function label(box, text, arrow, code) {
        const x = box.x + box.width / 2;
        const line = (words, dy) => {
            const one = s('tspan', {x, dy});
            one.textContent = words;
            return one;
        };
        const lines = arrow ? [line(arrow, '-0.55em'), line(text, '1.05em')] : [line(text, null)];
        return s('text', {x, y: box.y + box.height / 2, 'data-code': code, 'data-width': box.width, 'data-letters': text.length}, ...lines);
    }

    /** Values keep their size in pixels, however large the plan is drawn, but stay within their rooms. */
    function sizes() {
        const width = now.svg.clientWidth;
        if (!width) return;
        const view = now.svg.viewBox.baseVal;
        const metres = Math.max(view.width / width, view.height / Math.max(now.svg.clientHeight, 1));
        const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
        for (const one of now.labels.children) {
            const fits = Number(one.dataset.width) / (0.62 * Number(one.dataset.letters));
            one.setAttribute('font-size', Math.max(0.5 * rem * metres, Math.min(0.72 * rem * metres, fits)).toFixed(3));
        }
        now.labels.setAttribute('stroke-width', (0.17 * rem * metres).toFixed(3));
    }

    function legend(count) {
        const box = by('environment-legend');
        if (!box) return;
        const {values} = now;
        if (!count) {
            box.replaceChildren(h('p', null, say(values.reported ? 'environment_none' : 'environment_waits')));
            return;
        }
        const [low, high] = values.range;
        const bar = h('span.environment-scale', {'aria-hidden': 'true'});
        bar.style.background = 'linear-gradient(to right, ' + values.stops[theme()].join(', ') + ')';
        const ticks = h('span.environment-ticks', null, ...values.ticks.map((tick) => {
            const one = h('span', null, figure(tick) + (tick === values.ticks.at(-1) ? ' ' + values.unit : ''));
            one.style.insetInlineStart = 100 * (tick - low) / (high - low) + '%';
            return one;
        }));
        const key = (form, text) => h('span.environment-key', null, h('span.environment-swatch', {'data-form': form, 'aria-hidden': 'true'}), text);
        box.replaceChildren(h('span.environment-bar-scale', null, bar, ticks), h('span.environment-key', null, say('environment_out')),
            key('silent', say('environment_silent')), key('none', say('environment_unmeasured')));
    }

    function draw() {
        const box = by('environment-map');
        if (!box || !now.plan) return;
        if (!now.svg || !box.contains(now.svg) || now.drawn !== now.plan) {
            frame(box);
            now.drawn = now.plan;
        }
        paint();
    }

    // --- the page ----------------------------------------------------------------------------------------------------

    function remember() {
        if (!by('environment')) return;
        const {level, shown, sensor, span} = now.asked;
        const query = new URLSearchParams();
        if (level) query.set('level', level);
        if (shown && shown !== 'temperature') query.set('show', shown);
        if (sensor) query.set('sensor', sensor);
        if (span && span !== '24h') query.set('span', span);
        const wanted = window.location.pathname + '?' + query.toString();
        if (wanted !== window.location.pathname + window.location.search) window.history.replaceState(window.history.state, '', wanted);
        paint();
    }

    document.addEventListener('click', (event) => {
        const button = event.target.closest('#environment-lists [data-action="sensor"]');
        if (button) show(button.dataset.value);
    });
    new MutationObserver(paint).observe(document.documentElement, {attributeFilter: ['data-mantine-color-scheme']});

    window.dash_clientside = Object.assign(window.dash_clientside || {}, {environment: {
        plan(data) { if (data) { now.plan = data; draw(); } return undefined; },
        values(data) { if (data) { now.values = data; draw(); } return undefined; },
        address(level, shown, sensor, span) { now.asked = {level, shown, sensor, span}; remember(); return undefined; },
    }});
})();
