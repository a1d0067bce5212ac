/* Beside the table of assets: the nearest free thing of a type, and what places lack. */
(function () {
    'use strict';

    const W = window.wardlight;
    const E = W.equipment;
    const {h, icon} = W.dom;
    const {say, count, figure, name, site, percent} = W.words;
    const AGAIN_MS = 10000;
    const asked = {n: 0, from: '', type: '', answer: null, waiting: false};

    const catalogue = () => ((W.link.bundle() || {}).catalogue || {}).tags || [];

    /** What was typed, as the server takes it: a room's number, or a tag's MAC; "" while it is neither. */
    function meant(text) {
        const plain = text.trim().toLowerCase();
        if (!plain) return '';
        const rooms = site().rooms;
        const index = rooms.findIndex((room, i) => room[0] && (room[0].toLowerCase() === plain || E.roomText(i).toLowerCase() === plain));
        if (index >= 0) return rooms[index][0];
        const tag = catalogue().find((row) => row[0] && (row[3].toLowerCase() === plain || row[0].toLowerCase() === plain.replace(/[^0-9a-f]/g, '')));
        return tag ? tag[0] : '';
    }

    function said(from) {
        const index = site().rooms.findIndex((room) => room[0] === from);
        if (index >= 0) return E.roomText(index);
        const tag = catalogue().find((row) => row[0] === from);
        return tag ? tag[3] : from;
    }

    function ask() {
        const type = asked.type || E.now.filter.type;
        if (!asked.from || !type) return;
        asked.n += 1;
        asked.waiting = !asked.answer;
        E.set('equipment-near-ask', {data: {n: asked.n, from: asked.from, type}});
        E.remember();
    }

    function took(answer) {
        if (!answer || answer.n !== asked.n) return;
        Object.assign(asked, {answer, waiting: false});
        E.render();
    }

    // --- pieces ------------------------------------------------------------------------------------------------------

    function options() {
        const rooms = site().rooms.map((room, i) => E.roomText(i)).filter(Boolean);
        const staff = catalogue().filter((row) => row[0] && row[1] === 'staff').map((row) => row[3]);
        return [...rooms, ...staff].map((text) => h('option', {value: text}));
    }

    function form() {
        const types = ((E.now.facts && E.now.facts.types) || []).map((type) => [type, name('types', type)]).sort((a, b) => a[1].localeCompare(b[1]));
        const chosen = asked.type || E.now.filter.type;
        return h('div.eq-form', {'data-key': 'near-form'},
            h('label.eq-field', null, h('span', null, say('eq_near_what')), h('select.field', {'data-near': 'type'},
                h('option', {value: ''}, say('eq_choose')), ...types.map(([type, text]) => h('option', {value: type, selected: type === chosen}, text)))),
            h('label.eq-field', null, h('span', null, say('eq_near_from')), h('input.field', {type: 'text', 'data-near': 'from', list: 'equipment-places', value: said(asked.from), placeholder: say('eq_near_hint'), autocomplete: 'off'})),
            h('datalist', {id: 'equipment-places'}, ...options()));
    }

    function minutes(one) {
        const seconds = one.effort / E.now.facts.speed;
        return seconds < 60 ? say('eq_under_minute') : count('eq_minutes', Math.round(seconds / 60));
    }

    function result(one, place) {
        const heard = one.heard === null ? '' : say('eq_ago', {time: E.grid.span(one.heard)});
        const sure = one.sure === null ? '' : say('eq_sure', {percent: percent(one.sure)});
        return h('li.eq-near', {'data-key': one.mac},
            h('span.eq-near-place', {'aria-hidden': 'true'}, figure(place + 1)),
            h('div', null, h('button.link-button', {type: 'button', 'data-pick': one.mac}, one.label),
                h('p', null, E.roomText(one.room), h('span.quiet', null, ' · ' + E.levelName(one.level))),
                h('p.quiet', null, [heard, sure, one.state ? name('states', one.state) : ''].filter(Boolean).join(' · '))),
            h('div.eq-near-far', null, h('strong', null, figure(one.metres) + ' m'), h('span', null, minutes(one)), one.lift ? h('span.quiet', null, say('eq_by_lift')) : null,
                h('a', {href: '/?tag=' + one.mac}, say('eq_on_floor'))));
    }

    function results() {
        const {answer} = asked;
        if (!asked.from || !(asked.type || E.now.filter.type)) return [h('p.quiet', {'data-key': 'near-hint'}, say('eq_near_about'))];
        if (asked.waiting || !answer) return [h('p.working', {'data-key': 'near-wait'}, say('eq_near_looking'))];
        if (answer.error) return [h('p.eq-bad', {'data-key': 'near-bad', role: 'alert'}, answer.error)];
        const left = [];
        if (answer.unreachable) left.push(count('eq_unreachable', answer.unreachable));
        if (answer.unknown) left.push(count('eq_unknown_place', answer.unknown));
        const head = h('p', {'data-key': 'near-head', role: 'status'}, say('eq_near_head', {free: figure(answer.free), all: figure(answer.all), place: answer.start, level: answer.level}));
        const list = answer.near.length ? h('ol.eq-nearest', {'data-key': 'near-list'}, ...answer.near.map(result)) : h('p.empty', {'data-key': 'near-none'}, say('eq_near_none'));
        return [head, list, ...[answer.note, ...left].filter(Boolean).map((text, i) => h('p.quiet', {'data-key': 'near-note' + i}, text)),
            h('p.quiet', {'data-key': 'near-how'}, say('eq_near_how', {speed: figure(E.now.facts.speed, 1)}))];
    }

    function place(one) {
        return one.department ? E.departmentName(one.department) : name('types', one.space);
    }

    /** What places lack, the worst first, and where there is more than enough. */
    function par() {
        const type = E.now.filter.type;
        const list = E.now.par.filter((one) => !type || one.type === type);
        if (!list.length) return [h('h3.panel-heading', {'data-key': 'par-h'}, say('eq_par_levels')), h('p.quiet', {'data-key': 'par-none'}, say('eq_par_not_set'))];
        const row = (one) => h('li.eq-par', {'data-key': one.type + (one.department || one.space), 'data-look': one.alarm ? 'alarm' : one.short ? 'short' : 'well'},
            h('div', null, h('strong', null, name('types', one.type)), h('span', null, place(one))),
            h('div.eq-par-count', null, h('span', null, say('eq_par_count', {here: figure(one.available), target: figure(one.target)})),
                h('span.eq-mark', {'data-mark': one.alarm ? 'late' : one.short ? 'soon' : 'well'}, icon(one.alarm ? 'alert' : one.short ? 'clock' : 'check'),
                    one.alarm ? say('eq_par_alarm', {critical: figure(one.critical)}) : one.short ? count('eq_par_short', one.short) : say('eq_par_well'))),
            one.short ? h('p.quiet', null, spare(one)) : null);
        return [h('h3.panel-heading', {'data-key': 'par-h'}, say('eq_par_levels')), h('ul.eq-pars', {'data-key': 'par-l'}, ...list.map(row))];
    }

    function spare(one) {
        const over = one.elsewhere.slice(0, 3).map(([text, number]) => say('eq_spare_at', {number: figure(number), place: text || say('eq_no_department')}));
        const told = over.length ? say('eq_spare', {places: over.join(', ')}) : say('eq_spare_none');
        return one.unknown ? told + ' ' + count('eq_par_unknown', one.unknown) : told;
    }

    document.addEventListener('change', (event) => {
        const {near} = event.target.dataset || {};
        if (!near) return;
        if (near === 'type') asked.type = event.target.value;
        if (near === 'from') asked.from = meant(event.target.value);
        if (near === 'from' && !asked.from && event.target.value.trim()) {
            asked.answer = {n: asked.n, error: say('eq_near_unknown', {text: event.target.value.trim()})};
            asked.from = '?';
            E.render();
            asked.from = '';
            return;
        }
        asked.answer = null;
        ask();
        E.render();
    });

    document.addEventListener('click', (event) => {
        const button = event.target.closest('#equipment-side [data-pick]');
        if (button) E.choose(button.dataset.pick, true);
    });

    window.dash_clientside.wardlight = Object.assign(window.dash_clientside.wardlight, {equipmentNear(answer) { took(answer); return undefined; }});
    window.setInterval(() => { if (document.getElementById('equipment') && E.now.task === 'near' && !document.hidden) ask(); }, AGAIN_MS);
    E.arrivals.push((query) => {
        Object.assign(asked, {from: query.get('from') || '', type: query.get('type') || '', answer: null});
        window.setTimeout(ask, 400);
    });
    E.near = {from: () => (E.now.task === 'near' ? asked.from : ''), parts: () => [form(), ...results(), ...par()], par};
})();
