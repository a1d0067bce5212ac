/* Commissioning, heat layer: coverage and expected error over the plan, before and after, with legend and figures. */
(function () {
    'use strict';

    const W = (window.wardlight = window.wardlight || {});
    const {h, syncChildren} = W.dom;
    const {say, count, figure, percent} = W.words;
    const C = W.commission;
    const {now, by} = C;
    const SCALE = {coverage: {top: 8, poor: (value) => value < 3, ticks: [0, 2, 3, 4, 6, 8]}, error: {top: 8, poor: (value) => value > 5, ticks: [0, 2, 4, 5, 6, 8]}};
    const heat = {layer: 'none', side: 'after', asked: null, came: null, key: null, n: 0};

    const key = () => JSON.stringify([now.level, C.edited() ? C.plain(now.rows) : now.base, now.facts && now.facts.survey]);
    const fresh = () => Boolean(heat.came) && heat.came.ok && heat.key === key();
    const side = () => (heat.side === 'before' && heat.came.before ? 'before' : 'after');

    C.layer = (layer) => { heat.layer = layer || 'none'; if (heat.layer !== 'none' && !fresh()) ask(); C.render(); };
    C.layerMoved = () => { if (heat.layer !== 'none' && now.facts) ask(); };

    function ask() {
        if (!now.facts) return;
        heat.asked = {n: Date.now() * 10 + (++heat.n % 10), key: key(), sent: (now.rows || []).map((row) => row.key)};
        C.set('commission-heat-ask', {data: {n: heat.asked.n, level: now.level, rows: C.edited() ? C.plain(now.rows) : null}});
        C.render();
    }

    C.heatCame = (came) => {
        if (!heat.asked || came.n !== heat.asked.n) return;
        Object.assign(heat, {came, key: heat.asked.key});
        if (!came.ok && came.faults.length) C.mark(came.faults, heat.asked.sent);
        heat.asked = null;
        C.render();
    };

    // --- colours ---------------------------------------------------------------------------------------------------

    const stops = () => [0, 1, 2, 3, 4].map((i) => getComputedStyle(document.documentElement).getPropertyValue('--heat-' + i).trim())
        .map((hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16)));

    /** Poor is dark, good is light: the share of good is 0..1. */
    function mixed(colours, share) {
        const place = Math.min(Math.max(share, 0), 1) * (colours.length - 1);
        const low = Math.min(Math.floor(place), colours.length - 2);
        return colours[low].map((value, i) => Math.round(value + (colours[low + 1][i] - value) * (place - low)));
    }

    const good = (layer, value) => (layer === 'coverage' ? value / SCALE.coverage.top : 1 - value / SCALE.error.top);

    function bytes(text) {
        const raw = atob(text);
        return Uint8Array.from(raw, (letter) => letter.charCodeAt(0));
    }

    let laid = null;

    /** Lay what is chosen over the plan, once. */
    function lay() {
        if (now.level === null || W.plan.level() !== now.level) { laid = null; return; }
        const {came, layer} = heat;
        const shown = layer !== 'none' && came && came.ok && came.level === now.level;
        const mark = shown ? [came.n, layer, side()].join() : 'none';
        const drawn = document.querySelector('#commission-plan svg');
        if (laid === mark && drawn && drawn.dataset.laid === mark) return;
        laid = drawn.dataset.laid = mark;
        if (!shown) { W.plan.heat(null); return; }
        const colours = stops();
        const {step, x0, y0, rows, columns} = came;
        W.plan.heat({
            step, x0, y0, rows, columns, values: bytes(came[side()][layer === 'coverage' ? 'heard' : 'error']),
            colour: (byte) => mixed(colours, good(layer, byte / 10)), poor: (byte) => SCALE[layer].poor(byte / 10),
        });
    }

    // --- legend and figures ----------------------------------------------------------------------------------------

    function legend() {
        const {top, ticks} = SCALE[heat.layer];
        const unit = say(heat.layer === 'coverage' ? 'heat_coverage' : 'heat_error');
        return h('div.heat-legend', {'data-key': 'legend'}, h('p', null, unit), h('span.heat-bar', {'data-layer': heat.layer, 'aria-hidden': 'true'}),
            h('span.heat-ticks', null, ...ticks.map((tick) => h('span', {'data-at': Math.round((100 * tick) / top)}, figure(tick) + (tick === top ? '+' : '')))),
            h('p.quiet.hatched', null, h('span.hatch', {'aria-hidden': 'true'}), say(heat.layer === 'coverage' ? 'heat_hatch_coverage' : 'heat_hatch_error')));
    }

    function figures() {
        const {came} = heat;
        const both = Boolean(came.before);
        const tell = [
            (part) => (part[0] === null ? '–' : say('heat_metres', {num: figure(part[0], 1)})),
            (part) => (part[1] === null ? '–' : percent(Math.round(100 * part[1]))),
        ];
        const rows = ['building', 'level'].flatMap((where) => [0, 1].map((what) => h('tr', null,
            h('th', {scope: 'row'}, say(what ? 'heat_thin' : 'heat_median'), h('span.quiet', null, where === 'level' ? C.levelName(came.level) : say('heat_building'))),
            both ? h('td.number', null, tell[what](came.before[where])) : null, h('td.number', null, tell[what](came.after[where])))));
        const head = h('tr', null, h('td'), both ? h('th.number', {scope: 'col'}, say('heat_before')) : null, h('th.number', {scope: 'col'}, say(both ? 'heat_after' : 'heat_now')));
        return h('table.heat-figures', {'data-key': 'figures'}, h('thead', null, head), h('tbody', null, ...rows));
    }

    function sides() {
        const one = (name) => h('button', {type: 'button', 'data-side': name, 'aria-pressed': String(side() === name)}, say('heat_' + name));
        return heat.came.before ? h('div.sides', {role: 'group', 'data-key': 'sides'}, one('before'), one('after')) : null;
    }

    function box() {
        const {came, layer, asked} = heat;
        if (layer === 'none') { syncChildren(by('commission-heat-box'), []); return; }
        const working = asked ? h('p.working', {'data-key': 'working'}, say('heat_working')) : null;
        if (!came || !came.ok || came.level !== now.level) {
            const bad = !asked && came && !came.ok ? h('p.bad', {'data-key': 'bad'}, came.text) : null;
            syncChildren(by('commission-heat-box'), [working, bad, !asked ? again() : null].filter(Boolean));
            return;
        }
        const of = {edits: 'heat_before_edits', survey: 'heat_before_survey', saved: 'heat_only'}[came.of];
        const old = !asked && !fresh() ? h('p.old', {'data-key': 'old'}, h('span', null, say('heat_old')), again()) : null;
        syncChildren(by('commission-heat-box'), [working, old, h('div.heat-left', {'data-key': 'left'}, legend(), sides(), h('p.quiet', null, say(of))), figures()].filter(Boolean));
    }

    const again = () => h('button.tool', {type: 'button', 'data-heat': 'again', 'data-key': 'again'}, say('heat_again'));

    /** What is under the pointer. */
    C.readout = (spot) => {
        const element = by('commission-readout');
        if (!element) return;
        const told = spot ? [say('plan_here', {x: figure(spot.x, 2), y: figure(spot.y, 2)}), spot.room || say('plan_outside')] : [];
        if (spot && heat.layer !== 'none' && spot.value !== null) {
            told.push(heat.layer === 'coverage' ? say('plan_heard', {num: figure(spot.value / 10, 1)}) : say('plan_error', {metres: figure(spot.value / 10, 1)}));
        }
        W.dom.write(element, told.join(' · '));
    };

    document.addEventListener('click', (event) => {
        const pressed = event.target.closest('#commission-heat-box button');
        if (!pressed) return;
        if (pressed.dataset.side) { heat.side = pressed.dataset.side; C.render(); }
        if (pressed.dataset.heat) ask();
    });

    C.parts.push(lay, box);
})();
