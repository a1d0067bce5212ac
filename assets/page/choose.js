/* What the visitor looks at: level, layers, selection, search, and the address that says all of it. */
(function () {
    'use strict';

    const W = (window.wardlight = window.wardlight || {});
    const {say, name, site} = W.words;
    const set = (id, props) => window.dash_clientside.set_props(id, props);
    const now = {selection: null, view: null, asked: null, pending: null, byName: false};

    const onFloor = () => Boolean(document.getElementById('level'));
    const catalogue = () => ((W.link.bundle() || {}).catalogue || {}).tags || [];

    /** Choose a tag or room ({type, index}), or nothing (null). */
    function select(selection) {
        if (!onFloor()) return;
        now.byName = Boolean(selection);
        set('selection', {data: selection});
    }

    /** Among all levels others would stand in the way of what was asked for by name; a click there stays there. */
    const stays = () => Boolean(now.view) && now.view.level === 'all' && !now.byName;

    function goTo(level) {
        if (stays() || (now.view && now.view.level === level)) return;
        set('level', {value: String(level)});
    }

    /** The selection has changed, here or by a click on the model. */
    function selected(selection) {
        const changed = JSON.stringify(selection) !== JSON.stringify(now.selection);
        now.selection = selection;
        now.asked = null;
        if (selection && now.pending && now.pending.asked) now.pending = null;
        if (selection && selection.type === 'room' && site().rooms[selection.index]) goTo(site().rooms[selection.index][2]);
        if (changed) follow();
        remember();
        if (changed) W.areas.update();
        if (W.panel) W.panel.changed(Boolean(selection));
    }

    /** A chosen tag may be on a level that is not watched: ask where it is, and go there. */
    function follow() {
        const chosen = now.selection;
        if (!chosen || chosen.type !== 'tag' || !now.view || stays()) return;
        if (now.view.level !== 'all' && W.panel && W.panel.find(chosen.index)) return;
        if (now.asked && performance.now() - now.asked < 3000) return;
        now.asked = performance.now();
        const past = W.travel && W.travel.at() !== null;
        const found = past ? W.travel.where(chosen.index).then((level) => ({level}))
            : fetch('/live/where?tag=' + chosen.index).then((answer) => (answer.ok ? answer.json() : null));
        found
            .then((place) => {
                if (place && place.level !== null && now.selection === chosen) goTo(place.level);
            })
            .catch(() => { /* the lamp tells that the server is away */ });
    }

    // --- address ---------------------------------------------------------------------------------------------------

    function remember() {
        if (onFloor() && !now.pending && now.view) W.address.write(now.view, now.selection, catalogue());
    }

    /** The page has just been drawn: take what its address asks for. A tag waits for the catalogue. */
    function arrive() {
        now.pending = W.address.read(now.view);
        settle();
    }

    /** The plan is of one level: of the chosen room's or tag's, else the ground floor. */
    function shape(wanted) {
        const flat = wanted ? wanted === 'plan' : now.view.shape !== 'plan';
        if (flat && now.view.level === 'all') set('level', {value: String(groundLevel())});
        set('floor-shape', {value: flat ? 'plan' : '3d'});
    }

    function groundLevel() {
        const chosen = now.selection;
        if (chosen && chosen.type === 'room' && site().rooms[chosen.index]) return site().rooms[chosen.index][2];
        const place = chosen && chosen.type === 'tag' && W.panel ? W.panel.find(chosen.index) : null;
        return place ? place.level : site().ground || 0;
    }

    /** Choose what the address asked for. It stays pending, and the address as it is, until that has happened. */
    function settle() {
        const {pending} = now;
        if (!pending || pending.asked || !onFloor() || (pending.tag && !catalogue().length)) return;
        const mac = (pending.tag || '').replace(/[^0-9a-f]/gi, '').toUpperCase();
        const type = pending.tag ? 'tag' : 'room';
        const index = pending.tag ? catalogue().findIndex((tag) => tag[0] === mac)
            : site().rooms.findIndex((room) => room[0] === pending.room);
        if (index < 0) { now.pending = null; return; }
        pending.asked = true;
        select({type, index});
    }

    // --- search ----------------------------------------------------------------------------------------------------

    function choices() {
        const {rooms, levels} = site();
        const tags = catalogue().map(([mac, kind, type, label], index) => ({
            value: 'tag:' + index, label: label || name('types', type), note: told(label, kind, type), mac, kind, type: name('types', type),
        })).filter((choice) => choice.mac);
        const places = rooms.map(([number, title, level], index) => ({
            value: 'room:' + index, label: title && title !== number ? number + ' ' + title : number,
            note: (levels[level] || [''])[0], kind: 'room',
        }));
        return [...places, ...tags];
    }

    function update(bundle) {
        if (!onFloor()) return;
        const revision = (bundle && bundle.catalogue && bundle.catalogue.rev) || '';
        const drawn = document.getElementById('level');
        if (drawn.dataset.choices !== revision && site().rooms.length) {
            drawn.dataset.choices = revision;
            set('search', {data: choices()});
        }
        settle();
        follow();
        remember();
    }

    /** What a tag is, unless its label says so already. */
    function told(label, kind, type) {
        const what = name('types', type);
        return plain(label).startsWith(plain(what)) ? name('kinds', kind) : what;
    }

    const plain = (text) => String(text || '').normalize('NFD').replace(/[\u0300-\u036f]/g, '').toLowerCase();

    window.dashMantineFunctions = Object.assign(window.dashMantineFunctions || {}, {
        /** Every word must occur in the name, the type or the MAC address; names that begin with it come first. */
        wardlightFilter({options, search, limit}) {
            const words = plain(search).split(/\s+/).filter(Boolean);
            if (!words.length) return options.slice(0, limit);
            const bare = plain(search).replace(/[:\-\s]/g, '');
            const found = options.filter((choice) => {
                const text = plain([choice.label, choice.note, choice.type].join(' '));
                return words.every((word) => text.includes(word)) || (bare.length > 3 && plain(choice.mac).includes(bare));
            });
            const first = (choice) => (plain(choice.label).startsWith(words[0]) ? 0 : 1);
            return found.sort((a, b) => first(a) - first(b)).slice(0, limit);
        },
        wardlightOption({option}) {
            const e = window.React.createElement;
            return e('span', {className: 'choice'},
                e('span', {className: 'icon icon-' + (option.kind === 'room' ? 'door' : option.kind), 'aria-hidden': 'true'}),
                e('span', {className: 'choice-label'}, option.label),
                e('span', {className: 'choice-note'}, option.note));
        },
    });

    window.dash_clientside = Object.assign(window.dash_clientside || {}, {wardlight: {
        ...((window.dash_clientside || {}).wardlight || {}),
        view(level, layers, form, colour, hours, ways, trail) {
            const before = now.view;
            now.view = {
                level: level === 'all' ? 'all' : Number(level), layers: layers || [], shape: form || '3d', colour: colour || 'department',
                hours: Number(hours) || 12, ways: ways || '', trail: trail || 0,
            };
            const drawn = document.getElementById('level');
            if (drawn && !drawn.dataset.met) {
                drawn.dataset.met = 'yes';
                arrive();
            } else if (now.view.shape === 'plan' && now.view.level === 'all') {
                // There is no plan of all levels: what was chosen last wins.
                if (before && before.shape === 'plan') set('floor-shape', {value: '3d'}); else shape('plan');
            }
            remember();
            window.setTimeout(() => { W.areas.update(); W.legend.plan(); });
            if (W.panel) W.panel.plan();
            return now.view;
        },
        selected(selection) { selected(selection || null); return undefined; },
        searched(value) {
            if (!value) return window.dash_clientside.no_update;
            const [type, index] = value.split(':');
            select({type, index: Number(index)});
            return null;
        },
        everyAsset(clicks, layers, all) {
            if (!clicks) return window.dash_clientside.no_update;
            const assets = all.filter((layer) => layer.startsWith('asset:'));
            const rest = (layers || []).filter((layer) => !layer.startsWith('asset:'));
            return assets.every((layer) => (layers || []).includes(layer)) ? rest : [...rest, ...assets];
        },
    }});

    W.choose = {
        select, update, shape, remember,
        trail(hours) { set('floor-trail', {data: hours}); },
        selection: () => now.selection,
        focusSearch() { const box = document.getElementById('search'); if (box) (box.matches('input') ? box : box.querySelector('input')).focus(); },
        levelKey(key) {
            const wanted = key === 'a' ? 'all' : key;
            if (wanted === 'all' || site().levels[Number(wanted)]) set('level', {value: wanted});
        },
    };
})();
