/* The bar below the floor model: slider, play, speed, moment; and the banner that says that this is not now. */
(function () {
    'use strict';

    const W = (window.wardlight = window.wardlight || {});
    const {h, icon, syncChildren, write} = W.dom;
    const {say, figure, time, date, site} = W.words;
    const MINUTE_S = 60;
    const NEAR_PX = 6;
    const SAY_MS = 700;
    const ADDRESS_MS = 300;
    const TELL_MS = 240; // while it plays: nobody reads faster, and each change of text is a layout
    const by = (id) => document.getElementById(id);
    const one = (selector) => document.querySelector('#travel ' + selector);
    const clock = {zone: null};
    const drag = {on: false, resume: false, said: 0, address: 0, drawn: -Infinity, told: 0};

    // --- the site's own time in a field of the browser ---------------------------------------------------------------

    /** A moment as the field has it: year-month-dayThour:minute:second in the site's zone. */
    function local(t) {
        clock.zone = clock.zone || new Intl.DateTimeFormat('en-GB', {
            year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit',
            hourCycle: 'h23', timeZone: site().zone,
        });
        const parts = clock.zone.formatToParts(1000 * t).reduce((all, part) => ({...all, [part.type]: part.value}), {});
        return `${parts.year}-${parts.month}-${parts.day}T${parts.hour}:${parts.minute}:${parts.second}`;
    }

    /** The moment that a field's text means in the site's zone; NaN for none. */
    function moment(text) {
        const asUtc = Date.parse(text + 'Z') / 1000;
        let t = asUtc;
        for (let k = 0; k < 2 && Number.isFinite(t); k++) t += asUtc - Date.parse(local(t) + 'Z') / 1000;
        return t;
    }

    // --- what stands there ---------------------------------------------------------------------------------------------

    function button(name, act, text, more) {
        return h('button.travel-button', {type: 'button', 'data-travel': act, 'aria-label': text, title: text, ...more}, icon(name));
    }

    function build(box) {
        const speeds = W.travel.SPEEDS.map((speed) => h('option', {value: speed, selected: speed === W.travel.state.speed},
            say('travel_times', {num: figure(speed)})));
        const legend = [...W.travelEvents.KINDS, 'gap'].map((kind) => h('li', {'data-kind': kind, title: kind === 'first_seen' ? say('travel_first_seen_why') : null},
            h('span.travel-mark', {'data-kind': kind, 'aria-hidden': 'true'}), h('span', null, W.words.name('travel_events', kind)), h('span.travel-count')));
        box.append(
            h('div.travel-buttons', null, button('previous', 'previous', say('travel_previous')), button('play', 'play', say('travel_play')),
                button('next', 'next', say('travel_next'))),
            h('div.travel-line', null,
                h('div.travel-track', {role: 'slider', tabindex: 0, 'aria-label': say('travel_slider'), 'aria-orientation': 'horizontal'},
                    h('div.travel-rail'), h('div.travel-marks', {'aria-hidden': 'true'}), h('div.travel-head', {'aria-hidden': 'true'}),
                    h('div.travel-hover', {'aria-hidden': 'true', hidden: true})),
                h('div.travel-axis', {'aria-hidden': 'true'}), h('ul.travel-legend', null, ...legend)),
            h('div.travel-more', null,
                h('label.travel-speed', null, h('span.sr-only', null, say('travel_speed')), h('select', {'data-travel': 'speed'}, ...speeds)),
                h('label.travel-moment', null, h('span.sr-only', null, say('travel_moment')),
                    h('input', {type: 'datetime-local', step: 1, 'data-travel': 'moment', title: say('travel_moment')})),
                h('button.travel-text', {type: 'button', 'data-travel': 'follow', 'aria-pressed': 'false', title: say('travel_follow_why')},
                    icon('target'), h('span', null, say('travel_follow'))),
                h('button.travel-text', {type: 'button', 'data-travel': 'stops', 'aria-expanded': 'false', 'aria-controls': 'travel-stops'},
                    icon('clock'), h('span', null, say('travel_stops')))),
            h('div.travel-stops', {id: 'travel-stops', hidden: true, role: 'region', 'aria-label': say('travel_stops')}),
            h('p.travel-fault', {hidden: true}), h('div.sr-only.travel-said', {role: 'status'}));
        const track = one('.travel-track');
        track.addEventListener('pointerdown', grab);
        track.addEventListener('pointermove', move);
        for (const end of ['pointerup', 'pointercancel']) track.addEventListener(end, release);
        track.addEventListener('pointerleave', () => { one('.travel-hover').hidden = true; });
        new ResizeObserver(draw).observe(track);
    }

    function mount() {
        const box = by('travel');
        if (!box || !W.travel || !by('words')) return;
        if (!box.firstChild) { build(box); draw(); banner(); }
        W.travelEvents.refresh(draw);
        const range = W.travelEvents.range();
        if (range && range[1] - drag.drawn > (range[1] - range[0]) / 300) draw();
        else if (W.travel.at() === null) head();
    }

    // --- drawing ---------------------------------------------------------------------------------------------------------

    function draw() {
        const track = one('.travel-track');
        const range = W.travelEvents.range();
        if (!track || !range) return;
        const [low, high] = range;
        drag.drawn = high;
        const percent = (share) => (100 * Math.min(Math.max(share, 0), 1)).toFixed(3) + '%';
        const share = (t) => (t - low) / (high - low);
        const gaps = W.travelEvents.known.gaps.map(([a, b]) => h('span.travel-gap', {style: `left:${percent(share(a))};width:${percent(share(b) - share(a))}`}));
        const ticks = W.travelEvents.marks(track.clientWidth).map((mark) => h('span.travel-mark' + (mark.events.length > 1 ? '.many' : ''),
            {'data-kind': mark.kind, style: `left:${percent(mark.at)}`}));
        const lasting = W.travelEvents.marks(track.clientWidth).filter((mark) => mark.to > mark.at).map((mark) => h('span.travel-while',
            {style: `left:${percent(mark.at)};width:${percent(mark.to - mark.at)}`}));
        one('.travel-marks').replaceChildren(...gaps, ...lasting, ...ticks);
        syncChildren(one('.travel-axis'), axis(low, high, track.clientWidth).map(([t, text]) => h('span', {style: `left:${percent(share(t))}`}, text)));
        const counts = {...W.travelEvents.counts(), gap: W.travelEvents.known.gaps.length};
        for (const item of document.querySelectorAll('#travel .travel-legend li')) write(item.querySelector('.travel-count'), figure(counts[item.dataset.kind]));
        head();
    }

    /** Times under the slider, at whole hours of the site, as many as there is room for. */
    function axis(low, high, width) {
        const room = 62;
        const steps = [300, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400];
        const step = steps.find((s) => s * width / (high - low) >= room) || 86400;
        const offset = Date.parse(local(high) + 'Z') / 1000 - Math.floor(high);
        const out = [];
        for (let t = Math.ceil((low + offset) / step) * step - offset; t < high; t += step) {
            const x = (t - low) / (high - low) * width;
            if (x < 24 || x > width - 24) continue;
            const midnight = (t + offset) % 86400 === 0;
            out.push([t, midnight ? date(t) : time(t)]);
        }
        return out;
    }

    function head() {
        const track = one('.travel-track');
        const range = W.travelEvents.range();
        if (!track || !range) return;
        const [low, high] = range;
        const at = W.travel.at();
        const shown = at === null ? high : at;
        one('.travel-head').style.left = (100 * Math.min(Math.max((shown - low) / (high - low), 0), 1)).toFixed(3) + '%';
        const set = (name, value) => { if (track.getAttribute(name) !== String(value)) track.setAttribute(name, value); };
        set('aria-valuemin', Math.round(low / MINUTE_S));
        set('aria-valuemax', Math.round(high / MINUTE_S));
        set('aria-valuenow', Math.round(shown / MINUTE_S));
        set('aria-valuetext', at === null ? say('travel_at_now') : time(at) + ', ' + date(at));
        const field = one('input[data-travel="moment"]');
        if (document.activeElement !== field) {
            const text = local(shown);
            if (field.value !== text) field.value = text;
        }
    }

    function controls() {
        const {state} = W.travel;
        const play = one('[data-travel="play"]');
        if (!play) return;
        const text = say(state.playing ? 'travel_pause' : state.at === null ? 'travel_play_last' : 'travel_play');
        play.querySelector('.icon').className = 'icon icon-' + (state.playing ? 'pause' : 'play');
        for (const name of ['aria-label', 'title']) play.setAttribute(name, text);
        by('travel').dataset.waiting = state.playing && state.waiting ? 'yes' : 'no';
        one('[data-travel="follow"]').setAttribute('aria-pressed', String(state.follow));
        const fault = one('.travel-fault');
        fault.hidden = !state.fault;
        write(fault, state.fault ? say((W.words.name('travel_faults', state.fault.word))) : '');
        fault.title = state.fault ? state.fault.message : '';
    }

    function banner() {
        const box = by('travel-banner');
        const {state} = W.travel;
        const root = document.documentElement;
        root.toggleAttribute('data-past', state.at !== null);
        if (!box) return;
        box.hidden = state.at === null;
        if (box.hidden) return;
        if (!box.firstChild) {
            box.append(icon('clock'), h('strong.travel-when'), h('span.travel-note'),
                h('button.travel-back', {type: 'button', 'data-travel': 'back'}, say('travel_back'), h('kbd', {'aria-hidden': 'true'}, 'Esc')));
        }
        write(box.querySelector('.travel-when'), say('travel_banner', {time: time(state.at, true), date: date(state.at)}));
        const note = state.fault ? W.words.name('travel_faults', state.fault.word)
            : state.picture && state.picture.gap && !state.playing ? say('travel_gap')
                : state.asking && !state.playing || (state.playing && state.waiting) ? say('travel_loading') : '';
        write(box.querySelector('.travel-note'), note);
    }

    /** Tell who does not see the slider where they are, once they rest there. */
    function speak(text) {
        window.clearTimeout(drag.said);
        drag.said = window.setTimeout(() => write(one('.travel-said'), text || (W.travel.at() === null ? say('travel_present')
            : say('travel_said', {time: time(W.travel.at()), date: date(W.travel.at())}))), SAY_MS);
    }

    function changed(what) {
        if (what === 'time' && performance.now() - drag.told < TELL_MS) return;
        drag.told = performance.now();
        banner();
        head();
        if (what === 'time') return;
        controls();
        if (what === 'moved' || what === 'ended' || what === 'begun' || what === 'present') speak();
        if (what && what.skipped) speak(say('travel_skipped', {from: time(what.skipped[0]), to: time(what.skipped[1])}));
        if (what === 'begun') W.travelEvents.again();
        if (W.travelStops) W.travelStops.update();
        if (['moved', 'ended', 'begun', 'playing'].includes(what)) {
            window.clearTimeout(drag.address); // browsers refuse an address that changes too often
            drag.address = window.setTimeout(() => { if (W.choose && W.choose.remember) W.choose.remember(); }, ADDRESS_MS);
        }
    }

    // --- hand ------------------------------------------------------------------------------------------------------------

    function momentAt(event) {
        const box = one('.travel-track').getBoundingClientRect();
        const [low, high] = W.travelEvents.range();
        return low + (high - low) * Math.min(Math.max((event.clientX - box.left) / box.width, 0), 1);
    }

    /** Go there; the right end is the present. */
    function goTo(t) {
        const [low, high] = W.travelEvents.range();
        W.travel.go(t >= high - Math.max((high - low) / 400, 2) ? null : t);
    }

    function grab(event) {
        if (event.button || !W.travelEvents.range()) return;
        Object.assign(drag, {on: true, resume: W.travel.state.playing});
        event.currentTarget.setPointerCapture(event.pointerId);
        event.currentTarget.focus({preventScroll: true});
        goTo(momentAt(event));
    }

    function move(event) {
        if (!W.travelEvents.range()) return;
        if (drag.on) goTo(momentAt(event));
        hover(event);
    }

    function release() {
        if (drag.on && drag.resume && W.travel.at() !== null) W.travel.play();
        drag.on = false;
        one('.travel-hover').hidden = true;
    }

    function hover(event) {
        const track = one('.travel-track');
        const box = track.getBoundingClientRect();
        const tip = one('.travel-hover');
        const x = event.clientX - box.left;
        const t = momentAt(event);
        const near = W.travelEvents.marks(box.width).filter((mark) => x >= mark.at * box.width - NEAR_PX && x <= mark.to * box.width + NEAR_PX);
        const gap = W.travelEvents.known.gaps.find(([a, b]) => t >= a && t <= b);
        const told = [...W.travelEvents.lines(near), ...(gap ? [W.words.name('travel_events', 'gap') + ' ' + time(gap[0]) + ' – ' + time(gap[1])] : [])];
        syncChildren(tip, [h('strong', null, W.travelEvents.when(t)), ...told.map((line) => h('span', null, line))]);
        tip.hidden = false;
        const width = tip.offsetWidth;
        tip.style.left = Math.min(Math.max(x - width / 2, 0), Math.max(box.width - width, 0)) + 'px';
    }

    /** Step by a time, or to an end. */
    function key(event) {
        if (event.ctrlKey || event.metaKey || event.altKey || !event.target.closest('.travel-track') || !W.travelEvents.range()) return;
        const [low, high] = W.travelEvents.range();
        const at = W.travel.at() === null ? high : W.travel.at();
        const size = event.shiftKey ? 10 * MINUTE_S : MINUTE_S;
        const target = {ArrowLeft: at - size, ArrowDown: at - size, ArrowRight: at + size, ArrowUp: at + size,
            PageDown: at - 60 * MINUTE_S, PageUp: at + 60 * MINUTE_S, Home: low, End: null}[event.key];
        if (target !== undefined) W.travel.go(target !== null && target >= high ? null : target === null ? null : Math.max(target, low));
        else if (event.key === ' ') toggle();
        else return;
        event.preventDefault();
        event.stopPropagation();
    }

    const toggle = () => (W.travel.state.playing ? W.travel.pause() : W.travel.play());

    function beside(forward) {
        const from = W.travel.at() === null ? (W.travelEvents.range() || [0, 0])[1] : W.travel.at();
        const event = W.travelEvents.beside(from, forward);
        if (!event) { speak(say('travel_no_event')); return; }
        W.travel.go(event.t);
        speak(time(event.t) + ' ' + W.travelEvents.tell(event));
    }

    const ACTS = {
        play: toggle, previous: () => beside(false), next: () => beside(true), back: () => W.travel.go(null),
        follow: () => W.travel.setFollow(!W.travel.state.follow), stops: () => W.travelStops && W.travelStops.toggle(),
    };

    document.addEventListener('click', (event) => {
        const pressed = event.target.closest('button[data-travel]');
        if (pressed && ACTS[pressed.dataset.travel]) ACTS[pressed.dataset.travel]();
    });
    document.addEventListener('change', (event) => {
        const {travel: what} = event.target.dataset || {};
        if (what === 'speed') W.travel.setSpeed(Number(event.target.value));
        if (what === 'moment') {
            const t = moment(event.target.value);
            if (Number.isFinite(t)) W.travel.go(t);
        }
    });
    document.addEventListener('keydown', key);
    window.setInterval(mount, 500);
    W.travel.onChange(changed);

    W.travelBar = {local, moment, draw};
})();
