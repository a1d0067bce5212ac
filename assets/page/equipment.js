/* The assets page: what is known of each thing, which of them are shown, and the address that says so. */
(function () {
    'use strict';

    const W = (window.wardlight = window.wardlight || {});
    const {say, name, site} = W.words;
    const MISSING = [3, 4];
    const WORDS = ['q', 'type', 'status', 'department', 'room', 'state'];
    const MARKS = ['missing', 'low', 'due'];
    const STATUS_KEYS = ['available', 'in_use', 'dirty', 'down', 'unknown'];
    const STATE_KEYS = ['live', 'stale', 'unobserved', 'lost', 'unseen'];

    const now = {
        facts: null, rows: [], byMac: new Map(), t: null, par: [], filter: {}, chosen: null, waiting: false, asked: 0,
        busy: null, said: null, side: false, task: null,
    };
    const parts = [];
    const by = (id) => document.getElementById(id);
    const set = (id, props) => window.dash_clientside.set_props(id, props);
    const here = () => Boolean(by('equipment'));

    // --- rows ------------------------------------------------------------------------------------------------------

    const roomOf = (index) => site().rooms[index] || null;
    const levelName = (index) => (site().levels[index] || [''])[0];
    const departmentName = (key) => (key ? site().departments[key] || key : '');

    function roomText(index) {
        const room = roomOf(index);
        if (!room) return '';
        return room[1] && room[1] !== room[0] ? room[0] + ' ' + room[1] : room[0];
    }

    /** A thing as the table shows it: `fact` changes seldom, `live` is [status, level, room, there s, heard s, p, state]. */
    function fill(row, fact, live, t) {
        const [status, level, room, since, heard, p, state] = live;
        const place = roomOf(room);
        const missing = MISSING.includes(state);
        const charge = fact.battery;
        Object.assign(row, fact, {
            typeName: name('types', fact.type), status, statusText: name('statuses', status), state, level, room,
            stateText: name('states', state), missing, p: missing ? null : p,
            roomText: place ? roomText(room) : '', roomNumber: place ? place[0] : '',
            department: place ? place[3] : '', departmentText: place ? departmentName(place[3]) : '',
            levelText: level >= 0 ? levelName(level) : '',
            since: since === null ? null : t - since, heard: heard === null ? null : t - heard,
            charge: charge ? (charge[1] === '%' ? charge[0] : charge[0] / 30) : null, low: Boolean(charge && charge[2]),
            use: fact.week ? fact.week[0] : null, dueSoon: fact.due >= 2,
        });
        const words = [row.label, row.typeName, row.statusText, row.stateText, row.roomText, row.departmentText, row.levelText,
            row.maker, row.model, row.down ? row.down[1] : ''];
        row.text = words.join(' ').toLowerCase();
        row.codes = (row.mac + ' ' + row.serial).toLowerCase();
        return row;
    }

    /** News of the server; things stay the same objects, so that the table knows them again. */
    function take(news) {
        if (!news || !here()) return;
        arrive();
        now.waiting = Boolean(news.waiting);
        if (news.facts) adopt(news.facts);
        if (!now.waiting && now.facts && news.rows && news.rows.length === now.facts.things.length) {
            now.t = news.t;
            now.par = news.par;
            now.facts.things.forEach((fact, i) => fill(now.rows[i], fact, news.rows[i], news.t));
            if (news.mark) set('equipment-have', {data: news.mark});
        }
        render();
    }

    function adopt(facts) {
        const before = now.byMac;
        now.facts = facts;
        now.rows = facts.things.map((fact) => before.get(fact.mac) || {});
        now.byMac = new Map(facts.things.map((fact, i) => [fact.mac, now.rows[i]]));
    }

    // --- what is shown -----------------------------------------------------------------------------------------------

    /** Whether a thing fits every filter; `without` names one that does not count. */
    function passes(row, without) {
        const f = now.filter;
        const asked = (key) => key !== without && f[key];
        if (asked('type') && row.type !== f.type) return false;
        if (asked('status') && STATUS_KEYS[row.status] !== f.status) return false;
        if (asked('department') && row.department !== f.department) return false;
        if (asked('room') && row.roomNumber !== f.room) return false;
        if (asked('state') && STATE_KEYS[row.state] !== f.state) return false;
        if (asked('missing') && !row.missing) return false;
        if (asked('low') && !row.low) return false;
        if (asked('due') && !row.dueSoon) return false;
        return !asked('q') || f.q.toLowerCase().split(/\s+/).every((word) => row.text.includes(word) || coded(row, word));
    }

    /** A piece of a MAC address or serial number; two digits would be found in every other one. */
    function coded(row, word) {
        const plain = word.replace(/[:.-]/g, '');
        return plain.length >= 4 && row.codes.includes(plain);
    }

    const filtering = () => Object.values(now.filter).some(Boolean);

    function filter(values) {
        Object.assign(now.filter, values);
        remember();
        render();
    }

    function clear() {
        filter(Object.fromEntries([...WORDS, ...MARKS].map((key) => [key, key === 'q' ? '' : null])));
    }

    // --- address -----------------------------------------------------------------------------------------------------

    function remember() {
        if (!here()) return;
        const query = new URLSearchParams();
        for (const key of WORDS) if (now.filter[key]) query.set(key, now.filter[key]);
        for (const key of MARKS) if (now.filter[key]) query.set(key, '1');
        if (now.chosen) query.set('tag', now.chosen);
        if (W.equipment.near && W.equipment.near.from()) query.set('from', W.equipment.near.from());
        const text = query.toString();
        const address = window.location.pathname + (text ? '?' + text : '');
        if (address !== window.location.pathname + window.location.search) window.history.replaceState(window.history.state, '', address);
    }

    /** The page has just been laid out: do what its address asks for. */
    function arrive() {
        const page = by('equipment');
        if (!page || page.dataset.met) return;
        page.dataset.met = 'yes';
        const query = new URLSearchParams(window.location.search);
        now.filter = Object.fromEntries(WORDS.map((key) => [key, query.get(key) || '']));
        for (const key of MARKS) now.filter[key] = query.get(key) === '1';
        const mac = (query.get('tag') || '').replace(/[^0-9a-f]/gi, '').toUpperCase();
        Object.assign(now, {chosen: mac || null, said: null, busy: null, task: query.get('from') ? 'near' : null,
            side: Boolean(mac || query.get('from')), facts: null, rows: [], byMac: new Map()});
        set('equipment-have', {data: null});
        for (const part of W.equipment.arrivals) part(query);
    }

    // --- choosing and asking -------------------------------------------------------------------------------------------

    /** Choose a thing by its MAC, or nothing. */
    function choose(mac, keep) {
        if (now.chosen === mac && !keep) return;
        Object.assign(now, {chosen: mac, side: Boolean(mac), task: null, said: null});
        remember();
        render();
    }

    /** Show the side panel with a task: "near", "add" or, with null, what is chosen. */
    function open(task) {
        Object.assign(now, {task, side: true, said: null});
        render();
    }

    function close() {
        Object.assign(now, {chosen: null, side: false, task: null, said: null});
        remember();
        render();
    }

    /** Have the twin do something; `done` is called with the answer. */
    function ask(action, values, done) {
        if (now.busy) return;
        now.asked += 1;
        now.busy = {n: now.asked, action, done};
        now.said = null;
        set('equipment-ask', {data: {n: now.asked, action, base: now.facts ? now.facts.base : '', ...values}});
        render();
    }

    function answered(answer) {
        if (!answer || !now.busy || answer.n !== now.busy.n) return;
        const {done} = now.busy;
        now.busy = null;
        now.said = answer;
        if (done) done(answer);
        render();
    }

    function render() {
        if (!here()) return;
        for (const part of parts) part();
    }

    window.dash_clientside = Object.assign(window.dash_clientside || {}, {wardlight: {
        ...((window.dash_clientside || {}).wardlight || {}),
        equipmentNews(news) { take(news); return undefined; },
        equipmentAnswer(answer) { answered(answer); return undefined; },
    }});
    window.setInterval(arrive, 300);

    W.equipment = {
        now, parts, arrivals: [], render, filter, clear, filtering, passes, choose, open, close, ask, remember, arrive, roomText,
        levelName, departmentName, STATUS_KEYS, STATE_KEYS, set,
        /** The site's time now, POSIX seconds. */
        clock: () => W.link.clock() || now.t || 0,
    };
})();
