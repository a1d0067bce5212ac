/* Where the chosen tag stopped, and for how long; a press on a stop goes there. */
(function () {
    'use strict';

    const W = (window.wardlight = window.wardlight || {});
    const {h, syncChildren} = W.dom;
    const {say, count, time, date, site} = W.words;
    const AGAIN_MS = 30000;
    const shown = {open: false, tag: null, stops: null, short: 0, asked: -Infinity, fault: null};
    const box = () => document.getElementById('travel-stops');

    const chosen = () => {
        const selection = W.choose && W.choose.selection();
        return selection && selection.type === 'tag' ? selection.index : null;
    };

    function duration(seconds) {
        const unit = (value, what) => new Intl.NumberFormat(site().language, {style: 'unit', unit: what, unitDisplay: 'short'}).format(value);
        const minutes = Math.floor(seconds / 60);
        if (seconds < 60) return unit(Math.round(seconds), 'second');
        return minutes < 60 ? unit(minutes, 'minute') : unit(Math.floor(minutes / 60), 'hour') + ' ' + unit(minutes % 60, 'minute');
    }

    async function load() {
        const tag = chosen();
        const newest = W.travel.newest();
        if (tag === null || newest === null) return;
        if (tag === shown.tag && performance.now() - shown.asked < AGAIN_MS) return;
        if (tag !== shown.tag) shown.stops = null;
        Object.assign(shown, {tag, asked: performance.now()});
        const span = W.travelEvents.known.span;
        const from = Math.max(newest - W.travel.KEPT_S, span ? span.oldest : -Infinity);
        try {
            const answer = await W.travel.ask(`stops?tag=${tag}&from=${from}&to=${newest}`);
            if (tag === shown.tag) Object.assign(shown, {stops: answer.stops, short: answer.left_out, fault: null});
        } catch (error) {
            if (tag === shown.tag) shown.fault = error.word || 'network';
        }
        render();
    }

    function row(stop) {
        const end = stop.to === null ? W.travel.newest() : stop.to;
        const at = W.travel.at();
        const here = at !== null && at >= stop.from && at < end;
        const known = site().rooms[stop.room];
        const name = known ? (known[1] && known[1] !== known[0] ? known[1] : known[0]) : stop.name || say('travel_outside');
        const until = stop.to === null ? say('travel_still') : time(stop.to);
        return h('li', {'data-key': 'stop-' + stop.from}, h('button.travel-stop', {type: 'button', 'data-stop': stop.from, 'aria-current': here ? 'time' : null},
            h('span.travel-stop-room', null, name), h('span.travel-stop-long', null, duration(Math.max(end - stop.from, 0))),
            h('span.quiet', null, date(stop.from) + ', ' + time(stop.from) + ' – ' + until)));
    }

    function render() {
        const element = box();
        if (!element) return;
        element.hidden = !shown.open;
        const opener = document.querySelector('[data-travel="stops"]');
        if (opener) opener.setAttribute('aria-expanded', String(shown.open));
        if (!shown.open) return;
        const tag = chosen();
        const label = tag === null ? '' : ((W.live.held.catalogue || {tags: []}).tags[tag] || [])[3];
        const body = tag === null ? h('p.empty', {'data-key': 'choose'}, say('travel_stops_choose'))
            : shown.fault ? h('p.empty', {'data-key': 'fault'}, W.words.name('travel_faults', shown.fault))
                : !shown.stops || shown.tag !== tag ? h('p.empty', {'data-key': 'wait'}, say('travel_loading'))
                    : !shown.stops.length ? h('p.empty', {'data-key': 'none'}, say('travel_stops_none'))
                        : h('ol.travel-stop-list', {'data-key': 'list', tabindex: -1}, ...[...shown.stops].reverse().map(row));
        syncChildren(element, [h('h3', {'data-key': 'head'}, tag === null ? say('travel_stops') : say('travel_stops_of', {name: label})), body,
            ...(tag !== null && shown.tag === tag && shown.stops && shown.short ? [h('p.quiet', {'data-key': 'short'}, count('travel_stops_short', shown.short))] : [])]);
    }

    function update() {
        if (!shown.open) return;
        load();
        render();
    }

    function toggle() {
        shown.open = !shown.open;
        shown.asked = -Infinity;
        render();
        update();
    }

    document.addEventListener('click', (event) => {
        const stop = event.target.closest('[data-stop]');
        if (stop) W.travel.go(Number(stop.dataset.stop) + 1);
    });
    document.addEventListener('keydown', (event) => {
        if (event.key !== 'Escape' || !shown.open || event.defaultPrevented || !box()) return;
        event.preventDefault();
        toggle();
        const opener = document.querySelector('[data-travel="stops"]');
        if (opener) opener.focus();
    }, true);
    window.setInterval(update, 1000);

    W.travelStops = {update, toggle, shown};
})();
