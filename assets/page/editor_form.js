/* The side of the plan editor: fields of what is chosen, rooms, departments, and what is wrong. */
(function () {
    'use strict';

    const W = (window.wardlight = window.wardlight || {});
    const E = W.editor;
    const S = W.shapes;
    const {now} = E;
    const {h, icon, syncChildren} = W.dom;
    const {say, count, figure} = W.words;
    const panes = {};
    const set = {};
    const TABS = ['level', 'rooms', 'departments', 'checks', 'building'];
    let values = {};

    // --- fields ----------------------------------------------------------------------------------------------------

    /** A field; what is typed goes to `set[name](value)`. `more`: wide, number, options [[value, text]], list, hint. */
    function field(name, label, value, more = {}) {
        const id = 'ed-' + name.replaceAll('.', '-');
        values[name] = {value: value === null || value === undefined ? '' : String(value), number: more.number};
        const common = {id, 'data-set': name, 'aria-describedby': more.hint ? id + '-hint' : null, disabled: more.off || null};
        const input = more.options
            ? h('select.field', common, ...more.options.map(([key, text]) => h('option', {value: key}, text)))
            : h('input.field', {...common, type: 'text', autocomplete: 'off', spellcheck: 'false', maxlength: more.longest || 120, inputmode: more.number ? 'decimal' : null, list: more.list || null, placeholder: more.placeholder || null});
        return h('div.field-box' + (more.wide ? '.wide' : ''), {'data-key': name}, h('label', {for: id}, label), input, more.hint ? h('p.quiet.field-hint', {id: id + '-hint'}, more.hint) : null);
    }

    const button = (act, text, more = {}) => h('button.tool' + (more.main ? '.main-tool' : ''), {type: 'button', 'data-do': act, 'data-id': more.id || null, 'data-key': more.key || act + (more.id || ''), disabled: more.off || null, 'aria-pressed': more.pressed === undefined ? null : String(more.pressed), title: more.title || null}, more.icon ? icon(more.icon) : null, h('span', null, text));
    const number = (text) => { const clean = String(text).trim().replace(',', '.'); return clean === '' ? NaN : Number(clean); };

    function tabs() {
        const box = E.by('editor-tabs');
        if (!box || !now.draft) return;
        const faults = E.faults().length;
        syncChildren(box, TABS.map((tab) => h('button.editor-tab', {type: 'button', role: 'tab', 'data-tab': tab, 'data-key': tab, 'aria-selected': String(now.tab === tab), 'aria-controls': 'editor-form', tabindex: now.tab === tab ? null : -1},
            say('ed_tab_' + tab), tab === 'checks' ? h('span.editor-badge', {'data-none': faults ? null : 'yes'}, figure(faults)) : null)));
    }

    function form() {
        const box = E.by('editor-form');
        const board = E.by('editor-board');
        if (!board) return;
        board.hidden = !now.draft;
        E.by('editor-drafts').hidden = Boolean(now.draft);
        if (!now.draft) return;
        values = {};
        syncChildren(box, [h('div.editor-pane', {'data-key': now.tab}, ...panes[now.tab]().filter(Boolean))]);
        for (const input of box.querySelectorAll('[data-set]')) write(input, values[input.dataset.set]);
        if (E.focusSoon) { const target = E.by(E.focusSoon); E.focusSoon = null; if (target && window.matchMedia('(min-width: 768px)').matches) target.focus({preventScroll: true}); }
    }

    /** Show a value, but leave alone what somebody is typing while it means the same. */
    function write(input, wanted) {
        if (!wanted || input.value === wanted.value) return;
        const busy = input === document.activeElement;
        if (busy && !wanted.number && input.value.trim() === wanted.value) return;
        if (busy && wanted.number) {
            const typed = number(input.value);
            if (typed === Number(wanted.value) || (Number.isNaN(typed) && now.step)) return;
        }
        input.value = wanted.value;
    }

    const said = (of) => (now.said && (now.said.of || null) === of ? h('div.said', {'data-key': 'said', role: 'alert'},
        h('p' + (now.said.bad ? '.bad' : ''), null, icon(now.said.bad ? 'alert' : 'check'), now.said.text),
        now.said.problems && now.said.problems.length ? h('ul.bad', null, ...now.said.problems.map((text) => h('li', null, text))) : null) : null);

    // --- rooms, doors, gateways ------------------------------------------------------------------------------------

    panes.rooms = () => {
        const level = E.level();
        const one = E.chosen();
        const kind = one ? now.chosen.kind : null;
        const rows = [...level.rooms].sort((a, b) => (a.number || '~').localeCompare(b.number || '~', undefined, {numeric: true}));
        return [
            kind ? {room, door, gateway}[kind](one) : h('p.hint', {'data-key': 'hint'}, icon('target'), say(level.rooms.length ? 'ed_choose' : 'ed_draw_first')),
            h('div.editor-list', {'data-key': 'list'},
                h('h3', null, say('ed_rooms_of', {level: level.name})), h('p.quiet', null, count('ed_rooms', level.rooms.length) + ' · ' + say('ed_square', {area: figure(level.rooms.reduce((sum, each) => sum + S.area(each.shape), 0), 0)})),
                h('ul', null, ...rows.map((each) => h('li', {'data-key': each.id}, h('button.editor-row', {type: 'button', 'data-do': 'room', 'data-id': each.id, 'aria-pressed': String(each === one)},
                    chip(each.department), h('b', null, each.number || '–'), h('span', null, each.name || typeName(each)), h('span.quiet', null, say('ed_square', {area: figure(S.area(each.shape), 1)}))))))),
        ];
    };

    const typeName = (one) => (now.facts.types.find((type) => type.key === one.space_type) || {name: one.category || ''}).name;

    function chip(key) {
        const element = h('span.editor-chip', {'aria-hidden': 'true'});
        const [dark, light] = E.colour(key);
        element.style.setProperty('--dept-dark', dark);
        element.style.setProperty('--dept-light', light);
        return element;
    }

    function room(one) {
        const shaft = ['elevator', 'stairs', 'steps', 'escalator', 'ramp'].includes(categoryOf(one));
        const flat = S.upright(one.shape);
        const known = now.facts.types.map((type) => [type.key, type.name]);
        const types = one.space_type && !known.some(([key]) => key === one.space_type) ? [...known, [one.space_type, one.space_type]] : known;
        const plain = one.space_type ? [['', say('ed_type_none')]] : [['', one.category ? one.category : say('ed_type_none')]];
        return h('section', {'data-key': one.id, 'aria-label': E.roomName(one)},
            h('div.side-head', null, h('h2', null, E.roomName(one)), h('span.quiet', null, say('ed_square', {area: figure(S.area(one.shape), 2)}))),
            h('div.fields', null,
                field('number', say('ed_number'), one.number, {longest: 40}), field('beds', say('ed_beds'), one.beds, {number: true}),
                field('name', say('ed_name'), one.name, {wide: true}),
                field('type', say('ed_type'), one.space_type, {wide: true, options: [...plain, ...types]}),
                field('department', say('ed_department'), one.department, {wide: true, options: [['', say('ed_department_none')], ...now.draft.departments.map((each) => [each.key, each.name])]}),
                shaft ? field('shaft', say('ed_shaft'), one.shaft, {wide: true, placeholder: one.name, hint: landings(one)}) : null,
                flat ? field('width', say('ed_width'), figureField(flat[2] - flat[0]), {number: true}) : null,
                flat ? field('depth', say('ed_depth'), figureField(flat[3] - flat[1]), {number: true}) : null),
            h('div.buttons', null, button('door-into', say('ed_add_door'), {icon: 'door'}), button('duplicate', say('ed_duplicate'), {title: 'Ctrl+D'}), button('remove', say(now.chosen.corner ? 'ed_remove_corner' : 'ed_remove'), {icon: 'close'})),
            holes(one) ? h('p.quiet', null, holes(one)) : null);
    }

    const figureField = (value) => String(S.round(value));
    const holes = (one) => {
        const inner = one.shape.reduce((sum, part) => sum + part.length - 1, 0);
        return [one.shape.length > 1 ? count('ed_parts', one.shape.length) : '', inner ? count('ed_holes', inner) : ''].filter(Boolean).join(', ');
    };
    const categoryOf = (one) => one.category || (now.facts.types.find((type) => type.key === one.space_type) || {category: 'room'}).category;

    /** Which levels a lift or stair joins. */
    function landings(one) {
        const name = (each) => (each.shaft || each.name).trim().toLowerCase();
        if (!name(one)) return say('ed_shaft_hint');
        const on = now.draft.levels.filter((level) => level.rooms.some((each) => name(each) === name(one) && categoryOf(each) === categoryOf(one)));
        return on.length > 1 ? say('ed_shaft_on', {levels: on.map((level) => level.name).join(', ')}) : say('ed_shaft_hint');
    }

    function door(one) {
        return h('section', {'data-key': one.id, 'aria-label': say('ed_door')},
            h('div.side-head', null, h('h2', null, say('ed_door'))),
            h('div.fields', null,
                field('kind', say('ed_kind'), one.kind, {wide: true, options: withOwn(now.facts.doors, one.kind)}), field('way', say('ed_way'), one.category, {wide: true, options: withOwn(now.facts.ways, one.category)}),
                field('doorwidth', say('ed_door_width'), figureField(S.dist([one.x0, one.y0], [one.x1, one.y1])), {number: true})),
            h('div.buttons', null, button('remove', say('ed_remove'), {icon: 'close'})));
    }

    const withOwn = (options, value) => (options.some(([key]) => key === value) ? options : [...options, [value, value]]);

    function gateway(one) {
        return h('section', {'data-key': one.id, 'aria-label': say('ed_gateway')},
            h('div.side-head', null, h('h2', null, one.name || one.mac || say('ed_gateway'))),
            h('div.fields', null, field('mac', say('gw_gateway_id'), one.mac), field('model', say('gw_model'), one.model, {list: 'ed-models'}), field('gwname', say('gw_name'), one.name, {wide: true}),
                field('gwx', say('gw_x'), one.x, {number: true}), field('gwy', say('gw_y'), one.y, {number: true}), field('gwz', say('gw_z'), one.z, {number: true}), field('topic', say('gw_topic'), one.topic, {wide: true})),
            h('datalist', {id: 'ed-models'}, ...['G1', 'MG3', 'MG4', 'MG5', 'MG6', 'MG7'].map((model) => h('option', {value: model}))),
            h('p.quiet', null, say('ed_gateway_later')),
            h('div.buttons', null, button('remove', say('ed_remove'), {icon: 'close'})));
    }

    const editChosen = (change) => { const one = E.chosen(); if (one) E.edit.thing(now.chosen.kind, one.id, change, `${one.id} ${Object.keys(change)}`); };
    const positive = (text, act) => { const value = number(text); if (value > 0 && value < 10000) act(value); };
    Object.assign(set, {
        number: (text) => editChosen({number: text.trim()}), name: (text) => editChosen({name: text}), department: (text) => editChosen({department: text}), shaft: (text) => editChosen({shaft: text}),
        type: (text) => editChosen({space_type: text, category: ''}),
        beds: (text) => { const value = number(text || '0'); if (Number.isInteger(value) && value >= 0 && value <= 500) editChosen({beds: value}); },
        kind: (text) => editChosen({kind: text}), way: (text) => editChosen({category: text}),
        mac: (text) => editChosen({mac: text.trim()}), model: (text) => editChosen({model: text.trim()}), gwname: (text) => editChosen({name: text}), topic: (text) => editChosen({topic: text.trim()}),
        gwx: (text) => { const value = number(text); if (Number.isFinite(value)) editChosen({x: value}); },
        gwy: (text) => { const value = number(text); if (Number.isFinite(value)) editChosen({y: value}); },
        gwz: (text) => { const value = number(text); if (Number.isFinite(value)) editChosen({z: value}); },
        width: (text) => positive(text, (value) => stretch(0, value)), depth: (text) => positive(text, (value) => stretch(1, value)),
        doorwidth: (text) => positive(text, (value) => {
            const one = E.chosen('door');
            const mid = [(one.x0 + one.x1) / 2, (one.y0 + one.y1) / 2];
            const [dx, dy] = [one.x1 - one.x0, one.y1 - one.y0];
            const half = value / 2 / (Math.hypot(dx, dy) || 1);
            editChosen({x0: S.round(mid[0] - dx * half), y0: S.round(mid[1] - dy * half), x1: S.round(mid[0] + dx * half), y1: S.round(mid[1] + dy * half)});
        }),
    });

    /** Make a rectangle as wide (0) or deep (1) as was typed; its lower left stays. */
    function stretch(axis, size) {
        const one = E.chosen('room');
        const at = S.bounds(one.shape);
        const shape = S.map(one.shape, (corner) => corner.map((value, i) => (i === axis && value === at[2 + axis] ? S.round(at[axis] + size) : value)));
        E.reshape(new Map([[one.id, shape]]), `size ${one.id} ${axis}`);
    }

    // --- departments, checks ---------------------------------------------------------------------------------------

    panes.departments = () => {
        const used = new Map();
        for (const level of now.draft.levels) for (const one of level.rooms) used.set(one.department, (used.get(one.department) || 0) + 1);
        const free = now.facts.departments.filter(([key]) => !now.draft.departments.some((one) => one.key === key));
        return [
            h('p.quiet', {'data-key': 'about'}, say('ed_departments_about')),
            h('ul.editor-departments', {'data-key': 'list'}, ...now.draft.departments.map((one) => h('li', {'data-key': one.key}, chip(one.key), field('dept.' + one.key, say('ed_department_name'), one.name),
                h('span.quiet', null, count('ed_rooms', used.get(one.key) || 0)), h('button.icon-button', {type: 'button', 'data-do': 'dept-remove', 'data-id': one.key, 'aria-label': say('ed_department_remove', {name: one.name})}, icon('close'))))),
            h('form.editor-add', {'data-key': 'add', 'data-form': 'department'}, h('label.sr-only', {for: 'ed-dept-new'}, say('ed_department_new')),
                h('input.field', {id: 'ed-dept-new', type: 'text', maxlength: 80, list: 'ed-dept-names', placeholder: say('ed_department_new'), autocomplete: 'off'}),
                h('datalist', {id: 'ed-dept-names'}, ...free.map(([, name]) => h('option', {value: name}))), h('button.tool', {type: 'submit'}, say('ed_add'))),
        ];
    };

    function addDepartment(name) {
        const text = name.trim();
        if (!text || now.draft.departments.some((one) => one.name.toLowerCase() === text.toLowerCase())) return;
        const known = now.facts.departments.find(([, each]) => each.toLowerCase() === text.toLowerCase());
        const slug = text.toLowerCase().normalize('NFD').replace(/[^a-z0-9]+/g, '_').replace(/^_|_$/g, '') || 'department';
        let key = known ? known[0] : slug;
        for (let n = 2; now.draft.departments.some((one) => one.key === key); n++) key = slug + '_' + n;
        E.edit.draft({departments: [...now.draft.departments, {key, name: text}]});
    }

    function removeDepartment(key) {
        E.take({...now.draft, departments: now.draft.departments.filter((one) => one.key !== key),
            levels: now.draft.levels.map((level) => (level.rooms.some((one) => one.department === key) ? {...level, rooms: level.rooms.map((one) => (one.department === key ? {...one, department: ''} : one))} : level))});
    }

    panes.checks = () => {
        const found = E.faults();
        if (!found.length) return [h('p.hint', {'data-key': 'well'}, icon('check'), say('ed_no_faults'))];
        const several = now.draft.levels.length > 1;
        return [true, false].filter((grave) => found.some((fault) => fault.grave === grave)).map((grave) => h('section', {'data-key': String(grave)},
            h('h3', null, say(grave ? 'ed_faults_grave' : 'ed_faults_light')),
            h('ul.editor-faults', null, ...found.filter((fault) => fault.grave === grave).map((fault) => h('li', {'data-key': fault.code + fault.id + (fault.other || '')},
                h('button.editor-fault', {type: 'button', 'data-do': 'fault', 'data-id': found.indexOf(fault)}, icon(grave ? 'alert' : 'help'), h('span', null, fault.text, several && fault.kind !== 'level' ? h('span.quiet', null, ' ' + E.level(fault.level).name) : null)),
                fault.code === 'within' ? button('cut', say('ed_cut'), {id: String(found.indexOf(fault))}) : null)))));
    };

    // --- events ----------------------------------------------------------------------------------------------------

    const acts = {
        room: (id) => { E.setTool('select'); E.choose('room', id); const one = E.thing('room', id); const [x, y] = S.middle(one.shape); E.revealSoon = [x, -y]; },
        remove: () => E.remove(), duplicate: () => E.duplicate(), 'door-into': () => E.doorInto(E.chosen('room')),
        'dept-remove': removeDepartment, fault: (id) => E.showFault(E.faults()[Number(id)]), cut: (id) => E.cutOut(E.faults()[Number(id)]),
        undo: () => E.undo(), redo: () => E.redo(), tool: (id) => E.setTool(id),
    };

    document.addEventListener('click', (event) => {
        const told = event.target.closest('#editor [data-do]');
        if (told) {
            const act = acts[told.dataset.do] || E.storeActs[told.dataset.do];
            if (act) act(told.dataset.id);
        }
        const tab = event.target.closest('#editor [data-tab]');
        if (tab) { now.tab = tab.dataset.tab; E.render(); }
    });
    document.addEventListener('input', (event) => {
        const input = event.target.closest('#editor [data-set]');
        if (!input || !now.draft) return;
        const name = input.dataset.set;
        const [group, ...rest] = name.split('.');
        if (set[name]) set[name](input.value); else if (set[group]) set[group](input.value, rest.join('.'));
    });
    document.addEventListener('focusout', (event) => { if (event.target.dataset && event.target.dataset.set) { now.step = null; E.render(); } });
    document.addEventListener('submit', (event) => {
        const box = event.target.closest('#editor form[data-form]');
        if (!box) return;
        event.preventDefault();
        const input = box.querySelector('input');
        if (E.submits[box.dataset.form]) E.submits[box.dataset.form](input.value);
        if (box.dataset.form === 'department') input.value = '';
    });
    document.addEventListener('keydown', (event) => {
        const tab = event.target.closest('#editor-tabs [role="tab"]');
        const way = {ArrowRight: 1, ArrowLeft: -1}[event.key];
        if (!tab || !way) return;
        event.preventDefault();
        now.tab = TABS[(TABS.indexOf(tab.dataset.tab) + way + TABS.length) % TABS.length];
        E.render();
        window.requestAnimationFrame(() => { const fresh = document.querySelector(`#editor-tabs [data-tab="${now.tab}"]`); if (fresh) fresh.focus(); });
    });

    set.dept = (text, key) => E.edit.draft({departments: now.draft.departments.map((one) => (one.key === key ? {...one, name: text} : one))}, 'dept ' + key);
    Object.assign(E, {panes, set, acts, field, button, number, said, submits: {department: addDepartment}});
    E.parts.push(tabs, form);
})();
