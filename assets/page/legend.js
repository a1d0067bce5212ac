/* Writes the legend of the floor model: departments, or the scale of a quantity with ticks, unit and what is not known. */
(function () {
    'use strict';

    const W = (window.wardlight = window.wardlight || {});
    const {h, syncChildren} = W.dom;
    const {say, count, figure, time, site} = W.words;
    let planned = false;

    const style = () => W.floor.asked.style || {};
    const theme = () => (document.documentElement.dataset.mantineColorScheme === 'light' ? 'light' : 'dark');

    function departments() {
        const {level} = W.floor.asked.view;
        const here = new Set(site().rooms.filter((room) => level === 'all' || room[2] === level).map((room) => room[3]));
        const chips = (style().departments || []).filter(([key]) => here.has(key)).map(([key, name, dark, light]) => h('li', {'data-key': key},
            h('span.floor-swatch', {style: `--mark-dark:${dark};--mark-light:${light}`}), name));
        return h('ul.floor-legend', {'data-key': 'departments', 'aria-label': say('departments')}, ...chips);
    }

    function ticks(quantity, [low, high]) {
        if (quantity.ticks.length) return quantity.ticks;
        return [low, (low + high) / 2, high];
    }

    function scale(quantity) {
        const {limits} = W.floor.shown;
        const [low, high] = limits || quantity.range || [0, 1];
        const stops = quantity.stops[theme()];
        const digits = high - low < 1 ? 2 : 1;
        const at = (value) => `inset-inline-start:${(100 * (value - low) / (high - low)).toFixed(2)}%`;
        const marks = limits || quantity.range ? ticks(quantity, [low, high]).map((value, i, all) =>
            h('span', {style: at(value)}, (i === all.length - 1 && !quantity.range ? '≥ ' : '') + figure(value, Number.isInteger(value) ? 0 : digits))) : [];
        return h('div.floor-scale', {'data-key': 'scale'},
            h('span.floor-scale-name', null, quantity.name, quantity.unit ? h('span.quiet', null, ' ' + quantity.unit) : null),
            h('span.floor-scale-bar', {'aria-hidden': 'true', style: `background:linear-gradient(90deg,${stops.join(',')})`}),
            h('span.floor-scale-ticks', null, ...marks),
            h('span.floor-scale-none', null, h('span.floor-swatch.none', {style: `background:${quantity.none[theme()]}`}), say('layer_none')),
            h('p.floor-scale-note', null, quantity.note),
            status(quantity));
    }

    /** What is behind the colours: of which time, how many, or why there is nothing. */
    function status(quantity) {
        if (quantity.source === 'live') return null;
        const {state, status: code, body} = W.areas.state('rooms');
        if (state === 'asking') return h('p.floor-scale-note.busy', {role: 'status'}, say('layer_asking'));
        if (state === 'failed' && !body) return h('p.floor-scale-note.failed', {role: 'status'}, say(code === 403 ? 'layer_forbidden' : 'layer_failed'));
        if (!body || quantity.source !== 'history') return null;
        const parts = [say('layer_from', {from: time(body.since), to: time(Math.min(body.until, (W.link.bundle() || {summary: {t: body.until}}).summary.t || body.until))})];
        if (!body.rooms.length) parts.push(say('layer_empty'));
        else if (body.total !== undefined) parts.push(say('layer_hours', {hours: figure(body.total, body.total < 10 ? 1 : 0)}));
        else parts.push(count('layer_stays', body.rooms.reduce((sum, row) => sum + row[2], 0)));
        return h('p.floor-scale-note', {role: 'status'}, parts.join(' · '));
    }

    function ways() {
        const one = W.areas.state('ways');
        if (one.state === 'none') return null;
        const text = one.state === 'asking' ? say('layer_asking') : one.body ? count('ways_moved', one.body.moved) : say(one.status === 403 ? 'layer_forbidden' : 'layer_failed');
        return h('p.floor-ways-note', {'data-key': 'ways', role: 'status'}, h('span.floor-way', {'aria-hidden': 'true'}), text);
    }

    function render() {
        const box = document.getElementById('floor-legend-box');
        if (!box || !W.floor || !W.floor.asked.view) return;
        const quantity = (style().quantities || {})[W.floor.asked.view.colour];
        const {shape, level} = W.floor.asked.view;
        const side = quantity && shape === '3d' && level !== 'all' ? 'right' : 'left';
        const moved = box.dataset.side !== side || box.dataset.kind !== (quantity ? 'scale' : 'departments');
        Object.assign(box.dataset, {kind: quantity ? 'scale' : 'departments', side});
        syncChildren(box, [ways(), quantity ? scale(quantity) : departments()].filter(Boolean));
        if (moved) W.floor.refit();
    }

    function plan() {
        if (planned) return;
        planned = true;
        requestAnimationFrame(() => { planned = false; render(); });
    }

    new MutationObserver(plan).observe(document.documentElement, {attributes: true, attributeFilter: ['data-mantine-color-scheme']});

    W.legend = {plan};
})();
