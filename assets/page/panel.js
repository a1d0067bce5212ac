/* Writes the panel: the chosen tag or room, or what happens in the building when nothing is chosen. */
(function () {
    'use strict';

    const W = (window.wardlight = window.wardlight || {});
    const {h, icon, syncChildren, write} = W.dom;
    const {say, count, name, figure, percent, time, site} = W.words;
    const NOWHERE = 65535;
    const MOST_ROWS = 60;
    const [STALE, UNOBSERVED, LOST] = [1, 2, 3];
    const unpacked = new WeakMap();
    let planned = false;

    const bundle = () => W.link.bundle() || {};
    const tagRow = (index) => ((bundle().catalogue || {}).tags || [])[index];

    function columns(frame) {
        if (!unpacked.has(frame)) unpacked.set(frame, {...W.geometry.columns(frame), second: W.geometry.secondRooms(frame)});
        return unpacked.get(frame);
    }

    const frames = () => Object.entries(bundle().frames || {}).map(([level, frame]) => [Number(level), frame, columns(frame)]);

    /** What the frames say of one tag, or null. */
    function find(tag) {
        for (const [level, frame, cols] of frames()) {
            const row = cols.tag.indexOf(tag);
            if (row >= 0) return fact(level, frame, cols, row);
        }
        return null;
    }

    function fact(level, frame, cols, row) {
        const flags = cols.flags[row];
        return {
            tag: cols.tag[row], level, t: frame.t, room: cols.room[row] === NOWHERE ? -1 : cols.room[row],
            since: cols.since[row] === NOWHERE ? null : frame.t - 60 * cols.since[row], minutes: cols.since[row],
            age: W.geometry.ageSeconds(cols.age[row]), state: flags & 7, pressed: Boolean(flags & 8), used: Boolean(flags & 16),
            unsure: Boolean(flags & 32), second: cols.second.get(row) || null, p: cols.p[row], r: cols.r[row] / 10,
        };
    }

    function inRoom(room) {
        const found = [];
        for (const [level, frame, cols] of frames()) {
            for (let row = 0; row < cols.n; row++) if (cols.room[row] === room) found.push(fact(level, frame, cols, row));
        }
        return found;
    }

    /** A text, or its twin for a moment of the past. */
    const then = (key) => say(W.link.past() === null ? key : key + '_then');

    const ago = (seconds) => (seconds < 100 ? count('heard_s', Math.round(seconds)) : count('heard_min', Math.round(seconds / 60)));

    /** When a tag was last heard: how long ago, or at what time when the picture is not of now. */
    const heard = (one) => (W.link.current() ? ago(one.age + W.link.quiet()) : time(one.t - one.age, true));

    function roomName(index) {
        const room = site().rooms[index];
        if (!room) return say('no_room');
        return room[1] && room[1] !== room[0] ? room[1] : room[0];
    }

    // --- pieces ----------------------------------------------------------------------------------------------------

    const line = (term, ...value) => h('div.fact', {'data-key': term}, h('dt', null, term), h('dd', null, ...value));
    const facts = (...lines) => h('dl.facts', {'data-key': 'facts'}, ...lines);
    const title = (text) => h('h3.panel-heading', {'data-key': 'h-' + text}, text);

    function head(iconName, text, note) {
        const close = h('button.icon-button', {type: 'button', 'data-act': 'close', 'aria-label': say('close'), title: say('close')}, icon('close'));
        const words = h('div', null, h('h2', null, text), h('p.panel-note', null, note));
        return h('header.panel-head', {'data-key': 'head'}, h('span.panel-mark', null, icon(iconName)), words, close);
    }

    /** A room to go to; `text` is what the button says instead of its name. */
    function toRoom(index, withLevel, text) {
        const room = site().rooms[index];
        if (!room) return say('no_room');
        const level = withLevel ? h('span.quiet', null, (site().levels[room[2]] || [''])[0]) : null;
        const number = room[1] && room[1] !== room[0] ? h('span.quiet', null, room[0]) : null;
        return h('span.place', null, h('button.link-button', {type: 'button', 'data-room': index}, text || roomName(index)), number, level);
    }

    function tagButton(one) {
        const row = tagRow(one.tag) || ['', 'asset', '', String(one.tag)];
        const off = one.state !== 0;
        const state = off ? name('states', one.state) + ', ' + heard(one) : say('sure_short', {percent: percent(one.p)}) + ' · ' + heard(one);
        return h('li', {'data-key': 'tag-' + one.tag}, h('button.tag-row' + (off ? '.off' : ''), {type: 'button', 'data-tag': one.tag},
            icon(row[1]), h('span.tag-label', null, row[3]), h('span.quiet', null, state)));
    }

    function meter(value) {
        return h('span.meter', {'aria-hidden': 'true'}, h('span', {style: `width:${value}%`}));
    }

    // --- a tag -----------------------------------------------------------------------------------------------------

    function tagPanel(index) {
        const row = tagRow(index);
        if (!row) return [h('p.empty', {'data-key': 'wait'}, say('catalogue_waits'))];
        const [mac, kind, type, label, model, home] = row;
        const where = find(index);
        const note = type && type !== kind ? name('kinds', kind) + ' · ' + name('types', type) : name('kinds', kind);
        const parts = where ? placed(where, kind) : unplaced(index);
        const homeRoom = home ? site().rooms.findIndex((room) => room[0] === home) : -1;
        const last = facts(
            home ? line(say('home'), homeRoom >= 0 ? toRoom(homeRoom) : home) : null,
            line(say('tag'), h('span.mono', null, mac.replace(/(..)(?=.)/g, '$1:')), h('span.quiet', null, model)),
        );
        last.dataset.key = 'last';
        const copy = h('button.tool.wide', {type: 'button', 'data-act': 'copy', 'data-key': 'copy'}, icon('link'), h('span', null, say('copy')));
        return [head(kind, label || name('types', type), note), ...parts, trail(), last, copy];
    }

    /** How far back the way of the chosen tag is drawn, and what is known of it. */
    function trail() {
        const {trail: hours} = W.floor.asked.view || {trail: 0};
        const choice = (value, text) => h('button.segment', {
            type: 'button', 'data-trail': value, 'data-key': 'trail-' + value, 'aria-pressed': String(hours === value)}, text);
        const slot = W.areas.state('trail');
        const told = !hours ? '' : slot.body ? walked(slot.body)
            : slot.state === 'asking' ? say('layer_asking')
            : say(slot.status === 404 || slot.status === 403 ? 'layer_forbidden' : 'layer_failed');
        return h('div.trail', {'data-key': 'trail'}, h('h3.panel-heading', null, say('trail')),
            h('div.segments', {role: 'group', 'aria-label': say('trail')}, choice(0, say('trail_off')),
                ...[1, 4, 12].map((value) => choice(value, say('trail_h', {hours: value})))),
            told ? h('p.quiet.trail-note', {role: 'status'}, told) : null);
    }

    function walked(body) {
        if (!body.t.length) return say('trail_none');
        const {level} = W.floor.asked.view;
        const away = level !== 'all' && body.level.some((one) => one !== level);
        const told = say('trail_from', {from: time(body.since + body.t[0]), metres: figure(length(body))});
        return away ? told + ' ' + say('trail_elsewhere') : told;
    }

    /** Metres walked along a trail, level by level. */
    function length({x, y, begins}) {
        let cm = 0;
        for (let i = 1; i < x.length; i++) if (!begins.includes(i)) cm += Math.hypot(x[i] - x[i - 1], y[i] - y[i - 1]);
        return cm / 100;
    }

    function placed(one, kind) {
        const why = {[STALE]: 'stale_why', [UNOBSERVED]: 'unobserved_why'}[one.state];
        const room = site().rooms[one.room];
        const place = room ? rooms(one) : [h('span.place', null, say('no_room'), h('span.quiet', null, site().levels[one.level][0]))];
        if (one.unsure) place.push(h('span.place.unsure', {'data-key': 'unsure'}, icon('help'), say('level_unsure')));
        const since = one.since === null ? say('since_unknown') : h('span', null, time(one.since), h('span.quiet', null, duration(one.minutes)));
        const sure = [
            room ? h('span', null, say('sure_room', {percent: percent(one.p)}), meter(one.p)) : null,
            h('span.quiet', null, say('sure_radius', {metres: figure(one.r, 1)})),
        ];
        return [
            badge(one.state, why ? then(why) : null),
            one.pressed ? h('p.pressed', {'data-key': 'pressed'}, icon('bell'), say('pressed')) : null,
            facts(
                line(say('where'), ...place), line(say('since'), since), line(say('sure'), ...sure),
                line(say('heard'), heard(one)),
                kind === 'asset' ? line(say('use'), one.used ? say('in_use') : say('not_in_use')) : null,
            ),
        ].filter(Boolean);
    }

    /** The room, and the second likeliest where the first is in doubt. */
    function rooms(one) {
        if (!one.second || !site().rooms[one.second[0]]) return [toRoom(one.room, true)];
        const [second, p] = one.second;
        const told = (key, index, share) => say(key, {room: roomName(index), percent: percent(share)});
        const elsewhere = site().rooms[second][2] !== site().rooms[one.room][2];
        return [toRoom(one.room, true, told('room_share', one.room, one.p)), toRoom(second, elsewhere, told('room_or', second, p))];
    }

    function duration(minutes) {
        const unit = (value, what) => new Intl.NumberFormat(site().language, {style: 'unit', unit: what, unitDisplay: 'short'}).format(value);
        return minutes < 60 ? unit(minutes, 'minute') : unit(Math.floor(minutes / 60), 'hour') + ' ' + unit(minutes % 60, 'minute');
    }

    function badge(state, why) {
        return h('div.state', {'data-key': 'state', 'data-state': state},
            h('span.state-word', null, state === 0 && !W.link.current() ? then('was_live') : name('states', state)), why ? h('p', null, why) : null);
    }

    /** Not in the frames: lost, never heard, or on a level whose frame is on its way. */
    function unplaced(index) {
        const summary = bundle().summary;
        const gone = ((summary && summary.elsewhere) || []).find((row) => row[0] === index);
        if (!gone) return [h('p.empty', {'data-key': 'none'}, summary ? say('looking') : say('no_data'))];
        const [, , room, t] = gone;
        return [badge(LOST, then('lost_why')), facts(line(say('last_seen'), toRoom(room, true)), line(say('heard'), time(t)))];
    }

    // --- a room ----------------------------------------------------------------------------------------------------

    function roomPanel(index) {
        const room = site().rooms[index];
        if (!room) return nothing();
        const [number, , level, department, area] = room;
        const found = inRoom(index);
        const groups = [['patient', say('patients')], ['staff', say('staff')], ['asset', say('equipment')], ['sensor', say('sensors')]];
        const where = [number, (site().levels[level] || [''])[0]].join(' · ');
        const lists = groups.flatMap(([kind, text]) => group(text, found.filter((one) => (tagRow(one.tag) || [])[1] === kind)));
        const about = facts(
            department ? line(say('department'), site().departments[department] || department) : null,
            line(say('area'), figure(area, area < 10 ? 1 : 0) + ' m²'),
        );
        about.dataset.key = 'about';
        const value = layerFact(index);
        if (value) lists.unshift(value);
        const secret = hidden(index, level);
        const nothingHere = lists.length === (value ? 1 : 0) && !secret;
        return [head('door', roomName(index), where), climate(index, level), ...lists, secret,
            nothingHere ? h('p.empty', {'data-key': 'empty'}, then('empty_room')) : null, about].filter(Boolean);
    }

    /** What the rooms are coloured by just now, as a sentence. */
    function layerFact(index) {
        const text = W.values && W.values.quantity() ? W.values.text(index) : '';
        return text ? h('p.layer-fact', {'data-key': 'layer'}, icon('layers'), text) : null;
    }

    /** How many are here that this visitor may not see. */
    function hidden(index, level) {
        const rows = ((bundle().frames || {})[level] || {}).hidden || [];
        const told = rows.filter(([room]) => room === index).map(([, kind, n]) => count('hidden_' + kind, n));
        return told.length ? h('p.quiet', {'data-key': 'hidden'}, told.join(' · ')) : null;
    }

    function climate(index, level) {
        const frame = (bundle().frames || {})[level];
        const row = frame && frame.temp && frame.temp[index];
        if (!row) return h('p.quiet.climate-none', {'data-key': 'climate'}, say('no_sensor'));
        const [temperature, humidity, age, code, of] = row;
        const what = /_fridge$/.test(of) ? name('types', of) : say('temperature');
        const value = (number, digits, unit) => (number === null ? '–' : figure(number, digits) + unit);
        return h('div.climate', {'data-key': 'climate', 'data-code': code},
            h('div', null, h('span.big', null, value(temperature, 1, ' °C')), h('span.quiet', null, what)),
            h('div', null, h('span.big', null, value(humidity, 0, ' %')), h('span.quiet', null, say('humidity'))),
            h('p', null, h('span.climate-code', null, name('climate', code)), age === null ? null : h('span.quiet', null, heard({age, t: frame.t}))));
    }

    function group(text, found) {
        if (!found.length) return [];
        found.sort((a, b) => a.tag - b.tag);
        const rest = found.length - MOST_ROWS;
        return [
            h('h3.panel-heading', {'data-key': 'h-' + text}, text, h('span.count', null, figure(found.length))),
            h('ul.tag-list', {'data-key': 'l-' + text}, ...found.slice(0, MOST_ROWS).map(tagButton)),
            rest > 0 ? h('p.quiet', {'data-key': 'r-' + text}, count('more', rest)) : null,
        ].filter(Boolean);
    }

    // --- nothing chosen --------------------------------------------------------------------------------------------

    function nothing() {
        const {summary} = bundle();
        const parts = [h('p.hint', {'data-key': 'hint'}, icon('target'), say('nothing'))];
        if (!summary) return parts;
        parts.push(title(then('building')), levels(summary.levels || []), title(say('presses')));
        const presses = summary.presses || [];
        parts.push(presses.length ? h('ol.presses', {'data-key': 'presses'}, ...presses.slice(0, 8).map(press))
            : h('p.empty', {'data-key': 'presses'}, say('presses_none')));
        parts.push(h('p.quiet.note', {'data-key': 'note'}, say('presses_note')));
        return parts;
    }

    function levels(rows) {
        const cell = (value) => h('td', null, figure(value));
        const body = rows.map((row, index) => h('tr', {'data-key': 'level-' + index},
            h('th', {scope: 'row'}, h('button.link-button', {type: 'button', 'data-level': index}, (site().levels[index] || [index])[0])),
            cell(row.patients), cell(row.staff), cell(row.assets))).reverse();
        const heads = [say('level'), say('patients'), say('staff'), say('equipment')].map((text) => h('th', {scope: 'col'}, text));
        return h('table.levels', {'data-key': 'levels'}, h('thead', null, h('tr', null, ...heads)), h('tbody', null, ...body));
    }

    function press(one) {
        const row = tagRow(one.tag) || ['', 'staff', '', String(one.tag)];
        const room = one.room >= 0 ? roomName(one.room) : (site().levels[one.level] || [say('no_room')])[0];
        return h('li', {'data-key': `press-${one.tag}-${one.t}`}, h('button.tag-row', {type: 'button', 'data-tag': one.tag},
            icon('bell'), h('span.tag-label', null, row[3], h('span.quiet', null, room)), h('span.quiet', null, time(one.t))));
    }

    // --- on the page -----------------------------------------------------------------------------------------------

    function render() {
        const body = document.getElementById('panel-body');
        if (!body || !W.geometry) return;
        const chosen = W.choose.selection();
        const parts = !chosen ? nothing() : chosen.type === 'tag' ? tagPanel(chosen.index) : roomPanel(chosen.index);
        syncChildren(body, parts);
        const heading = body.querySelector('h2');
        write(document.querySelector('.sheet-title'), heading ? heading.textContent : then('building'));
        open(document.documentElement.hasAttribute('data-sheet'));
    }

    function plan() {
        if (planned) return;
        planned = true;
        requestAnimationFrame(() => { planned = false; render(); });
    }

    function open(wanted) {
        document.documentElement.toggleAttribute('data-sheet', wanted);
        const handle = document.getElementById('panel-handle');
        if (!handle) return;
        handle.setAttribute('aria-expanded', String(wanted));
        handle.title = say(wanted ? 'sheet_close' : 'sheet_open');
    }

    function copy(button) {
        const done = () => {
            write(button.querySelector('span:last-child'), say('copied'));
            window.setTimeout(plan, 1500);
        };
        if (navigator.clipboard) navigator.clipboard.writeText(window.location.href).then(done, () => { /* refused by the person */ });
    }

    document.addEventListener('click', (event) => {
        if (event.target.closest('#panel-handle')) { open(!document.documentElement.hasAttribute('data-sheet')); return; }
        const button = event.target.closest('#panel-body button');
        if (!button) return;
        const {tag, room, level, act, trail: hours} = button.dataset;
        if (tag !== undefined) W.choose.select({type: 'tag', index: Number(tag)});
        if (room !== undefined) W.choose.select({type: 'room', index: Number(room)});
        if (level !== undefined) W.choose.levelKey(level);
        if (hours !== undefined) W.choose.trail(Number(hours));
        if (act === 'close') W.choose.select(null);
        if (act === 'copy') copy(button);
    });

    W.panel = {
        plan, find,
        /** A new choice: show it from the top, and raise the sheet of a narrow screen. */
        changed(chosen) {
            const body = document.getElementById('panel-body');
            if (body) body.scrollTop = 0;
            if (chosen) open(true);
            plan();
        },
    };
})();
