/* Commissioning, gateways: the fields of the chosen one, the list, and the marks on the plan. */
(function () {
    'use strict';

    const W = (window.wardlight = window.wardlight || {});
    const {h, icon, syncChildren} = W.dom;
    const {say, count, figure} = W.words;
    const C = W.commission;
    const {now, by} = C;
    const MODELS = ['G1', 'MG3', 'MG4', 'MG5', 'MG6', 'MG7'];
    const LONGEST = {gateway_id: 40, name: 80, model: 40, x: 12, y: 12, z: 12, topic: 200};
    const typing = {key: null, field: null};
    let onlyLevel = true;

    const metres = (value) => (String(value).trim() === '' ? NaN : Number(value));
    const placed = (row) => Number.isFinite(metres(row.x)) && Number.isFinite(metres(row.y));
    const isNew = (row) => row.key.startsWith('n');

    function isEdited(row) {
        const saved = (now.facts ? now.facts.gateways : []).find((one) => 'g' + one.gateway_id === row.key);
        return !saved || C.FIELDS.some((field) => saved[field] !== row[field]);
    }

    const report = (row) => ((now.facts && now.facts.report) || []).find((one) => one[0] === row.gateway_id);

    /** How a gateway does: [look of its mark, words, icon]. */
    function state(row) {
        if (now.faults[row.key]) return ['faulty', say('gw_is_faulty'), 'alert'];
        if (isNew(row)) return ['well', say('gw_is_new'), 'gateway'];
        const told = report(row);
        if (!told) return ['silent', say('gw_is_unknown'), 'help'];
        const [, age, silent, suspect] = told;
        if (suspect) return ['suspect', say('gw_is_' + suspect), 'alert'];
        if (age === null) return ['silent', say('gw_is_never'), 'unplugged'];
        return silent ? ['silent', say('gw_is_silent'), 'unplugged'] : ['well', say('gw_is_well'), 'gateway'];
    }

    // --- fields ----------------------------------------------------------------------------------------------------

    const faultsOf = (row, name) => (now.faults[row.key] || []).filter((fault) => fault.column === name);

    /** What is wrong with a field, for everybody and for who hears it read out. */
    function wrong(row, name) {
        const faults = faultsOf(row, name);
        return faults.length ? h('p.fault.wide', {id: 'gw-' + name + '-fault', 'data-key': name + '-fault'}, icon('alert'), h('span', null, faults.map((fault) => fault.text).join(' '))) : null;
    }

    function field(row, name, wide) {
        const faults = faultsOf(row, name);
        const id = 'gw-' + name;
        const about = faults.length ? id + '-fault' : null;
        const common = {id, 'data-field': name, 'aria-invalid': faults.length ? 'true' : null, 'aria-describedby': about};
        const input = name === 'floor'
            ? h('select.field', common, ...now.facts.levels.map(([floor, title]) => h('option', {value: floor}, title)))
            : h('input.field', {
                ...common, type: 'text', maxlength: LONGEST[name], autocomplete: 'off', spellcheck: 'false', list: name === 'model' ? 'gw-models' : null,
                inputmode: 'xyz'.includes(name) ? 'decimal' : null,
            });
        return h('div.field-box' + (wide ? '.wide' : ''), {'data-key': name}, h('label', {for: id}, say('gw_' + name)), input);
    }

    function form() {
        const box = by('commission-form');
        if (!now.facts) { syncChildren(box, [h('p.quiet', null, say('plan_waits'))]); return; }
        const row = C.chosen();
        const title = row ? row.name || row.gateway_id || say('gw_new') : say('gw_list');
        const inside = row ? [
            placed(row) ? null : h('p.hint', {'data-key': 'hint'}, icon('target'), say('gw_place')),
            h('div.fields', {'data-key': 'fields'}, field(row, 'name', true), wrong(row, 'name'), field(row, 'gateway_id'), field(row, 'model'),
                wrong(row, 'gateway_id'), field(row, 'floor'), field(row, 'z'), wrong(row, 'floor'), wrong(row, 'z'),
                field(row, 'x'), field(row, 'y'), wrong(row, 'x'), wrong(row, 'y'), field(row, 'topic', true), wrong(row, 'topic')),
            h('datalist', {id: 'gw-models', 'data-key': 'models'}, ...MODELS.map((model) => h('option', {value: model}))),
        ].filter(Boolean) : [h('p.hint', {'data-key': 'hint'}, icon('gateway'), say('gw_choose'))];
        syncChildren(box, [
            h('div.side-head', {'data-key': 'head'}, h('h2', null, title),
                button('new', say('gw_new'), 'gateway')),
            ...inside, foot(row),
        ]);
        if (row) for (const input of box.querySelectorAll('[data-field]')) if (input.value !== row[input.dataset.field]) input.value = row[input.dataset.field];
    }

    const button = (act, text, mark, off) => h('button.tool', {type: 'button', 'data-do': act, disabled: off || null, 'data-key': act}, mark ? icon(mark) : null, h('span', null, text));

    function foot(row) {
        const changed = C.edited();
        const many = now.rows.filter(isEdited).length + now.facts.gateways.filter((one) => !now.rows.some((row) => row.key === 'g' + one.gateway_id)).length;
        const meanwhile = changed && now.base !== now.facts.base && !now.fresh;
        return h('div.side-foot', {'data-key': 'foot'},
            h('p.quiet', null, meanwhile ? say('gw_meanwhile') : changed ? count('gw_changed', many) : say('gw_same')),
            h('div.buttons', null, row ? button('delete', say('gw_delete'), 'close') : null, button('undo', say('gw_undo'), null, !now.undo.length), button('discard', say('gw_discard'), null, !changed),
                h('button.tool.main-tool', {type: 'button', 'data-do': 'save', 'data-key': 'save', disabled: !changed || Boolean(now.busy) || null}, now.busy === 'save' ? say('gw_saving') : say('gw_save'))));
    }

    /** What came of the last thing that was asked for. */
    function said() {
        const told = now.said;
        for (const [id, mine] of [['commission-said', ['save', 'reload']], ['commission-said-survey', ['import', 'delete']]]) {
            const box = by(id);
            const text = told && mine.includes(told.action) && told.text;
            syncChildren(box, text ? [h('p' + (told.ok ? '' : '.bad'), null, icon(told.ok ? 'check' : 'alert'), text),
                told.faults.length ? h('ul.bad', null, ...told.faults.map((fault) => h('li', null, fault))) : null].filter(Boolean) : []);
        }
    }

    // --- list ------------------------------------------------------------------------------------------------------

    function list() {
        const box = by('commission-list');
        if (!now.rows) return;
        const shown = now.rows.map((row, i) => [row, i + 1]).filter(([row]) => !onlyLevel || row.floor === C.floorOf(now.level) || now.faults[row.key]);
        const heads = ['gw_number', 'gw_name', 'gw_gateway_id', 'gw_model', 'gw_floor', 'gw_x', 'gw_y', 'gw_z_short', 'gw_topic', 'gw_state'];
        const faults = Object.keys(now.faults).length;
        syncChildren(box, [
            h('div.list-head', {'data-key': 'head'}, h('h2', null, say('gw_list')), h('span.quiet', null, count('plan_gateways', shown.length)),
                faults ? h('span.bad', null, count('gw_faults', faults)) : null,
                h('button.tool', {type: 'button', 'data-do': 'levels', 'aria-pressed': String(onlyLevel)}, say('gw_level_only'))),
            h('div.table-scroll', {role: 'region', tabindex: 0, 'aria-label': say('gw_list'), 'data-key': 'table'}, h('table.data-table', null,
                h('thead', null, h('tr', null, ...heads.map((key) => h('th' + (/_[xyz]|number/.test(key) ? '.number' : ''), {scope: 'col'}, say(key))))),
                h('tbody', null, ...shown.map(([row, number]) => line(row, number))))),
        ]);
    }

    function line(row, number) {
        const [look, words, mark] = state(row);
        const faults = now.faults[row.key] || [];
        const chosen = row.key === now.chosen;
        const cells = [row.gateway_id, row.model, C.levelName(C.levelOf(row.floor)), row.x, row.y, row.z, row.topic];
        return h('tr', {'data-key': row.key, 'data-chosen': chosen ? 'yes' : null},
            h('td.number', null, figure(number)),
            h('td', null, h('button.link-button', {type: 'button', 'data-do': 'choose', 'data-gateway': row.key, 'aria-pressed': String(chosen)}, row.name || say('gw_unnamed'))),
            ...cells.map((text, i) => h('td' + (i > 2 && i < 6 ? '.number' : ''), null, i === 0 || i === 6 ? h('code', null, text) : text)),
            h('td', {'data-look': look}, h('span.what', null, icon(mark), words, !isNew(row) && isEdited(row) ? h('span.quiet', null, say('gw_is_changed')) : null),
                ...faults.map((fault) => h('p.fault', null, fault.text))));
    }

    // --- plan ------------------------------------------------------------------------------------------------------

    function marks() {
        const floor = C.floorOf(now.level);
        return (now.rows || []).filter((row) => row.floor === floor && placed(row)).map((row) => {
            const [look, words] = state(row);
            const name = row.name || row.gateway_id;
            return {key: row.key, x: metres(row.x), y: metres(row.y), look, name, title: name + ' – ' + words, edited: isEdited(row)};
        });
    }

    function plan() {
        if (now.level === null || W.plan.level() !== now.level || !now.facts) return;
        const floor = C.floorOf(now.level);
        const survey = now.task === 'survey';
        W.plan.draw({
            marks: marks(), chosen: now.task === 'gateways' ? now.chosen : null,
            points: survey ? now.facts.points.filter((point) => String(point[1]) === floor).map(([name, , x, y]) => [name, x, y]) : [],
            spot: survey && now.spot && now.spot.level === now.level ? now.spot : null,
        });
    }

    const written = (value) => (Math.round(value * 100) / 100).toFixed(2);

    /** What a hand on the plan does. */
    C.hand = {
        levelName: C.levelName,
        holds: () => now.task !== 'survey',
        place(x, y) {
            if (now.task === 'survey') { C.stand({level: now.level, x, y}); return; }
            if (now.task !== 'gateways' || !C.chosen()) return;
            C.remember();
            C.change(now.chosen, {x: written(x), y: written(y), floor: C.floorOf(now.level)});
        },
        choose: C.choose,
        drag(key, x, y, first) {
            if (now.task !== 'gateways') return;
            if (first) { C.remember(); now.chosen = key; }
            C.change(key, {x: written(x), y: written(y)});
        },
        nudge(dx, dy) {
            if (now.task === 'survey') { if (now.spot) C.stand({...now.spot, x: now.spot.x + dx, y: now.spot.y + dy}); return; }
            const row = C.chosen();
            if (!row || !placed(row)) return;
            C.remember();
            C.change(row.key, {x: written(metres(row.x) + dx), y: written(metres(row.y) + dy)});
        },
        hover(spot) { C.readout(spot); },
    };

    function add(mac) {
        C.remember();
        const row = {key: 'n' + ++now.made, gateway_id: mac || '', name: '', model: '', floor: C.floorOf(now.level), x: '', y: '', z: '2.50', topic: ''};
        now.rows.push(row);
        now.chosen = row.key;
        if (mac) row.topic = topic(mac);
        C.render();
        const first = by('gw-name');
        if (first) first.focus();
    }

    /** The topic that a gateway of this MAC uses by itself. */
    function topic(mac) {
        const own = mac.replace(/[^0-9a-f]/gi, '').toLowerCase();
        return own.length === 12 ? (now.facts.pattern || '').replace('+', own) : '';
    }

    const acts = {
        new: () => add(''),
        delete() {
            C.remember();
            now.rows = now.rows.filter((row) => row.key !== now.chosen);
            delete now.faults[now.chosen];
            now.chosen = null;
            C.render();
        },
        undo: C.undo,
        discard() { C.adopt(now.facts); now.said = null; C.render(); },
        save() {
            now.sent = now.rows.map((row) => row.key);
            C.ask('save', {rows: C.plain(now.rows), base: now.base});
        },
        levels() { onlyLevel = !onlyLevel; C.render(); },
        choose(button) {
            C.choose(button.dataset.gateway);
            const first = by('gw-name');
            if (first && !window.matchMedia('(max-width: 767px)').matches) first.focus({preventScroll: false});
        },
    };

    document.addEventListener('click', (event) => {
        const button = event.target.closest('#commission [data-do]');
        if (button && acts[button.dataset.do]) acts[button.dataset.do](button);
        const told = event.target.closest('#commission [data-action]');
        if (!told) return;
        const {action, value} = told.dataset;
        const found = (now.rows || []).find((row) => row.gateway_id === value);
        if (action === 'place-gateway' || action === 'show-gateway') C.set('commission-task', {value: 'gateways'});
        if (action === 'place-gateway' && !found) { now.task = 'gateways'; add(value); } else if (found) C.choose(found.key);
    });

    document.addEventListener('input', (event) => {
        const input = event.target.closest('#commission-form [data-field]');
        const row = C.chosen();
        if (!input || !row) return;
        const name = input.dataset.field;
        if (typing.key !== row.key || typing.field !== name) { C.remember(); Object.assign(typing, {key: row.key, field: name}); }
        const values = {[name]: input.value};
        if (name === 'gateway_id' && (!row.topic || row.topic === topic(row.gateway_id))) values.topic = topic(input.value);
        C.change(row.key, values);
        if (name === 'floor') C.choose(row.key);
    });
    document.addEventListener('focusout', (event) => { if (event.target.dataset && event.target.dataset.field) typing.key = null; });

    C.parts.push(form, said, list, plan);
})();
