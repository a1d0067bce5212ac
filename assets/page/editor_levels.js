/* The plan editor's panes for levels with their picture and scale, and for the building; tools, drafts, start. */
(function () {
    'use strict';

    const W = (window.wardlight = window.wardlight || {});
    const E = W.editor;
    const S = W.shapes;
    const {now, panes, set, acts, field, button, number} = E;
    const {h, icon, syncChildren, write} = W.dom;
    const {say, count, figure} = W.words;
    const TOOLS = [['select', 'V', 'pointer'], ['room', 'R', 'rectangle'], ['polygon', 'P', 'polygon'], ['door', 'D', 'door'], ['gateway', 'G', 'gateway'], ['outline', '', 'outline'], ['scale', 'S', 'ruler'], ['picture', 'M', 'picture']];
    let doomed = null;

    // --- levels ----------------------------------------------------------------------------------------------------

    const sorted = () => [...now.draft.levels].sort((a, b) => b.ordinal - a.ordinal);

    panes.level = () => {
        const level = E.level();
        const below = E.below();
        return [
            h('div.editor-levels', {'data-key': 'levels', role: 'group', 'aria-label': say('ed_levels')}, ...sorted().map((one) => h('button.tool', {type: 'button', 'data-do': 'level', 'data-id': one.id, 'data-key': one.id, 'aria-pressed': String(one === level)},
                h('b', null, one.short_name || one.ordinal), h('span', null, one.name), h('span.quiet', null, count('ed_rooms', one.rooms.length))))),
            h('div.buttons', {'data-key': 'more'}, button('level-add', say('ed_level_above'), {id: 'above'}), button('level-add', say('ed_level_under'), {id: 'under'})),
            E.said(null),
            h('section', {'data-key': level.id},
                h('div.fields', null, field('level.name', say('ed_level_name'), level.name, {wide: true}), field('level.short_name', say('ed_level_short'), level.short_name, {longest: 12}), field('level.ordinal', say('ed_level_ordinal'), level.ordinal, {number: true}),
                    field('level.elevation', say('ed_level_elevation'), level.elevation, {number: true}), field('level.height', say('ed_level_height'), level.height, {number: true})),
                h('div.buttons', null,
                    below ? button('outline-below', say('ed_outline_below', {level: below.name})) : null, below ? button('shafts-below', say('ed_shafts_below')) : null,
                    level.outline.length ? button('outline-off', say('ed_outline_off')) : null,
                    below ? button('ghost', say('ed_ghost'), {pressed: now.ghost}) : null,
                    now.draft.levels.length > 1 ? button('level-remove', say(doomed === level.id ? 'ed_sure' : 'ed_level_remove'), {icon: 'close', id: level.id}) : null)),
            now.fixtures.includes(level.id) ? h('label.editor-check', {'data-key': 'fixtures'}, h('input', {type: 'checkbox', 'data-check': 'fixtures', checked: level.fixtures || null}), h('span', null, say('ed_fixtures'))) : null,
            picturePane(level),
        ];
    };

    Object.assign(acts, {
        level: (id) => E.goLevel(id),
        'level-add'(way) {
            const ordinals = now.draft.levels.map((one) => one.ordinal);
            const ordinal = way === 'above' ? Math.max(...ordinals) + 1 : Math.min(...ordinals) - 1;
            const beside = now.draft.levels.find((one) => one.ordinal === (way === 'above' ? ordinal - 1 : ordinal + 1));
            const name = ordinal < 0 ? say('ed_basement', {number: -ordinal}) : say('ed_floor', {number: ordinal});
            const elevation = S.round(way === 'above' ? beside.elevation + beside.height : beside.elevation - beside.height);
            const fresh = {id: E.fresh(), ordinal, name, short_name: ordinal < 0 ? 'B' + -ordinal : String(ordinal), elevation, height: beside.height, outline: [], rooms: [], doors: [], gateways: [], picture: null, fixtures: true};
            E.edit.draft({levels: [...now.draft.levels, fresh]});
            E.goLevel(fresh.id);
        },
        'level-remove'(id) {
            if (doomed !== id) { doomed = id; E.render(); return; }
            doomed = null;
            E.edit.draft({levels: now.draft.levels.filter((one) => one.id !== id)});
            E.seeAll = true;
        },
        ghost() { now.ghost = !now.ghost; E.render(); },
        'outline-off': () => E.edit.level({outline: []}),
        async 'outline-below'() {
            const [below, id] = [E.below(), E.level().id];
            const outline = await E.outlineOf(below.id);
            if (outline) E.edit.level({outline}, null, id);
        },
        'shafts-below'() {
            const level = E.level();
            const own = new Set(level.rooms.map((one) => (one.shaft || one.name).toLowerCase()));
            const kinds = new Set(['lift', 'stairs']);
            const copies = E.below().rooms.filter((one) => (kinds.has(one.space_type) || ['elevator', 'stairs'].includes(one.category)) && !own.has((one.shaft || one.name).toLowerCase()))
                .map((one) => ({...one, id: E.fresh(), number: ''}));
            if (copies.length) E.edit.level({rooms: [...level.rooms, ...copies]});
            now.said = {text: count('ed_shafts_copied', copies.length)};
            E.render();
        },
    });

    const whole = (text, act) => { const value = number(text); if (Number.isInteger(value) && Math.abs(value) <= 50) act(value); };
    set.level = (text, name) => {
        const key = `level ${now.level} ${name}`;
        if (name === 'ordinal') whole(text, (ordinal) => E.edit.level({ordinal}, key));
        else if (name === 'elevation' || name === 'height') { const value = number(text); if (Number.isFinite(value) && (name === 'elevation' || (value > 0 && value <= 50))) E.edit.level({[name]: value}, key); } else E.edit.level({[name]: text}, key);
    };

    // --- picture and scale -----------------------------------------------------------------------------------------

    function picturePane(level) {
        const {picture} = level;
        const busy = now.busy === 'upload';
        const pages = now.file && now.file.level === level.id ? now.file : null;
        return h('section.editor-picture', {'data-key': 'picture'},
            h('h3', null, say('ed_picture')),
            h('label.tool.editor-upload', {'data-off': busy ? 'yes' : null}, icon('picture'), h('span', null, say(busy ? 'ed_reading' : picture ? 'ed_picture_other' : 'ed_picture_choose')),
                h('input.sr-only', {type: 'file', id: 'ed-file', accept: '.png,.jpg,.jpeg,.svg,.pdf,image/png,image/jpeg,image/svg+xml,application/pdf', disabled: busy || null})),
            picture ? null : h('p.quiet', null, say('ed_picture_about')),
            E.said('picture'),
            pages ? h('div.fields', null, field('page', say('ed_page', {pages: figure(pages.pages)}), pages.page, {number: true})) : null,
            picture ? scalePane(level, picture) : null);
    }

    function scalePane(level, picture) {
        const points = now.tool === 'scale' && now.temp && now.temp.points ? now.temp.points : [];
        const size = {width: figure(picture.width * picture.scale, 1), height: figure(picture.height * picture.scale, 1)};
        return h('div.editor-scale', null,
            h('p', {'data-state': picture.measured ? 'well' : 'open'}, icon(picture.measured ? 'check' : 'alert'), say(picture.measured ? 'ed_scale_is' : 'ed_scale_open', {scale: figure(picture.scale, 4), ...size})),
            points.length === 2 ? h('form.editor-add', {'data-form': 'scale', 'data-key': 'distance'}, h('label', {for: 'ed-distance'}, say('ed_distance')),
                h('input.field', {id: 'ed-distance', type: 'text', inputmode: 'decimal', autocomplete: 'off'}), h('button.tool.main-tool', {type: 'submit'}, say('ed_scale_set')),
                level.rooms.length ? h('label.editor-check', null, h('input', {type: 'checkbox', id: 'ed-scale-rooms', checked: picture.measured ? null : true}), h('span', null, say('ed_scale_rooms'))) : null,
                h('button.tool', {type: 'button', 'data-do': 'straighten'}, say('ed_straighten')))
                : h('div.buttons', null, button('tool', say(picture.measured ? 'ed_scale_again' : 'ed_scale_two'), {id: 'scale', icon: 'ruler', pressed: now.tool === 'scale', main: !picture.measured})),
            h('div.fields', null, field('turn', say('ed_turn'), S.round(picture.turn), {number: true}),
                h('div.field-box', {'data-key': 'faded'}, h('label', {for: 'ed-faded'}, say('ed_faded')), h('input', {id: 'ed-faded', type: 'range', min: 10, max: 100, step: 5, 'data-range': 'faded'}))),
            h('div.buttons', null, button('turn', say('ed_turn_left'), {id: '-90'}), button('turn', say('ed_turn_right'), {id: '90'}), button('picture-off', say('ed_picture_off'), {icon: 'close'})));
    }

    const turned = (degrees) => ((((degrees + 180) % 360) + 360) % 360) - 180;
    Object.assign(acts, {
        turn: (by) => { const {picture} = E.level(); E.edit.level({picture: {...picture, turn: turned(picture.turn + Number(by))}}); E.seeAll = true; },
        'picture-off': () => { E.edit.level({picture: null}); E.setTool('select'); },
        straighten() {
            const {picture} = E.level();
            const [a, b] = now.temp.points.map(([u, v]) => E.pixel(picture, u, v));
            const angle = (Math.atan2(b[1] - a[1], b[0] - a[0]) * 180) / Math.PI;
            E.edit.level({picture: {...picture, turn: S.round(turned(picture.turn + angle - Math.round(angle / 90) * 90))}});
        },
    });
    set.turn = (text) => { const value = number(text); const {picture} = E.level(); if (picture && Number.isFinite(value) && Math.abs(value) <= 360) E.edit.level({picture: {...picture, turn: value}}, 'turn'); };

    /** The two points are `text` metres apart: scale the picture about the first of them, and what was drawn over it. */
    function scale(text) {
        const metres = number(text);
        const level = E.level();
        const {picture} = level;
        const [a, b] = (now.temp && now.temp.points) || [];
        if (!picture || !b || !(metres > 0) || metres > 5000) { now.said = {bad: true, text: say('ed_distance_bad'), of: 'picture'}; E.render(); return; }
        const apart = Math.hypot(b[0] - a[0], b[1] - a[1]);
        if (apart < 3) { now.said = {bad: true, text: say('ed_points_close'), of: 'picture'}; E.render(); return; }
        const fixed = E.pixel(picture, ...a);
        const sized = {...picture, scale: metres / apart, measured: true};
        const went = E.pixel(sized, ...a);
        const fresh = {...sized, x: S.round(sized.x + fixed[0] - went[0]), y: S.round(sized.y + fixed[1] - went[1])};
        const also = E.by('ed-scale-rooms');
        E.edit.level({picture: fresh, ...(also && also.checked ? resized(level, fixed, sized.scale / picture.scale) : {})});
        E.setTool('select');
        E.seeAll = true;
        now.said = {text: say('ed_scale_done', {scale: figure(sized.scale, 4)}), of: 'picture'};
    }

    function resized(level, [cx, cy], k) {
        const at = (x, y) => [S.round(cx + (x - cx) * k), S.round(cy + (y - cy) * k)];
        return {
            rooms: level.rooms.map((room) => ({...room, shape: S.map(room.shape, ([x, y]) => at(x, y))})),
            doors: level.doors.map((door) => { const [[x0, y0], [x1, y1]] = [at(door.x0, door.y0), at(door.x1, door.y1)]; return {...door, x0, y0, x1, y1}; }),
            gateways: level.gateways.map((one) => { const [x, y] = at(one.x, one.y); return {...one, x, y}; }),
            outline: S.map(level.outline, ([x, y]) => at(x, y)),
        };
    }
    E.submits.scale = scale;
    set.page = (text) => { const page = number(text); if (now.file && Number.isInteger(page) && page >= 1 && page <= now.file.pages && page !== now.file.page && now.busy !== 'upload') E.upload(now.file.file, page); };

    // --- building --------------------------------------------------------------------------------------------------

    panes.building = () => {
        const {draft} = now;
        const {place} = draft;
        const grave = E.faults().filter((fault) => fault.grave).length;
        const rooms = draft.levels.reduce((sum, level) => sum + level.rooms.length, 0);
        const finishing = now.busy === 'finish';
        return [
            h('div.fields', {'data-key': 'fields'}, field('title', say('ed_building_name'), draft.title, {wide: true}), field('place.address', say('ed_address'), place.address, {wide: true}), field('place.locality', say('ed_town'), place.locality),
                field('place.country', say('ed_country'), place.country, {longest: 2, placeholder: 'FR'}), field('place.lat', say('ed_lat'), place.lat, {number: true}), field('place.lon', say('ed_lon'), place.lon, {number: true}),
                field('place.bearing', say('ed_bearing'), place.bearing, {number: true}), field('wall', say('ed_wall'), draft.wall, {number: true})),
            h('p.quiet', {'data-key': 'about'}, say(place.lon === null || place.lat === null ? 'ed_no_place' : 'ed_place')),
            h('section.side-foot', {'data-key': 'foot'},
                h('p', null, say('ed_finish_about', {rooms: count('ed_rooms', rooms), levels: count('ed_levels_n', draft.levels.length)})),
                grave ? h('p.fault', null, icon('alert'), count('ed_grave', grave)) : null, E.said('finish'),
                h('div.buttons', null, button('finish', say(finishing ? 'ed_finishing' : 'ed_finish'), {main: true, off: finishing}))),
        ];
    };
    acts.finish = () => E.finish();
    set.title = (text) => E.edit.draft({title: text}, 'title');
    set.wall = (text) => { const value = number(text); if (value >= 0 && value <= 2) E.edit.draft({wall: value}, 'wall'); };
    set.place = (text, name) => {
        const numbers = {lon: 180, lat: 90, bearing: 360};
        if (!(name in numbers)) { E.edit.draft({place: {...now.draft.place, [name]: text}}, 'place ' + name); return; }
        const value = text.trim() === '' ? (name === 'bearing' ? 0 : null) : number(text);
        if (value === null || Math.abs(value) <= numbers[name]) E.edit.draft({place: {...now.draft.place, [name]: value}}, 'place ' + name);
    };

    // --- tools, head, drafts ---------------------------------------------------------------------------------------

    function head() {
        const {draft} = now;
        write(E.by('editor-title'), draft ? ' / ' + (draft.title || say('ed_new_title')) : '');
        const steps = E.by('editor-steps');
        steps.hidden = !draft;
        E.by('editor-saved').hidden = !draft;
        if (!draft) { E.by('editor-alert').hidden = true; return; }
        syncChildren(steps, [button('undo', say('ed_undo'), {icon: 'undo', off: !now.undo.length, title: 'Ctrl+Z'}), button('redo', say('ed_redo'), {icon: 'redo', off: !now.redo.length, title: 'Ctrl+Shift+Z'}), button('drafts', say('ed_all_drafts'), {icon: 'table'})]);
        const {picture} = E.level();
        syncChildren(E.by('editor-tools'), TOOLS.filter(([tool]) => picture || !['scale', 'picture'].includes(tool)).map(([tool, key, mark]) => h('button.tool', {type: 'button', 'data-do': 'tool', 'data-id': tool, 'data-key': tool, 'aria-pressed': String(now.tool === tool), title: key ? `${say('ed_tool_' + tool)} (${key})` : say('ed_tool_' + tool)}, icon(mark), h('span', null, say('ed_tool_' + tool)))));
        const chosenKind = now.tool === 'select' && now.chosen ? now.chosen.kind : '';
        write(E.by('editor-hint'), say(chosenKind ? 'ed_picked_' + chosenKind : 'ed_hint_' + now.tool));
    }

    function drafts() {
        const box = E.by('editor-drafts');
        if (!box || now.draft) return;
        const rows = now.drafts;
        syncChildren(box, [
            h('p.prose-line', {'data-key': 'about'}, say('ed_about')),
            h('div.buttons', {'data-key': 'new'}, button('new', say('ed_new'), {icon: 'rectangle', main: true, off: Boolean(now.busy)}), button('copy', say(now.busy === 'current' ? 'ed_copying' : 'ed_copy'), {icon: 'door', off: Boolean(now.busy)})),
            E.said(null) || '',
            h('h2', {'data-key': 'title'}, say('ed_drafts')),
            rows === null || rows === undefined ? h('p.quiet.working', {'data-key': 'wait'}, say('ed_loading')) : !rows.length ? h('p.quiet', {'data-key': 'none'}, say('ed_drafts_none'))
                : h('div.table-scroll', {role: 'region', tabindex: 0, 'aria-label': say('ed_drafts'), 'data-key': 'table'}, h('table.data-table', null,
                    h('thead', null, h('tr', null, ...['ed_draft_title', 'ed_draft_at', 'ed_draft_levels', 'ed_draft_rooms', 'ed_draft_area', 'ed_draft_act'].map((key, i) => h('th' + (i > 1 && i < 5 ? '.number' : ''), {scope: 'col'}, say(key))))),
                    h('tbody', null, ...rows.map((one) => h('tr', {'data-key': one.id}, h('td', null, h('button.link-button', {type: 'button', 'data-do': 'open', 'data-id': one.id}, one.title || say('ed_new_title'))),
                        h('td', null, W.words.date(one.at) + ' ' + W.words.time(one.at)), h('td.number', null, figure(one.levels)), h('td.number', null, figure(one.rooms)), h('td.number', null, say('ed_square', {area: figure(one.area, 0)})),
                        h('td', null, button('drop', say(doomed === one.id ? 'ed_sure' : 'ed_drop'), {id: one.id}))))))),
        ].filter(Boolean));
    }

    Object.assign(acts, {
        new: () => E.makeDraft('new'), copy: () => E.makeDraft('current'), open: (id) => E.openDraft(id),
        async drafts() { await E.saveNow(); E.listDrafts(); },
        drop(id) { if (doomed === id) { doomed = null; E.dropDraft(id); } else { doomed = id; E.render(); } },
    });

    document.addEventListener('change', (event) => {
        const {target} = event;
        if (!target.closest('#editor')) return;
        if (target.id === 'ed-file' && target.files.length) { E.upload(target.files[0]); target.value = ''; }
        if (target.dataset.check === 'fixtures') E.edit.level({fixtures: target.checked});
    });
    document.addEventListener('input', (event) => { if (event.target.dataset && event.target.dataset.range === 'faded') { now.faded = Number(event.target.value) / 100; E.render(); } });

    function ranges() { const range = E.by('ed-faded'); if (range && Number(range.value) !== now.faded * 100) range.value = Math.round(now.faded * 100); }

    E.parts.push(head, drafts, ranges);

    window.dash_clientside = Object.assign(window.dash_clientside || {}, {editor: {
        start(facts) {
            if (!facts) return false;
            now.facts = facts;
            const wanted = new URLSearchParams(window.location.search).get('draft');
            if (wanted) E.openDraft(wanted); else E.listDrafts();
            return true;
        },
    }});
})();
