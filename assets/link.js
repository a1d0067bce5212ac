/* How fresh the picture is: judged here, so that every part of the page says the same. */
(function (root) {
    'use strict';

    const W = (root.wardlight = root.wardlight || {});
    const LIVE_S = 3.5;
    const STALE_S = 15;
    const PATIENCE_S = 4;
    const PROBE_MS = 4000;

    const seen = {began: performance.now(), bundle: null, mark: null, at: 0, news: 0, reachable: true, probed: 0};

    /** A bundle has come from the live channel. */
    function take(bundle) {
        seen.bundle = bundle;
        const summary = bundle && (bundle.past ? bundle.now : bundle.summary);
        const mark = summary ? summary.seq + '/' + summary.t : null;
        if (mark && mark !== seen.mark) {
            Object.assign(seen, {mark, at: performance.now(), news: seen.news + 1, reachable: true});
        }
    }

    /** The moment of the past that is shown, POSIX seconds; null while the present is. */
    const past = () => (seen.bundle && seen.bundle.past ? seen.bundle.past.at : null);

    const since = (moment) => (performance.now() - moment) / 1000;

    /** {state, age}: age in seconds of the newest radio data, null while it cannot be known.
     *
     * The first summary may be one that the broker kept from long ago: only a second one proves that the twin lives.
     * A twin that has never heard a gateway is "deaf": silence is no calm. A picture of the past is "past", however well the live channel is. */
    function now() {
        const {bundle, news} = seen;
        if (past() !== null) return {state: 'past', age: null};
        const quiet = since(seen.at || seen.began);
        if (quiet > PATIENCE_S) probe();
        if (!seen.reachable && quiet > LIVE_S) return {state: 'lost', age: news > 1 ? quiet : null};
        if (!bundle || !bundle.summary) return {state: quiet > STALE_S ? 'stale' : 'connecting', age: null};
        const heard = bundle.summary.kpi && bundle.summary.kpi.data_age_s;
        const radio = heard === null || heard === undefined ? null : heard / Math.max(bundle.summary.speed || 1, 1);
        const age = news > 1 && radio !== null ? quiet + radio : null;
        if (news > 1 && radio === null) return {state: since(seen.began) > STALE_S ? 'deaf' : 'connecting', age: null};
        if (news < 2) return {state: quiet > LIVE_S ? 'stale' : 'connecting', age: null};
        const worst = Math.max(quiet, (radio || 0) + quiet);
        return {state: worst <= LIVE_S ? 'live' : worst <= STALE_S ? 'lagging' : 'stale', age};
    }

    /** No news: ask the server for a sign of life, to tell a silent twin from a lost connection. */
    function probe() {
        if (performance.now() - seen.probed < PROBE_MS) return;
        seen.probed = performance.now();
        fetch('/health', {cache: 'no-store'})
            .then((answer) => { seen.reachable = answer.ok; })
            .catch(() => { seen.reachable = false; });
    }

    /** The site's time now, or the moment that is shown, POSIX seconds; a demo's time stands still when its data does. */
    function clock() {
        if (past() !== null) return past();
        const summary = seen.bundle && seen.bundle.summary;
        if (!summary) return null;
        const {state} = now();
        if (!summary.demo) return Date.now() / 1000;
        const running = state === 'live' || state === 'lagging';
        const speed = summary.catch_up_until ? 0 : summary.speed || 1;
        return summary.t + (running ? since(seen.at) * speed : 0);
    }

    /** Whether the picture is of now, and not the last known one. */
    const current = () => ['live', 'lagging'].includes(now().state);

    W.link = {take, now, past, clock, current, quiet: () => since(seen.at), bundle: () => seen.bundle};
})(window);
