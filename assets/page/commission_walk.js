/* Commissioning, walk-survey: which tag, where, and how the stand goes. */
(function () {
    'use strict';

    const W = (window.wardlight = window.wardlight || {});
    const {h, icon, syncChildren} = W.dom;
    const {say, count, name} = W.words;
    const C = W.commission;
    const {now, by} = C;
    const MOST_BYTES = 8 << 20;
    const walk = {on: false, told: null, ended: null, z: '1.1'};
    let offered = null;

    const metres = (value) => (String(value).trim() === '' ? NaN : Number(value));

    /** Stand somewhere: {level, x, y}. */
    C.stand = (spot) => {
        now.spot = {...spot, x: Math.round(spot.x * 100) / 100, y: Math.round(spot.y * 100) / 100};
        walk.ended = null;
        C.render();
    };

    C.standIn = (value) => {
        const room = value === null || value === undefined ? null : ((now.facts || {}).centres || [])[Number(value)];
        if (!room) return;
        const [level, x, y] = room;
        if (level !== now.level) C.set('commission-level', {value: String(level)});
        C.stand({level, x, y});
    };

    function begin(on) {
        walk.on = on;
        C.set('commission-beat', {disabled: !on});
    }

    /** An answer of the twin has come. */
    C.walked = (answer, action) => {
        if (action === 'start') { walk.ended = answer.ok ? null : {ok: false, text: answer.text}; walk.told = null; if (answer.ok) begin(true); }
    };

    /** The twin says how the stand goes. */
    C.walkTold = (told) => {
        if (told.state === 'collecting') { walk.told = told; C.render(); return; }
        if (told.state === 'unknown' || !walk.on) return;
        begin(false);
        walk.told = null;
        walk.ended = told.state === 'none' ? {ok: false, text: say('walk_lost')} : {ok: told.state === 'stored', text: told.text};
        C.set('commission-refresh', {n_intervals: Math.floor(performance.now())});
        C.render();
    };

    function spotField(axis) {
        const id = 'walk-' + axis;
        return h('div.field-box', {'data-key': axis}, h('label', {for: id}, say(axis === 'z' ? 'walk_z' : 'gw_' + axis)),
            h('input.field', {id, 'data-walk': axis, type: 'text', inputmode: 'decimal', maxlength: 12, autocomplete: 'off'}));
    }

    function progress() {
        const told = walk.told || {passed: 0, seconds: 20, readings: 0, gateways: 0};
        const text = say('walk_progress', {readings: count('walk_readings', told.readings), gateways: count('walk_gateways', told.gateways)});
        const left = count('walk_left', Math.max(0, Math.ceil(told.seconds - told.passed)));
        return h('div.walk-progress', {'data-key': 'progress'}, h('progress', {max: told.seconds, value: told.passed, 'aria-label': say('walk_stand')}),
            h('p', null, h('span', null, text), h('span.quiet', null, left)));
    }

    function stand() {
        const box = by('commission-stand');
        const state = now.facts && now.facts.state;
        if (state && state.state === 'collecting' && !walk.on && !walk.ended) begin(true);
        const missing = !now.tag ? say('walk_no_tag') : !now.spot ? say('walk_nowhere') : null;
        const older = state && now.facts.survey !== state.in_use.survey;
        syncChildren(box, [
            h('div.fields.three', {'data-key': 'spot'}, spotField('x'), spotField('y'), spotField('z')),
            walk.on ? progress() : null,
            walk.ended ? h('p.walk-ended' + (walk.ended.ok ? '' : '.bad'), {role: 'status', 'data-key': 'ended'}, icon(walk.ended.ok ? 'check' : 'alert'), walk.ended.text) : null,
            !walk.on && missing ? h('p.quiet', {'data-key': 'missing'}, missing) : null,
            h('div.buttons', {'data-key': 'buttons'}, walk.on
                ? h('button.tool', {type: 'button', 'data-walk-do': 'cancel', 'data-key': 'cancel'}, say('walk_cancel'))
                : h('button.tool.main-tool.big', {type: 'button', 'data-walk-do': 'start', 'data-key': 'start', disabled: Boolean(missing || now.busy) || null}, icon('target'), h('span', null, say('walk_stand')))),
            older && !walk.on ? h('div.older', {'data-key': 'older'}, h('p', null, say('walk_older')),
                h('button.tool', {type: 'button', 'data-walk-do': 'reload', disabled: Boolean(now.busy) || null}, say('walk_use'))) : null,
        ].filter(Boolean));
        const values = {x: now.spot ? String(now.spot.x) : '', y: now.spot ? String(now.spot.y) : '', z: walk.z};
        for (const input of box.querySelectorAll('[data-walk]')) {
            if (input !== document.activeElement && input.value !== values[input.dataset.walk]) input.value = values[input.dataset.walk];
        }
        offer();
    }

    /** The tags of the register, for the field that finds one. */
    function offer() {
        const catalogue = (W.link.bundle() || {}).catalogue;
        if (!catalogue || catalogue.rev === offered && by('commission-tag').dataset.offered === offered) return;
        offered = catalogue.rev;
        by('commission-tag').dataset.offered = offered;
        C.set('commission-tag', {data: catalogue.tags.filter((tag) => tag[0]).map(([mac, kind, type, label]) => ({
            value: mac, label: label || name('types', type), note: mac, mac, kind, type: name('types', type),
        }))});
    }

    C.importFile = (contents) => {
        if (!contents) return;
        C.set('commission-upload', {contents: null});
        if (contents.length * 0.75 > MOST_BYTES) { now.said = {ok: false, text: say('walk_large'), faults: [], action: 'import'}; C.render(); return; }
        if (!now.facts.points.length || window.confirm(say('walk_replace'))) C.ask('import', {contents});
    };

    const acts = {
        start() {
            const {level, x, y} = now.spot;
            C.ask('start', {tag: now.tag, level, x, y, z: metres(walk.z)});
        },
        cancel() { C.ask('cancel'); },
        reload() { C.ask('reload'); },
    };

    document.addEventListener('click', (event) => {
        const button = event.target.closest('#commission [data-walk-do]');
        if (button) acts[button.dataset.walkDo]();
        const told = event.target.closest('#commission [data-action="delete-point"]');
        if (told && window.confirm(say('walk_sure', {point: told.dataset.value}))) C.ask('delete', {point: told.dataset.value});
    });

    document.addEventListener('input', (event) => {
        const input = event.target.closest('#commission-stand [data-walk]');
        if (!input) return;
        const {walk: axis} = input.dataset;
        if (axis === 'z') walk.z = input.value;
        else {
            const spot = now.spot || {level: now.level, x: NaN, y: NaN};
            const typed = {...spot, [axis]: metres(input.value)};
            now.spot = typed;
        }
        C.render();
    });

    C.parts.push(stand);
})();
