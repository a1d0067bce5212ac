/* The live channel: keeps the `live` store up to date and says how far it can be believed.
 *
 * Server-Sent Events while the tab is seen; polling when a stream is refused or fails three times, with a new try each
 * 30 s. The store gets {frames, summary, catalogue, link, state, age_s}: `age_s` is how long ago something new came,
 * `state` one of connecting, live, lagging, stale, disconnected.
 *
 * While somebody looks at a moment of the past (assets/page/travel.js), the store gets the frames and summary of that
 * moment, with `past` = {at, ...}, `state` "past", and of the present only its beat (`now`), which proves that it lives.
 */
(function () {
    'use strict';

    const STORE = 'live';
    const POLL_MS = 2000;
    const GATHER_MS = 40;
    const RETRY_MS = 30000;
    const MOST_FAILURES = 3;
    const LAGGING_S = 5;
    const STALE_S = 15;
    const LOST_S = 60;

    const held = {frames: {}, summary: null, catalogue: null};
    const link = {levels: [], source: null, poll: 0, retry: 0, failures: 0, etag: '', news: 0, opened: Date.now(), planned: false};

    // --- what comes in -------------------------------------------------------------------------------------------------

    function takeFrame(frame) {
        const before = held.frames[frame.level];
        if (before && before.seq === frame.seq && before.t === frame.t) return;
        held.frames = {...held.frames, [frame.level]: frame};
        fresh();
        needCatalogue(frame.rev);
    }

    function takeSummary(summary) {
        if (held.summary && held.summary.seq === summary.seq && held.summary.t === summary.t) return;
        held.summary = summary;
        fresh();
    }

    function fresh() {
        link.news = Date.now();
        link.failures = 0;
        const {travel} = window.wardlight;
        if (!travel || travel.at() === null) plan(); // who looks at the past needs its beat only, once a second
    }

    async function needCatalogue(rev) {
        if (!rev || link.asking || (held.catalogue && held.catalogue.rev === rev)) return;
        link.asking = true;
        try {
            const answer = await fetch('/live/catalogue', {credentials: 'same-origin'});
            if (answer.ok) { held.catalogue = await answer.json(); plan(); }
        } catch { /* the next frame asks again */ } finally {
            window.setTimeout(() => { link.asking = false; }, 1000);
        }
    }

    // --- how it comes ----------------------------------------------------------------------------------------------------

    const query = () => 'levels=' + link.levels.join(',');

    function open() {
        close();
        if (document.hidden) return;
        if (!window.EventSource) { poll(); return; }
        const source = new EventSource('/live/stream?' + query());
        link.source = source;
        source.addEventListener('frame', (event) => read(event, takeFrame));
        source.addEventListener('summary', (event) => read(event, takeSummary));
        source.addEventListener('catalogue', (event) => needCatalogue(event.data));
        source.onerror = () => {
            if (link.source !== source) return;
            link.failures += 1;
            if (source.readyState === EventSource.CLOSED || link.failures >= MOST_FAILURES) fallBack();
        };
    }

    function read(event, take) {
        try { take(JSON.parse(event.data)); } catch { /* half a message from a dying server: the next one is whole */ }
    }

    function close() {
        if (link.source) link.source.close();
        link.source = null;
        window.clearTimeout(link.poll);
        window.clearTimeout(link.retry);
        link.poll = link.retry = 0;
        link.turn = {};
    }

    function fallBack() {
        close();
        poll();
        link.retry = window.setTimeout(() => { link.failures = 0; open(); }, RETRY_MS);
    }

    async function poll() {
        const turn = link.turn;
        try {
            const headers = link.etag ? {'If-None-Match': link.etag} : {};
            const answer = await fetch('/live/poll?' + query(), {headers, cache: 'no-store', credentials: 'same-origin'});
            if (turn !== link.turn) return;
            if (answer.ok) {
                link.etag = answer.headers.get('ETag') || '';
                const body = await answer.json();
                Object.values(body.frames || {}).forEach(takeFrame);
                if (body.summary) takeSummary(body.summary);
                needCatalogue(body.rev);
            }
        } catch { /* no answer: the age says so */ }
        if (turn === link.turn && !document.hidden) link.poll = window.setTimeout(poll, POLL_MS);
    }

    // --- what goes out ---------------------------------------------------------------------------------------------------

    function state() {
        const now = Date.now();
        const age = link.news ? (now - link.news) / 1000 : null;
        const waited = age === null ? (now - link.opened) / 1000 : age;
        if (waited >= LOST_S) return [age, 'disconnected'];
        if (age === null) return [age, waited < STALE_S ? 'connecting' : 'disconnected'];
        return [age, age >= STALE_S ? 'stale' : age >= LAGGING_S ? 'lagging' : 'live'];
    }

    function plan() {
        if (link.planned) return;
        link.planned = true;
        window.setTimeout(() => { link.planned = false; publish(); }, GATHER_MS);
    }

    /** Write the store; but a picture that plays goes straight to who draws it. */
    function publish() {
        if (document.hidden || !window.dash_clientside || !window.dash_clientside.set_props) return;
        const [age, word] = state();
        const way = word === 'disconnected' ? 'lost' : link.source ? 'stream' : 'poll';
        const past = window.wardlight.travel && window.wardlight.travel.bundle();
        const data = past ? {...past, catalogue: held.catalogue, now: beat(), link: way, state: 'past', age_s: null}
            : {...held, link: way, state: word, age_s: age === null ? null : Math.floor(age)};
        if (past && past.past.playing) hand(data);
        else try { window.dash_clientside.set_props(STORE, {data}); } catch { /* the page is not drawn yet */ }
    }

    /** Ten pictures a second: Dash's own bookkeeping for each would take longer than to draw it. */
    function hand(data) {
        const {floor} = window.wardlight;
        window.dash_clientside.wardlight.live(data);
        if (!floor || !floor.asked.style) return;
        floor.asked.live = data;
        floor.plan();
    }

    const beat = () => held.summary && {seq: held.summary.seq, t: held.summary.t};

    /** Follow the levels that the page shows; a change opens a new stream. */
    function follow() {
        const wanted = window.wardlight && window.wardlight.floor ? window.wardlight.floor.levels() : [];
        if (wanted.join() !== link.levels.join()) {
            link.levels = wanted;
            link.etag = '';
            held.frames = Object.fromEntries(Object.entries(held.frames).filter(([level]) => wanted.includes(+level)));
            open();
        }
    }

    document.addEventListener('visibilitychange', () => { if (document.hidden) close(); else { link.failures = 0; open(); plan(); } });
    window.addEventListener('pagehide', close);
    window.addEventListener('pageshow', (event) => { if (event.persisted) open(); });
    window.setInterval(() => { follow(); plan(); }, 1000);
    open();

    window.wardlight = Object.assign(window.wardlight || {}, {live: {held, link, follow, state, publish}});
})();
