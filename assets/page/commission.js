/* The commissioning page: what is saved, what is being edited, and who is told when one of them changes. */
(function () {
    'use strict';

    const W = (window.wardlight = window.wardlight || {});
    const {say} = W.words;
    const FIELDS = ['gateway_id', 'name', 'model', 'floor', 'x', 'y', 'z', 'topic'];
    const MOST_UNDO = 50;

    const now = {
        facts: null, rows: null, saved: '[]', base: null, undo: [], chosen: null, faults: {}, made: 0, fresh: false,
        task: 'gateways', level: null, tag: null, spot: null, asked: 0, busy: null, sent: [], said: null,
    };
    const parts = [];
    const by = (id) => document.getElementById(id);
    const set = (id, props) => window.dash_clientside.set_props(id, props);
    const here = () => Boolean(by('commission'));

    const plain = (rows) => (rows || []).map((row) => Object.fromEntries(FIELDS.map((field) => [field, row[field]])));
    const edited = () => Boolean(now.rows) && JSON.stringify(plain(now.rows)) !== now.saved;
    const row = (key) => (now.rows || []).find((one) => one.key === key) || null;
    const chosen = () => row(now.chosen);
    const floorOf = (level) => ((now.facts && now.facts.levels[level]) || ['', ''])[0];
    const levelOf = (floor) => (now.facts ? now.facts.levels.findIndex((one) => one[0] === floor) : -1);
    const levelName = (level) => ((now.facts && now.facts.levels[level]) || ['', (W.words.site().levels[level] || [''])[0]])[1];

    /** Show everything as it is now. */
    function render() {
        if (!here()) return;
        arrive();
        for (const part of parts) part();
    }

    /** The page has just been laid out, so its switches stand as they do at first; unsaved changes live on. */
    function arrive() {
        const page = by('commission');
        if (page.dataset.met) return;
        page.dataset.met = 'yes';
        Object.assign(now, {task: page.dataset.task, tag: null, level: W.plan.level(), said: null});
        W.commission.layer('none');
    }

    /** Take the saved list; what was chosen stays so when it is still there. */
    function adopt(facts) {
        const before = chosen();
        now.rows = facts.gateways.map((one) => ({...one, key: 'g' + one.gateway_id}));
        Object.assign(now, {saved: JSON.stringify(plain(now.rows)), base: facts.base, undo: [], faults: {}, fresh: false});
        const same = before && now.rows.find((one) => one.gateway_id === before.gateway_id.replace(/[^0-9a-f]/gi, '').toUpperCase());
        now.chosen = same ? same.key : null;
    }

    function remember() {
        now.undo.push(JSON.stringify({rows: now.rows, chosen: now.chosen}));
        if (now.undo.length > MOST_UNDO) now.undo.shift();
    }

    function undo() {
        const last = now.undo.pop();
        if (last) Object.assign(now, JSON.parse(last), {faults: {}});
        render();
    }

    /** Change the row `key`; what was wrong in these fields may be right now. */
    function change(key, values) {
        const found = row(key);
        if (!found) return;
        Object.assign(found, values);
        const left = (now.faults[key] || []).filter((fault) => !(fault.column in values) && !('x' in values && fault.column === 'x'));
        if (left.length) now.faults[key] = left; else delete now.faults[key];
        now.said = null;
        render();
    }

    function choose(key) {
        now.chosen = key;
        const found = row(key);
        const level = found ? levelOf(found.floor) : -1;
        if (level >= 0 && level !== now.level) set('commission-level', {value: String(level)});
        render();
    }

    /** Ask the twin for something; one thing at a time. */
    function ask(action, more) {
        if (now.busy) return;
        Object.assign(now, {asked: now.asked + 1, busy: action, said: null});
        set('commission-ask', {data: {n: Date.now() * 100 + (now.asked % 100), action, ...more}});
        render();
    }

    function answered(answer) {
        if (!answer || !now.busy) return;
        const action = now.busy;
        Object.assign(now, {busy: null, said: {ok: answer.ok, text: answer.text, faults: answer.faults.filter((fault) => !fault.line).map((fault) => fault.text), action}});
        if (action === 'save') {
            now.fresh = answer.ok;
            mark(answer.faults, now.sent);
        }
        if (W.commission.walked) W.commission.walked(answer, action);
        render();
    }

    /** Note faults (lines count from 1) at the rows that were sent. */
    function mark(faults, keys) {
        now.faults = {};
        for (const {line, column, text} of faults) {
            const key = keys[line - 1];
            if (key) (now.faults[key] = now.faults[key] || []).push({column, text});
        }
        const first = keys.find((key) => now.faults[key]);
        if (first && !now.faults[now.chosen]) choose(first);
    }

    function facts(sent) {
        if (!sent) return;
        now.facts = sent;
        if (!now.rows || now.fresh || !edited()) adopt(sent);
        render();
    }

    /** Tell what keeps the page from working. */
    function alarm() {
        const box = by('commission-alert');
        const deaf = now.facts && !now.facts.state && !now.busy;
        box.hidden = !deaf;
        if (box.textContent !== (deaf ? say('walk_deaf') : '')) box.textContent = deaf ? say('walk_deaf') : '';
    }
    parts.push(alarm);

    window.addEventListener('beforeunload', (event) => { if (edited()) event.preventDefault(); });

    window.dash_clientside = Object.assign(window.dash_clientside || {}, {commission: {
        facts(sent) { facts(sent); return undefined; },
        answer(sent) { answered(sent); return undefined; },
        plan(data) {
            const box = by('commission-plan');
            if (!data || !box) return undefined;
            W.plan.show(box, data, W.commission.hand);
            const moved = now.level !== data.level;
            now.level = data.level;
            render();
            if (moved) W.commission.layerMoved();
            return undefined;
        },
        task(value) {
            now.task = value;
            if (here()) by('commission').dataset.task = value;
            render();
            return undefined;
        },
        walk(data) { if (data) W.commission.walkTold(data); return undefined; },
        heat(data) { if (data) W.commission.heatCame(data); return undefined; },
        layer(value) { W.commission.layer(value); return undefined; },
        tag(value) { now.tag = value || null; render(); return undefined; },
        room(value) { W.commission.standIn(value); return undefined; },
        upload(contents) { W.commission.importFile(contents); return undefined; },
    }});

    W.commission = {
        now, parts, FIELDS, by, set, here, plain, edited, row, chosen, floorOf, levelOf, levelName, render, adopt, remember, undo,
        change, choose, ask, mark,
    };
})();
