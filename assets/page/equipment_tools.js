/* Above the table of assets: tiles with their definitions, search, and filters. */
(function () {
    'use strict';

    const W = window.wardlight;
    const E = W.equipment;
    const {h, icon, syncChildren, write} = W.dom;
    const {say, count, figure, name, site} = W.words;
    const by = (id) => document.getElementById(id);
    const open = {about: null, more: false, typing: 0};

    // --- tiles -------------------------------------------------------------------------------------------------------

    function tile(key, label, value, note, values, pressed) {
        const told = h('button.eq-tile-main', {type: 'button', 'data-tile': JSON.stringify(values), 'aria-pressed': values ? String(pressed) : null, disabled: !values},
            h('span.eq-tile-label', null, E.STATUS_KEYS.includes(key) ? h('span.eq-status', {'data-status': E.STATUS_KEYS.indexOf(key)}, icon(E.grid.STATUS_ICON[E.STATUS_KEYS.indexOf(key)])) : null, label),
            h('span.eq-tile-value', null, value), h('span.eq-tile-note', null, note || ' '));
        const about = h('button.icon-button.eq-tile-help', {type: 'button', 'data-about': key, 'aria-expanded': String(open.about === key), 'aria-label': say('eq_what_is', {name: label}), title: say('eq_what_is', {name: label})}, icon('help'));
        return h('li.eq-tile', {'data-key': key}, told, about);
    }

    function tiles() {
        const slot = by('equipment-tiles');
        if (!slot) return;
        if (!E.now.facts || E.now.t === null) {
            syncChildren(slot, [h('p.quiet', {'data-key': 'wait'}, say('eq_waiting'))]);
            return;
        }
        const f = E.now.filter;
        const rows = E.now.rows.filter((row) => !f.type || row.type === f.type);
        const par = E.now.par.filter((one) => !f.type || one.type === f.type);
        const short = par.filter((one) => one.short);
        const late = rows.filter((row) => row.due === 3).length;
        const soon = rows.filter((row) => row.due === 2).length;
        const number = (test) => figure(rows.filter(test).length);
        const of = count('eq_of', rows.length);
        const list = [
            ...E.STATUS_KEYS.map((key, code) => tile(key, name('statuses', code), number((row) => row.status === code), of, {status: f.status === key ? '' : key}, f.status === key)),
            tile('par', say('eq_par'), figure(short.length), short.some((one) => one.alarm) ? count('eq_par_critical', short.filter((one) => one.alarm).length) : count('eq_par_of', par.length), {side: 'near'}, false),
            tile('missing', say('eq_missing'), number((row) => row.missing), of, {missing: !f.missing}, Boolean(f.missing)),
            tile('low', say('eq_low_battery'), number((row) => row.low), count('eq_battery_known', rows.filter((row) => row.battery).length), {low: !f.low}, Boolean(f.low)),
            tile('due', say('eq_service'), figure(late + soon), count('eq_service_late', late), {due: !f.due}, Boolean(f.due)),
        ];
        syncChildren(slot, [h('ul.eq-tiles', {'data-key': 'tiles', 'aria-label': f.type ? name('types', f.type) : say('eq_all_types')}, ...list),
            open.about ? h('p.eq-about', {'data-key': 'about', role: 'status'}, about(open.about)) : null].filter(Boolean));
    }

    function about(key) {
        const facts = E.now.facts;
        return say('eq_about_' + key, {days: facts.soon, pct: figure(facts.low[0]), mv: figure(facts.low[1])});
    }

    // --- filters -----------------------------------------------------------------------------------------------------

    function choice(key, label, options) {
        return h('label.eq-field', {'data-key': key}, h('span', null, label),
            h('select.field', {'data-filter': key}, h('option', {value: ''}, say('eq_all')), ...options.map(([value, text]) => h('option', {value}, text))));
    }

    function controls() {
        const slot = by('equipment-tools');
        if (!slot) return;
        const facts = E.now.facts;
        const byText = (a, b) => a[1].localeCompare(b[1], site().language);
        const types = ((facts && facts.types) || []).map((type) => [type, name('types', type)]).sort(byText);
        const departments = Object.entries(site().departments).sort(byText);
        const rooms = site().rooms.map((room, i) => [room[0], E.roomText(i)]).filter(([number]) => number).sort((a, b) => a[0].localeCompare(b[0]));
        const f = E.now.filter;
        const search = h('label.eq-field.eq-search', {'data-key': 'q'}, h('span', null, say('eq_find')),
            h('input.field', {type: 'search', 'data-filter': 'q', placeholder: say('eq_find_hint'), autocomplete: 'off', spellcheck: 'false'}));
        const more = h('button.tool.eq-more', {type: 'button', 'data-key': 'more', 'data-do': 'more', 'aria-expanded': String(open.more)}, icon('layers'), say('eq_filters'));
        const rest = h('div.eq-rest', {'data-key': 'rest', 'data-open': String(open.more)},
            choice('status', say('eq_status'), E.STATUS_KEYS.map((key, code) => [key, name('statuses', code)])),
            choice('department', say('eq_department'), departments),
            choice('room', say('eq_room'), rooms),
            choice('state', say('eq_state'), E.STATE_KEYS.map((key, code) => [key, name('states', code)])),
            h('div.eq-marks', {'data-key': 'marks'}, ...[['missing', say('eq_missing')], ['low', say('eq_low_battery')], ['due', say('eq_due')]].map(([key, text]) =>
                h('button.tool', {type: 'button', 'data-mark': key, 'data-key': key, 'aria-pressed': String(Boolean(f[key]))}, text))));
        const some = E.filtering() ? h('button.link-button', {type: 'button', 'data-key': 'clear', 'data-do': 'clear'}, say('eq_clear')) : null;
        const found = h('p.quiet.eq-found', {'data-key': 'found', role: 'status'}, told());
        syncChildren(slot, [search, choice('type', say('eq_type'), types), more, rest, found, some].filter(Boolean));
        for (const field of slot.querySelectorAll('[data-filter]')) {
            const value = f[field.dataset.filter] || '';
            if (field.value !== value && !(field === document.activeElement && field.type === 'search')) field.value = value;
        }
    }

    function told() {
        if (!E.now.facts || E.now.t === null) return E.now.waiting ? say('eq_waiting') : '';
        const shown = E.now.rows.filter((row) => E.passes(row)).length;
        return shown === 0 ? say('eq_none') : count('eq_found', shown);
    }

    function faults() {
        const box = by('equipment-alert');
        if (!box) return;
        const list = (E.now.facts && E.now.facts.faults) || [];
        box.hidden = !list.length;
        write(box, list.join(' '));
        write(by('equipment-about'), E.now.t === null ? '' : say('eq_data_of', {time: W.words.time(E.now.t, true)}));
    }

    document.addEventListener('input', (event) => {
        const {filter} = event.target.dataset || {};
        if (!filter || !event.target.closest('#equipment-tools')) return;
        const wait = event.target.type === 'search' ? 150 : 0;
        window.clearTimeout(open.typing);
        open.typing = window.setTimeout(() => E.filter({[filter]: event.target.value.trim()}), wait);
    });

    document.addEventListener('click', (event) => {
        const button = event.target.closest('#equipment button');
        if (!button) return;
        const {tile: values, about: key, mark, do: act} = button.dataset;
        if (key !== undefined) { open.about = open.about === key ? null : key; tiles(); }
        if (values) { const {side, ...rest} = JSON.parse(values); if (side) E.open(side); else E.filter(rest); }
        if (mark) E.filter({[mark]: !E.now.filter[mark]});
        if (act === 'more') { open.more = !open.more; controls(); }
        if (act === 'clear') { const field = by('equipment-tools').querySelector('[type="search"]'); field.value = ''; E.clear(); }
        if (act === 'near' || act === 'add') E.open(act);
        if (act === 'close') E.close();
        if (act === 'csv') E.set('equipment-csv-ask', {data: {n: Date.now(), macs: E.grid.listed()}});
    });

    document.addEventListener('keydown', (event) => {
        if (!document.getElementById('equipment')) return;
        const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement && document.activeElement.tagName);
        if (event.key === '/' && !typing) { event.preventDefault(); by('equipment-tools').querySelector('[type="search"]').focus(); }
        if (event.key === 'Escape' && E.now.side) E.close();
    });

    E.parts.push(tiles, controls, faults);
})();
