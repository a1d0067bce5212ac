/* What happened in the time that the slider covers: fetched, grouped where it lies too close, told in words. */
(function () {
    'use strict';

    const W = (window.wardlight = window.wardlight || {});
    const {say, count, figure, time, date} = W.words;
    const KINDS = ['press', 'excursion', 'first_seen'];
    const HOUR_S = 3600;
    const AGAIN_MS = 60000;
    const JOIN_S = 900;
    const CLOSE_PX = 7;
    const MOST_TOLD = 5;

    const known = {span: null, events: [], gaps: [], closed: null, tail: null, asked: -Infinity, busy: false};

    const row = (index) => ((W.live.held.catalogue || {}).tags || [])[index];
    const room = (index) => W.words.site().rooms[index];
    const hour = (t) => Math.floor(t / HOUR_S) * HOUR_S;

    /** Bring the events up to date, at most once a minute; `done` is called when there is something new. */
    async function refresh(done) {
        const newest = W.travel.newest();
        if (newest === null || known.busy || document.hidden || performance.now() - known.asked < AGAIN_MS) return;
        known.busy = true;
        known.asked = performance.now();
        try {
            known.span = await W.travel.ask('span');
            const end = Math.min(known.span.newest, newest);
            const from = Math.max(hour(end) - W.travel.KEPT_S + HOUR_S, known.span.oldest);
            const edge = hour(end - 120);
            if (edge > from && (!known.closed || known.closed.to !== edge)) known.closed = await W.travel.ask(`events?from=${from}&to=${edge}`);
            known.tail = await W.travel.ask(`events?from=${Math.max(edge, from)}&to=${end}`);
            const parts = [known.closed, known.tail].filter(Boolean);
            known.events = joined(parts.flatMap((part) => part.events));
            known.gaps = touching(parts.flatMap((part) => part.gaps));
            known.fault = null;
        } catch (error) {
            known.fault = error.word || 'network';
            known.asked -= AGAIN_MS / 2;
        }
        known.busy = false;
        done();
    }

    /** One excursion may reach from one answer into the next. */
    function joined(events) {
        const out = [];
        for (const event of events) {
            const last = event.kind === 'excursion' && out.find((one) => one.kind === 'excursion' && one.tag === event.tag
                && one.quantity === event.quantity && one.high === event.high && event.t - one.until <= JOIN_S && event.t >= one.t);
            if (last) {
                last.until = Math.max(last.until, event.until);
                last.worst = event.high ? Math.max(last.worst, event.worst) : Math.min(last.worst, event.worst);
            } else out.push({...event});
        }
        return out;
    }

    function touching(gaps) {
        const out = [];
        for (const [a, b] of gaps) {
            const last = out[out.length - 1];
            if (last && a - last[1] < 60) last[1] = b; else out.push([a, b]);
        }
        return out;
    }

    /** The time that the slider covers: [oldest, newest]; null until it is known. */
    function range() {
        const newest = W.travel.newest();
        if (newest === null) return null;
        const oldest = known.span ? Math.max(known.span.oldest, newest - W.travel.KEPT_S) : newest - W.travel.KEPT_S;
        return [Math.min(oldest, newest - 900), newest];
    }

    /** Events of each kind as marks that do not overlap: {kind, at (0..1), to, events}. */
    function marks(width) {
        const [low, high] = range();
        const share = (t) => (t - low) / (high - low);
        return KINDS.flatMap((kind) => {
            const out = [];
            for (const event of known.events) {
                if (event.kind !== kind || event.t < low || event.t > high) continue;
                const at = share(event.t);
                const last = out[out.length - 1];
                if (last && (at - last.at) * width < CLOSE_PX) last.events.push(event);
                else out.push({kind, at, to: event.until ? share(Math.min(event.until, high)) : at, events: [event]});
            }
            return out;
        });
    }

    const value = (event) => figure(event.worst, 1) + (event.quantity === 'humidity_pct' ? ' %' : ' °C');
    const place = (index) => { const r = room(index); return !r ? '' : r[1] && r[1] !== r[0] ? r[1] : r[0]; };
    const label = (index) => (row(index) || ['', '', '', ''])[3] || say('tag');

    /** An event in words. */
    function tell(event) {
        const where = place(event.room);
        if (event.kind === 'excursion') return say(event.high ? 'travel_high' : 'travel_low', {room: where || label(event.tag), worst: value(event)});
        return say(event.kind === 'press' ? 'travel_press' : 'travel_first_seen', {name: label(event.tag)}) + (where ? ' · ' + where : '');
    }

    /** Lines that tell the events of some marks, oldest first, and how many are left out. */
    function lines(found) {
        const events = found.flatMap((mark) => mark.events).sort((a, b) => a.t - b.t);
        const told = events.slice(0, MOST_TOLD).map((event) => time(event.t) + ' ' + tell(event));
        return events.length > MOST_TOLD ? [...told, count('travel_more', events.length - MOST_TOLD)] : told;
    }

    /** The event before or after a moment; null for none. */
    function beside(t, forward) {
        const later = known.events.filter((event) => (forward ? event.t > t + 0.5 : event.t < t - 0.5));
        return later.length ? later.reduce((a, b) => ((b.t < a.t) === forward ? b : a)) : null;
    }

    const counts = () => Object.fromEntries(KINDS.map((kind) => [kind, known.events.filter((one) => one.kind === kind).length]));
    const when = (t) => time(t, true) + ', ' + date(t);

    W.travelEvents = {known, refresh, range, marks, tell, lines, beside, counts, when, KINDS, again() { known.asked = -Infinity; }};
})();
