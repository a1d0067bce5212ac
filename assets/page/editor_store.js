/* Drafts of the plan editor: the list, opening, and saving. What the server has not got yet is kept in this browser. */
(function () {
    'use strict';

    const W = (window.wardlight = window.wardlight || {});
    const E = W.editor;
    const {now} = E;
    const {say} = W.words;
    const WAIT_MS = 1200;
    const AGAIN_MS = 6000;
    const KEEPALIVE = 60_000;  // bytes that a browser sends for a page that is closing
    const ROOT = '/plan-drafts';
    const saved = {draft: null, revision: null, timer: 0, going: null, state: 'saved', local: true, found: null};

    async function ask(path, options) {
        let answer;
        try {
            answer = await fetch(ROOT + path, {cache: 'no-store', ...options});
        } catch { throw {code: 'no_server'}; }
        const told = await answer.json().catch(() => ({}));
        if (!answer.ok) throw {code: told.code || 'no_server', detail: told.detail || '', values: told.values || {}, problems: told.problems || [], status: answer.status};
        return told;
    }

    const json = (method, body) => ({method, headers: {'Content-Type': 'application/json'}, body: JSON.stringify(body)});

    /** Say what went wrong, in words. */
    function fault(error) {
        const values = Object.fromEntries(Object.entries(error.values || {}).map(([key, value]) => [key, String(value)]));
        const text = say('ed_no_' + error.code, values);
        return text === 'ed_no_' + error.code ? say('ed_no_other', {code: error.code || String(error)}) : text;
    }

    // --- opening ---------------------------------------------------------------------------------------------------

    async function list() {
        if (now.id && now.draft !== saved.draft) await saveNow();
        Object.assign(now, {id: null, draft: null, drafts: null, said: null});
        address('');
        E.render();
        try { now.drafts = (await ask('')).drafts; } catch (error) { now.drafts = []; now.said = {bad: true, text: fault(error)}; }
        E.render();
    }

    async function make(from) {
        now.busy = from;
        E.render();
        try {
            const {id} = await ask('', json('POST', from === 'current' ? {from} : {title: say('ed_new_title'), level: say('ed_ground')}));
            await open(id);
        } catch (error) { now.said = {bad: true, text: fault(error)}; }
        now.busy = null;
        E.render();
    }

    async function open(id) {
        if (now.id && now.id !== id && now.draft !== saved.draft) await saveNow();
        try {
            const told = await ask('/' + id);
            const level = told.draft.levels.find((one) => one.ordinal === 0) || told.draft.levels[0];
            Object.assign(now, {id, draft: told.draft, copied: told.copied, fixtures: told.fixtures, undo: [], redo: [], step: null, held: null, chosen: null, temp: null, tool: 'select', tab: 'level', level: level ? level.id : null, said: null});
            Object.assign(saved, {draft: told.draft, revision: told.revision, state: 'saved', found: null});
            E.seeAll = true;
            address('?draft=' + id);
            restore(id);
        } catch (error) {
            await list();
            now.said = {bad: true, text: fault(error)};
        }
        E.render();
    }

    function address(query) {
        const url = window.location.pathname + query;
        if (window.location.pathname + window.location.search !== url) window.history.replaceState(window.history.state, '', url);
    }

    async function drop(id) {
        try { await ask('/' + id, {method: 'DELETE'}); forget(id); } catch (error) { now.said = {bad: true, text: fault(error)}; }
        await list();
    }

    // --- in this browser -------------------------------------------------------------------------------------------

    const place = (id) => 'wardlight-draft-' + id;

    function remember() {
        try {
            window.localStorage.setItem(place(now.id), JSON.stringify({revision: saved.revision, draft: now.draft}));
            saved.local = true;
        } catch { saved.local = false; }
    }

    /** A draft as text, whatever the order of its keys. */
    const plain = (draft) => JSON.stringify(draft, (_, value) => (value && typeof value === 'object' && !Array.isArray(value) ? Object.fromEntries(Object.entries(value).sort()) : value));

    function forget(id) { try { window.localStorage.removeItem(place(id)); } catch { /* nothing was kept */ } }

    /** What this browser kept because it could not be saved: taken up again, or offered when the draft has changed since. */
    function restore(id) {
        let kept = null;
        try { kept = JSON.parse(window.localStorage.getItem(place(id)) || 'null'); } catch { forget(id); }
        if (!kept || !kept.draft || plain(kept.draft) === plain(now.draft)) { forget(id); return; }
        if (kept.revision === saved.revision) useKept(kept.draft);
        else saved.found = kept.draft;
    }

    function useKept(draft) {
        saved.found = null;
        E.take(draft);
        now.said = {text: say('ed_restored')};
    }

    // --- saving ----------------------------------------------------------------------------------------------------

    /** Something has changed: save it soon. */
    function keep() {
        if (!now.id || now.draft === saved.draft) { if (now.id && saved.state === 'waiting') settle(); return; }
        if (saved.state !== 'meanwhile') saved.state = 'waiting';
        remember();
        window.clearTimeout(saved.timer);
        if (saved.state !== 'meanwhile') saved.timer = window.setTimeout(saveNow, WAIT_MS);
        show();
    }

    function settle() {
        saved.state = 'saved';
        window.clearTimeout(saved.timer);
        forget(now.id);
        show();
    }

    /** Save now; resolves to whether the server has everything. `force` overwrites what somebody else saved meanwhile. */
    async function saveNow(force) {
        window.clearTimeout(saved.timer);
        if (!now.id || !now.draft || now.held !== null) return false;
        if (saved.going) await saved.going;
        if (now.draft === saved.draft) { settle(); return true; }
        const [draft, id] = [now.draft, now.id];
        saved.state = 'saving';
        show();
        saved.going = send(id, draft, force === true).finally(() => { saved.going = null; });
        return saved.going;
    }

    async function send(id, draft, force) {
        try {
            const told = await ask('/' + id, {method: 'PUT', headers: {'Content-Type': 'application/json', 'If-Match': force ? '*' : saved.revision}, body: JSON.stringify(draft)});
            if (id !== now.id) return true;
            Object.assign(saved, {draft, revision: told.revision});
            if (now.draft === draft) { settle(); return true; }
            keep();
            return false;
        } catch (error) {
            if (id !== now.id) return false;
            saved.state = error.code === 'meanwhile' ? 'meanwhile' : 'failed';
            saved.why = fault(error);
            if (saved.state === 'failed') saved.timer = window.setTimeout(saveNow, AGAIN_MS);
            show();
            return false;
        }
    }

    /** The page goes away: send what fits; the rest is in this browser already. */
    function leave() {
        if (!now.id || !now.draft || now.draft === saved.draft || saved.state === 'meanwhile') return;
        remember();
        const body = JSON.stringify(now.draft);
        if (body.length < KEEPALIVE) fetch(`${ROOT}/${now.id}`, {method: 'PUT', keepalive: true, headers: {'Content-Type': 'application/json', 'If-Match': saved.revision}, body}).catch(() => null);
    }
    window.addEventListener('pagehide', leave);
    window.addEventListener('beforeunload', (event) => { if (now.id && now.draft !== saved.draft && !saved.local) event.preventDefault(); });
    document.addEventListener('visibilitychange', () => { if (document.visibilityState === 'hidden' && now.draft !== saved.draft && saved.state !== 'meanwhile') saveNow(); });

    // --- what is said ----------------------------------------------------------------------------------------------

    const MARKS = {saved: 'check', waiting: 'clock', saving: 'clock', failed: 'alert', meanwhile: 'alert'};

    function show() {
        const box = E.by('editor-saved');
        if (!box || !now.draft) return;
        const {h, icon, syncChildren} = W.dom;
        box.dataset.state = saved.state;
        syncChildren(box, [h('span.what', {title: saved.why && saved.state === 'failed' ? saved.why : null}, icon(MARKS[saved.state]), say('ed_is_' + saved.state))]);
        const alarm = E.by('editor-alert');
        const wants = saved.state === 'meanwhile' || saved.found;
        alarm.hidden = !wants;
        syncChildren(alarm, !wants ? [] : [
            h('span', null, say(saved.found ? 'ed_kept_here' : 'ed_no_meanwhile')),
            h('span.buttons', null,
                h('button.tool', {type: 'button', 'data-do': saved.found ? 'use-kept' : 'overwrite'}, say(saved.found ? 'ed_use_kept' : 'ed_overwrite')),
                h('button.tool', {type: 'button', 'data-do': saved.found ? 'drop-kept' : 'theirs'}, say(saved.found ? 'ed_drop_kept' : 'ed_theirs'))),
        ]);
    }
    E.parts.push(show);

    const acts = {
        'use-kept'() { useKept(saved.found); },
        'drop-kept'() { saved.found = null; forget(now.id); show(); },
        overwrite() { saved.state = 'waiting'; saveNow(true); },
        theirs() { forget(now.id); open(now.id); },
    };

    // --- pictures --------------------------------------------------------------------------------------------------

    const MOST_SVG = 10 * 1024 * 1024;
    const SIDE = 3000;

    /** Upload a plan for a level; an SVG is drawn here first, as a picture, which runs none of its scripts. */
    async function upload(file, page) {
        const id = now.id;
        const level = now.level;
        Object.assign(now, {busy: 'upload', said: null});
        E.render();
        try {
            const svg = file.type === 'image/svg+xml' || /\.svg$/i.test(file.name);
            const body = svg ? await drawn(file) : file;
            const told = await ask(`/${id}/pictures?page=${page || 1}`, {method: 'POST', headers: {'Content-Type': 'application/octet-stream'}, body});
            if (id !== now.id) return;
            put(told, level);
            now.file = told.pages > 1 ? {file, level, page: told.page, pages: told.pages} : null;
        } catch (error) {
            if (error.code === 'file_page') error.values.page = page;
            now.said = {bad: true, text: fault(error), of: 'picture'};
        }
        now.busy = null;
        E.render();
    }

    async function drawn(file) {
        if (file.size > MOST_SVG) throw {code: 'file_too_large', values: {limit: MOST_SVG >> 20}};
        const url = await new Promise((resolve, reject) => {
            const reader = new FileReader();
            reader.onload = () => resolve('data:image/svg+xml;base64,' + reader.result.split(',', 2)[1]);
            reader.onerror = () => reject({code: 'file_broken'});
            reader.readAsDataURL(file);
        });
        const image = new Image();
        await new Promise((resolve, reject) => {
            image.onload = resolve;
            image.onerror = () => reject({code: 'file_broken'});
            image.src = url;
        });
        const [wide, high] = [image.naturalWidth || 1000, image.naturalHeight || 1000];
        const k = SIDE / Math.max(wide, high);
        const canvas = document.createElement('canvas');
        Object.assign(canvas, {width: Math.max(Math.round(wide * k), 1), height: Math.max(Math.round(high * k), 1)});
        const context = canvas.getContext('2d');
        context.fillStyle = '#fff';
        context.fillRect(0, 0, canvas.width, canvas.height);
        context.drawImage(image, 0, 0, canvas.width, canvas.height);
        return new Promise((resolve, reject) => {
            try { canvas.toBlob((blob) => (blob ? resolve(blob) : reject({code: 'file_broken'})), 'image/png'); } catch { reject({code: 'file_foreign'}); }
        });
    }

    /** Lay a picture under a level: where the last one lay, else a rough guess of its scale until somebody tells it. */
    function put(told, id) {
        const level = E.level(id);
        const same = level.picture && level.picture.width === told.width && level.picture.height === told.height;
        const scale = 40 / Math.max(told.width, told.height);
        const fresh = {file: told.file, width: told.width, height: told.height, x: W.shapes.round((told.width * scale) / 2), y: W.shapes.round((told.height * scale) / 2), scale, turn: 0, measured: false};
        E.edit.level({picture: same ? {...level.picture, file: told.file} : fresh}, null, id);
        if (!same) E.setTool('scale');
        E.seeAll = true;
    }

    /** The outline of a level as the server makes it from its rooms; null when it cannot. */
    async function outlineOf(level) {
        try {
            if (now.draft !== saved.draft && !(await saveNow())) throw {code: 'not_saved'};
            return (await ask(`/${now.id}/outlines/${encodeURIComponent(level)}`)).outline;
        } catch (error) {
            now.said = {bad: true, text: fault(error)};
            E.render();
            return null;
        }
    }

    // --- the end ---------------------------------------------------------------------------------------------------

    async function finish() {
        Object.assign(now, {busy: 'finish', said: null});
        E.render();
        try {
            if (now.draft !== saved.draft && !(await saveNow())) throw {code: 'not_saved'};
            const {candidate} = await ask(`/${now.id}/finish`, json('POST', {}));
            window.location.assign('/building?candidate=' + encodeURIComponent(candidate));
            return;
        } catch (error) { now.said = {bad: true, text: fault(error), problems: error.problems, of: 'finish'}; }
        now.busy = null;
        E.render();
    }

    Object.assign(E, {keep, saveNow, openDraft: open, listDrafts: list, makeDraft: make, dropDraft: drop, upload, outlineOf, finish, storeActs: acts, saved});
})();
