/* What history tells the floor model: values of rooms, the chosen tag's trail, the ways of a group.
 *
 * Three slots, each asked for again when what it depends on changes, and each minute while it is about now. A slot keeps
 * what it has while the next answer is on its way, and says so when there is none.
 */
(function () {
    'use strict';

    const FRESH_MS = 60000;
    const RETRY_MS = 10000;
    const PAST_S = 300;
    const CALM_MS = 1200;
    const W = (window.wardlight = window.wardlight || {});
    const slots = {rooms: slot(), trail: slot(), ways: slot()};
    let stamp = 0;

    function slot() { return {key: '', body: null, state: 'none', status: 0, at: 0, asking: null, stamp: 0}; }

    const view = () => (W.floor && W.floor.asked.view) || null;
    const past = () => (W.travel && W.travel.at ? W.travel.at() : null);

    /** What each slot should hold now: its question, or '' for nothing. */
    function wanted() {
        const now = view();
        if (!now || !document.getElementById('level')) return {rooms: '', trail: '', ways: ''};
        const at = past();
        const until = at === null || at === undefined ? '' : '&until=' + PAST_S * Math.ceil(at / PAST_S);
        const quantity = ((W.floor.asked.style || {}).quantities || {})[now.colour];
        const chosen = W.choose && W.choose.selection();
        const tags = ((W.link.bundle() || {}).catalogue || {}).tags || [];
        const mac = chosen && chosen.type === 'tag' && tags[chosen.index] ? tags[chosen.index][0] : '';
        const common = `hours=${now.hours}&level=${now.level}${until}`;
        return {
            rooms: quantity && quantity.source !== 'live' ? `/areas?colour=${now.colour}&${common}` : '',
            trail: mac && now.trail ? `/areas/trail?tag=${mac}&hours=${now.trail}${until}` : '',
            ways: now.ways ? `/areas/ways?group=${encodeURIComponent(now.ways)}&${common}` : '',
        };
    }

    /** The question without its time: as long as it stays, an older answer is better than none. */
    const subject = (url) => url.replace(/&until=\d+/, '');

    function update() {
        const asked = wanted();
        for (const [name, one] of Object.entries(slots)) {
            const url = asked[name];
            if (subject(url) !== subject(one.key)) drop(one, url ? 'asking' : 'none');
            const age = performance.now() - one.at;
            const due = one.key !== url ? age > CALM_MS || !one.at : age > (one.state === 'failed' ? RETRY_MS : FRESH_MS);
            one.next = url;
            if (url && due && !one.asking) ask(one, url);
        }
    }

    function drop(one, state) {
        if (one.asking) one.asking.abort();
        Object.assign(one, {key: '', body: null, state, status: 0, at: 0, asking: null, stamp: ++stamp});
        tell();
    }

    async function ask(one, url) {
        const turn = (one.asking = new AbortController());
        Object.assign(one, {key: url, at: performance.now()});
        if (!one.body) one.state = 'asking';
        try {
            const answer = await fetch(url, {credentials: 'same-origin', signal: turn.signal});
            const body = answer.ok ? await answer.json() : null;
            if (one.asking !== turn) return;
            if (body) Object.assign(one, {body, state: 'ok', status: 200, stamp: ++stamp});
            else Object.assign(one, {body: answer.status === 403 ? null : one.body, state: 'failed', status: answer.status, stamp: ++stamp});
        } catch {
            if (one.asking !== turn) return;
            Object.assign(one, {state: 'failed', status: 0, stamp: ++stamp});
        }
        one.asking = null;
        tell();
    }

    function tell() {
        if (W.floor) W.floor.plan();
        if (W.panel) W.panel.plan();
        if (W.legend) W.legend.plan();
    }

    window.setInterval(() => { if (!document.hidden) update(); }, 1000);

    W.areas = {
        update,
        state: (name) => slots[name],
        rooms: (colour) => (slots.rooms.key.includes(`colour=${colour}&`) && slots.rooms.body ? slots.rooms : null),
        trail: () => (slots.trail.body ? slots.trail : null),
        ways: () => (slots.ways.body ? slots.ways : null),
    };
})();
