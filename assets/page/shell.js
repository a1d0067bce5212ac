/* The header and what all pages share: lamp, clock, catching-up notice, banner, menu, shortcuts. */
(function () {
    'use strict';

    const W = (window.wardlight = window.wardlight || {});
    const by = (id) => document.getElementById(id);
    const {write} = W.dom;
    const {say, count, time, date, site} = W.words;
    const told = {};

    function ageText(age, summary) {
        if (W.link.past() !== null) return say('past_age');
        if (age === null) return summary && W.link.now().state !== 'deaf' ? say('last_data', {time: time(summary.t, true)}) : say('no_data');
        return age < 100 ? count('data_from', Math.round(age)) : count('data_from_min', Math.round(age / 60));
    }

    function lamp() {
        const box = by('lamp');
        if (!box) return;
        const {state, age} = W.link.now();
        const summary = (W.link.bundle() || {}).summary;
        document.documentElement.dataset.link = state;
        box.dataset.state = state;
        write(box.querySelector('.lamp-state'), say(state));
        write(box.querySelector('.lamp-age'), ageText(age, summary));
        banner(state, summary);
        announce(state);
    }

    function banner(state, summary) {
        const box = by('link-banner');
        const text = {stale: say('banner_stale'), lost: say('banner_lost'), deaf: say('banner_deaf')}[state] || '';
        box.hidden = !text;
        write(box.querySelector('.banner-text'), text);
        write(box.querySelector('.banner-time'), text && summary && state !== 'deaf' ? say('last_data', {time: time(summary.t, true)}) : '');
    }

    /** Say a change of state once, for those who do not see the lamp. */
    function announce(state) {
        const quiet = ['connecting', 'lagging', 'past'].includes(state) || told.state === state;
        if (quiet || (state === 'live' && !told.state)) { told.state = told.state || (state === 'live' ? state : undefined); return; }
        write(by('link-said'), state === 'live' ? say('said_live') : say('banner_' + state));
        told.state = state;
    }

    function clock() {
        const box = by('site-clock');
        const t = W.link.clock();
        const summary = (W.link.bundle() || {}).summary;
        if (!box) return;
        write(box.querySelector('.clock-time'), t ? time(t, true) : '––:––:––');
        write(box.querySelector('.clock-date'), t ? date(t) : '');
        const fast = summary && summary.demo && summary.speed > 1 ? ' ×' + Math.round(summary.speed) : '';
        const now = summary && summary.demo ? say('demo') + fast : '';
        write(box.querySelector('.clock-demo'), W.link.past() !== null ? say('past') : now);
    }

    function catchUp() {
        const box = by('catch-up');
        const summary = (W.link.bundle() || {}).summary;
        const until = summary && summary.catch_up_until;
        if (!box) return;
        box.hidden = !until || summary.t >= until;
        if (box.hidden) return;
        const span = site().catch_up_s || 1;
        const share = Math.min(Math.max(1 - (until - summary.t) / span, 0), 1);
        const text = say('catching_up', {time: time(summary.t), until: time(until)});
        write(box.querySelector('.catch-up-text'), text);
        const bar = box.querySelector('progress');
        bar.value = share;
        bar.setAttribute('aria-label', text);
    }

    function tick() {
        if (!by('words')) return;
        lamp();
        clock();
        catchUp();
        if (W.kpi) W.kpi.age();
        if (W.panel && !W.link.current()) W.panel.plan();
    }

    /** What plays comes ten times a second; texts that change so fast nobody can read. */
    function hasty(bundle) {
        if (!bundle || !bundle.past || !bundle.past.playing || performance.now() - (told.texts || 0) > 450) {
            told.texts = performance.now();
            return false;
        }
        return true;
    }

    window.setInterval(tick, 500);

    // --- menu of a narrow screen, shortcuts ------------------------------------------------------------------------

    function closeMenu() {
        document.documentElement.removeAttribute('data-menu');
        const button = by('nav-menu-button');
        if (button) button.setAttribute('aria-expanded', 'false');
    }

    document.addEventListener('click', (event) => {
        const button = event.target.closest('#nav-menu-button');
        if (button) {
            const open = document.documentElement.toggleAttribute('data-menu');
            button.setAttribute('aria-expanded', String(open));
        } else if (!event.target.closest('#nav-menu') || event.target.closest('a')) {
            closeMenu();
        }
    });

    const KEYS = 'wardlight-shortcuts';
    const shortcuts = () => localStorage.getItem(KEYS) !== 'off';
    const typing = (target) => target.closest('input, textarea, select, [contenteditable]');

    function press(event) {
        if (event.key === 'Escape') closeMenu();
        if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
        if (event.key === 'Escape') {
            const opener = document.activeElement.closest('[aria-haspopup="dialog"][aria-expanded="true"]');
            const dialogs = [...document.querySelectorAll('[role="dialog"]')].filter((one) => one.getClientRects().length);
            if (opener) opener.click();
            else if (dialogs.length) return;
            else if (W.travel && W.travel.at() !== null && !(W.choose && W.choose.selection())) W.travel.go(null);
            else if (W.choose) W.choose.select(null);
            return;
        }
        if (!shortcuts()) return;
        const act = {'/': () => W.choose && W.choose.focusSearch(), '?': () => by('help-button') && by('help-button').click()}[event.key];
        if (act || (/^[0-9a]$/.test(event.key) && W.choose && by('level'))) {
            event.preventDefault();
            if (act) act(); else W.choose.levelKey(event.key);
        }
    }

    document.addEventListener('keydown', press);

    function mark() {
        const here = window.location.pathname;
        for (const link of document.querySelectorAll('.nav-link')) {
            const href = link.getAttribute('href');
            const within = href !== '/' && here.startsWith(href + '/');  // a page of that page, such as /building/plan
            if (href === here || within) link.setAttribute('aria-current', within ? 'true' : 'page');
            else link.removeAttribute('aria-current');
        }
        closeMenu();
    }

    window.dash_clientside = Object.assign(window.dash_clientside || {}, {wardlight: {
        ...((window.dash_clientside || {}).wardlight || {}),
        live(bundle) {
            W.link.take(bundle);
            if (hasty(bundle)) return undefined;
            tick();
            if (W.kpi) W.kpi.update(bundle);
            if (W.choose) W.choose.update(bundle);
            if (W.panel) W.panel.plan();
            return undefined;
        },
        moved() { mark(); return undefined; },
        help(clicks, opened) { return clicks ? !opened : window.dash_clientside.no_update; },
        shortcuts(on) {
            if (on === undefined || on === null) return window.dash_clientside.no_update;
            localStorage.setItem(KEYS, on ? 'on' : 'off');
            return window.dash_clientside.no_update;
        },
    }});
    W.shortcuts = shortcuts;
})();
