/* Beside the table of assets: everything about the chosen thing, and what can be done with it. */
(function () {
    'use strict';

    const W = window.wardlight;
    const E = W.equipment;
    const {h, icon, syncChildren} = W.dom;
    const {say, count, figure, name, percent, time, date, site} = W.words;
    const kept = {asked: 0, of: null, at: 0, detail: null};
    const AGAIN_MS = 15000;

    const line = (term, ...value) => h('div.fact', {'data-key': term}, h('dt', null, term), h('dd', null, ...value));
    const head = (text, note) => h('header.panel-head', {'data-key': 'head'}, h('span.panel-mark', null, icon(E.now.task === 'near' ? 'walk' : E.now.task === 'add' ? 'scan' : 'asset')),
        h('div', null, h('h2', {tabindex: -1}, text), h('p.panel-note', null, note)),
        E.now.side ? h('button.icon-button', {type: 'button', 'data-do': 'close', 'aria-label': say('close'), title: say('close')}, icon('close')) : null);
    const moment = (t) => (E.clock() - t > 72000 ? date(t) + ' ' : '') + time(t);

    function ask(mac) {
        if (!mac || (kept.of === mac && performance.now() - kept.at < AGAIN_MS)) return;
        if (kept.of !== mac) kept.detail = null;
        Object.assign(kept, {of: mac, at: performance.now(), asked: kept.asked + 1});
        E.set('equipment-detail-ask', {data: {n: kept.asked, mac}});
    }

    // --- what is known -------------------------------------------------------------------------------------------------

    function judged(row) {
        const old = row.state === 0 ? null : h('p.eq-why', {'data-key': 'why'}, icon(row.state === 2 ? 'unplugged' : 'clock'), say({1: 'stale_why', 2: 'unobserved_why', 3: 'lost_why', 4: 'nowhere'}[row.state]));
        return [
            h('div.eq-now', {'data-key': 'now'}, h('span.eq-status.big', {'data-status': row.status}, icon(E.grid.STATUS_ICON[row.status]), row.statusText), h('span.quiet', null, row.stateText)),
            old,
            row.down ? h('p.eq-why', {'data-key': 'down'}, icon('close'), say('eq_down_since', {time: moment(row.down[0])}) + (row.down[1] ? ': ' + row.down[1] : '')) : null,
        ];
    }

    function facts(row) {
        const room = row.roomText ? h('span.place', null, row.roomText, h('span.quiet', null, row.levelText)) : say('eq_no_room');
        return [
            h('dl.facts', {'data-key': 'facts'},
                line(row.missing ? say('last_seen') : say('where'), room),
                row.departmentText ? line(say('eq_department'), row.departmentText) : null,
                row.since === null || row.missing ? null : line(say('since'), moment(row.since), h('span.quiet', null, E.grid.stay(row))),
                line(say('heard'), E.grid.age(row), row.p === null ? null : h('span.quiet', null, say('eq_sure', {percent: percent(row.p)}))),
                line(say('eq_battery'), row.battery ? E.grid.battery(row) : say('unknown'), row.battery ? h('span.quiet', null, say('eq_ago', {time: E.grid.span(E.clock() - row.battery[3])})) : null, row.low ? h('span.eq-mark', {'data-mark': 'late'}, icon('alert'), say('eq_low')) : null),
                line(say('eq_use_day'), ...use(row.day)), line(say('eq_use_week'), ...use(row.week)),
                line(say('eq_idle'), E.grid.idle(row) || say('unknown')),
                row.home ? line(say('home'), E.roomText(site().rooms.findIndex((room) => room[0] === row.home)) || row.home) : null,
                row.maker || row.serial ? line(say('eq_thing'), row.maker, h('span.quiet', null, row.serial)) : null,
                row.owner ? line(say('eq_owner'), E.departmentName(row.owner)) : null,
                row.due ? line(say('eq_due'), E.grid.service(row), row.due > 1 ? h('span.eq-mark', {'data-mark': row.due === 3 ? 'late' : 'soon'}, icon(row.due === 3 ? 'alert' : 'clock'), due(row)) : null) : null,
                line(say('tag'), h('span.mono', null, row.mac.replace(/(..)(?=.)/g, '$1:')), h('span.quiet', null, row.model))),
        ];
    }

    const due = (row) => (row.due === 3 ? count('eq_late_days', -row.days) : row.days ? count('eq_in_days', row.days) : say('eq_today'));

    function use(share) {
        if (!share) return [say('eq_use_none')];
        return [percent(share[0]), h('span.quiet', null, say('eq_use_of', {hours: figure(share[1], 1), percent: percent(share[2])}))];
    }

    function links(row) {
        const rooms = row.roomNumber ? h('a.tool', {href: '/?room=' + encodeURIComponent(row.roomNumber)}, icon('door'), say('eq_room_on_floor')) : null;
        return h('div.buttons', {'data-key': 'links'}, row.missing ? rooms : h('a.tool', {href: '/?tag=' + row.mac}, icon('cube'), say('eq_on_floor')));
    }

    // --- what was ----------------------------------------------------------------------------------------------------

    function stays(detail) {
        const heading = h('h3.panel-heading', {'data-key': 'stays-h'}, say('eq_stays'));
        if (!detail) return [heading, h('p.working', {'data-key': 'stays-wait'}, say('looking'))];
        if (detail.fault) return [heading, h('p.eq-bad', {'data-key': 'stays-bad'}, detail.fault)];
        if (!detail.stays.length) return [heading, h('p.empty', {'data-key': 'stays-none'}, say('eq_stays_none'))];
        const row = ([number, text, enter, leave, sure, observed]) => h('li', {'data-key': 's' + enter},
            h('span.eq-stay-time', null, moment(enter) + '–' + (leave === null ? '' : time(leave))),
            h('span', null, text && text !== number ? number + ' ' + text : number, h('span.quiet', null, say('eq_sure', {percent: percent(sure)}) + (observed < 90 ? ' · ' + say('eq_observed', {percent: percent(observed)}) : ''))),
            h('span.eq-stay-span', null, E.grid.span((leave === null ? E.clock() : leave) - enter)));
        return [heading, h('ol.eq-stays', {'data-key': 'stays'}, ...detail.stays.map(row)), detail.more ? h('p.quiet', {'data-key': 'stays-more'}, count('eq_stays_more', detail.more)) : null];
    }

    /** Where a missing thing was last, and who was there. */
    function company(detail) {
        const c = detail && detail.company;
        if (!c) return [];
        const people = (rows) => rows.map(([label, kind, enter, leave], i) => h('li', {'data-key': 'c' + i}, icon(kind), h('span', null, label || name('kinds', kind)), h('span.quiet', null, moment(enter) + '–' + (leave === null ? '' : time(leave)))));
        const who = !c.people ? h('p', null, say('eq_company_none', {minutes: figure(c.minutes)}))
            : c.named ? h('ul.eq-company', null, ...people(c.named)) : h('p', null, count('eq_company_hidden', c.people));
        return [h('section.eq-missing', {'data-key': 'company'}, h('h3.panel-heading', null, say('eq_company')),
            h('p', null, say('eq_company_where', {room: c.number + ' ' + c.name, from: moment(c.enter), to: moment(c.end), percent: percent(c.sure)})),
            c.named && c.people ? h('p.quiet', null, say('eq_company_when', {minutes: figure(c.minutes)})) : null, who)];
    }

    // --- the panel ---------------------------------------------------------------------------------------------------

    function thing() {
        const row = E.now.byMac.get(E.now.chosen);
        if (!row || row.text === undefined) return [head(say('eq_asset'), ''), h('p.empty', {'data-key': 'gone'}, E.now.facts ? say('eq_not_here', {mac: E.now.chosen}) : say('eq_waiting'))];
        ask(row.mac);
        const detail = kept.detail && kept.detail.mac === row.mac ? kept.detail : null;
        return [head(row.label, row.typeName), ...judged(row), links(row), ...E.tag.actions(row), ...company(detail), ...facts(row), ...stays(detail)];
    }

    function render() {
        const slot = document.getElementById('equipment-side');
        if (!slot) return;
        document.getElementById('equipment').dataset.side = E.now.side ? 'open' : 'closed';
        const parts = E.now.task === 'add' ? [head(say('eq_add'), say('eq_add_note')), ...E.tag.form()]
            : E.now.chosen && E.now.task !== 'near' ? thing()
                : [head(say('eq_near'), say('eq_near_note')), ...E.near.parts()];
        const key = E.now.task + '/' + E.now.chosen;
        syncChildren(slot, parts.filter(Boolean));
        if (slot.dataset.shows !== key) {
            slot.dataset.shows = key;
            slot.scrollTop = 0;
            if (E.now.side && (E.now.task || window.matchMedia('(max-width: 1099px)').matches)) (slot.querySelector('[data-first]') || slot.querySelector('h2')).focus({preventScroll: true});
        }
    }

    document.addEventListener('click', (event) => {
        const anchor = event.target.closest('#equipment-side a');
        if (!anchor || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
        event.preventDefault();
        window.history.pushState({}, '', anchor.getAttribute('href'));
        window.dispatchEvent(new CustomEvent('_dashprivate_pushstate'));
    });

    window.dash_clientside.wardlight = Object.assign(window.dash_clientside.wardlight, {
        equipmentDetail(answer) {
            if (answer && answer.n === kept.asked) { kept.detail = answer.detail; E.render(); }
            return undefined;
        },
    });
    E.parts.push(render);
    E.side = {head, again() { kept.at = -Infinity; }};
})();
