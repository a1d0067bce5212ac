/* The plan editor: the draft, what is chosen in it, undo and redo, and who is told when one of them changes.
 *
 * A draft is never changed in place: each step makes a new one that shares what stayed the same. */
(function () {
    'use strict';

    const W = (window.wardlight = window.wardlight || {});
    const MOST_UNDO = 200;
    const now = {
        id: null, draft: null, facts: null, fixtures: [], undo: [], redo: [], step: null, held: null, level: null, tool: 'select', chosen: null,
        temp: null, left: false, tab: 'level', busy: null, said: null, ghost: true, faded: 0.7,
    };
    const parts = [];
    const by = (id) => document.getElementById(id);
    const here = () => Boolean(by('editor'));
    let planned = 0;

    /** Draw everything once before the next frame. */
    function render() {
        if (planned) return;
        planned = window.requestAnimationFrame(() => { planned = 0; if (here()) for (const part of parts) part(); });
    }

    const fresh = () => {
        const bytes = window.crypto.getRandomValues(new Uint8Array(16));
        bytes[6] = (bytes[6] & 15) | 64;
        bytes[8] = (bytes[8] & 63) | 128;
        const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
        return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
    };

    // --- what is in the draft --------------------------------------------------------------------------------------

    const level = (id) => (now.draft ? now.draft.levels.find((one) => one.id === (id || now.level)) || now.draft.levels[0] : null);
    const below = () => {
        const here_ = level();
        return here_ && now.draft.levels.filter((one) => one.ordinal < here_.ordinal).sort((a, b) => b.ordinal - a.ordinal)[0];
    };
    const list = {room: 'rooms', door: 'doors', gateway: 'gateways'};
    const thing = (kind, id) => {
        for (const one of now.draft ? now.draft.levels : []) {
            const found = kind === 'level' ? one.id === id && one : one[list[kind]].find((each) => each.id === id);
            if (found) return found;
        }
        return null;
    };
    const chosen = (kind) => (now.chosen && (!kind || now.chosen.kind === kind) && now.draft ? thing(now.chosen.kind, now.chosen.id) : null);

    // --- steps -----------------------------------------------------------------------------------------------------

    /** Take a step to `draft`. Steps with one `key` in a row are one to undo. */
    function take(draft, key) {
        if (draft === now.draft) return;
        if (now.held === null && !(key && key === now.step)) {
            now.undo = [...now.undo.slice(1 - MOST_UNDO), now.draft];
            now.redo = [];
        }
        now.step = key || null;
        now.draft = draft;
        now.said = null;
        changed();
    }

    function changed() {
        if (!thing('level', now.level)) now.level = now.draft.levels.length ? now.draft.levels[0].id : null;
        if (now.chosen && !thing(now.chosen.kind, now.chosen.id)) now.chosen = null;
        if (now.held === null) W.editor.keep();
        render();
    }

    /** A drag begins: what it does until `release` is one step. */
    function hold() { if (now.held === null) now.held = now.draft; }

    function release(back) {
        const {held} = now;
        if (held === null) return;
        now.held = null;
        if (back) now.draft = held;
        else if (held !== now.draft) {
            now.undo = [...now.undo.slice(1 - MOST_UNDO), held];
            now.redo = [];
        }
        now.step = null;
        changed();
    }

    function undo() { swap('undo', 'redo'); }
    function redo() { swap('redo', 'undo'); }
    function swap(from, to) {
        if (!now[from].length || now.held !== null) return;
        const back = now[from][now[from].length - 1];
        now[to] = [...now[to], now.draft];
        now[from] = now[from].slice(0, -1);
        now.draft = back;
        Object.assign(now, {step: null, temp: null, said: null});
        changed();
        tell(W.words.say(from === 'undo' ? 'ed_undone' : 'ed_redone'));
    }

    /** Change some values of the draft, a level, or a thing on the level it is on. */
    const edit = {
        draft: (values, key) => take({...now.draft, ...values}, key),
        level: (values, key, id) => {
            const at = level(id).id;
            take({...now.draft, levels: now.draft.levels.map((one) => (one.id === at ? {...one, ...values} : one))}, key);
        },
        thing: (kind, id, values, key) => {
            const name = list[kind];
            take({...now.draft, levels: now.draft.levels.map((one) => (one[name].some((each) => each.id === id)
                ? {...one, [name]: one[name].map((each) => (each.id === id ? {...each, ...values} : each))} : one))}, key);
        },
        add: (kind, one) => {
            const at = level();
            edit.level({[list[kind]]: [...at[list[kind]], one]});
            choose(kind, one.id);
        },
    };

    /** Give rooms of this level new shapes with the same corners; their doors stay on their walls. */
    function reshape(shapes, key) {
        const at = level();
        const rooms = at.rooms.map((room) => (shapes.has(room.id) ? {...room, shape: shapes.get(room.id)} : room));
        const doors = at.doors.map((door) => follow(door, at.rooms, rooms));
        edit.level({rooms, doors}, key);
    }

    function follow(door, before, after) {
        const S = W.shapes;
        const holders = before.map((room, i) => [room, after[i]]).filter(([room]) => S.on(room.shape, door));
        if (!holders.length || holders.some(([room, same]) => room === same)) return door;
        const spot = [(door.x0 + door.x1) / 2, (door.y0 + door.y1) / 2];
        for (const [room, moved] of holders) {
            const fresh_ = S.edges(moved.shape);
            const i = S.edges(room.shape).findIndex(([a, b]) => S.nearest(a, b, spot)[3] < S.TOUCH);
            if (i < 0 || !fresh_[i]) continue;
            const [a, b] = S.edges(room.shape)[i];
            return laid(door, fresh_[i][0], fresh_[i][1], S.nearest(a, b, spot)[2], S.dist([door.x0, door.y0], [door.x1, door.y1]));
        }
        return door;
    }

    /** A door on the segment a-b, its middle at the share t, as wide as fits. */
    function laid(door, a, b, t, width) {
        const S = W.shapes;
        const long = S.dist(a, b);
        const wide = Math.min(width, long);
        const mid = Math.min(Math.max(t * long, wide / 2), long - wide / 2);
        const at = (s) => [0, 1].map((i) => S.round(a[i] + (long ? s / long : 0) * (b[i] - a[i])));
        const [[x0, y0], [x1, y1]] = [at(mid - wide / 2), at(mid + wide / 2)];
        return {...door, x0, y0, x1, y1};
    }

    function remove() {
        const found = chosen();
        if (!found) return;
        const {kind, id, corner} = now.chosen;
        const at = level();
        if (kind === 'room' && corner) { W.editor.removeCorner(found, corner); return; }
        if (kind === 'room') {
            const rooms = at.rooms.filter((one) => one.id !== id);
            const doors = at.doors.filter((door) => !W.shapes.on(found.shape, door) || rooms.some((room) => W.shapes.on(room.shape, door)));
            edit.level({rooms, doors});
        } else edit.level({[list[kind]]: at[list[kind]].filter((one) => one.id !== id)});
        tell(W.words.say('ed_removed'));
    }

    function choose(kind, id, corner) {
        now.chosen = kind ? {kind, id, corner: corner || null} : null;
        const home = kind && now.draft.levels.find((one) => one[list[kind]].some((each) => each.id === id));
        if (home) now.level = home.id;
        if (kind) now.tab = 'rooms';
        Object.assign(now, {step: null, left: false});
        render();
    }

    function goLevel(id) {
        Object.assign(now, {level: id, temp: null, chosen: null, step: null});
        W.editor.seeAll = true;
        render();
    }

    function setTool(tool) {
        Object.assign(now, {tool, temp: null});
        if (tool !== 'select' && now.chosen) now.chosen = null;
        render();
    }

    /** Say something to who does not see the plan. */
    function tell(text) {
        const box = by('editor-told');
        if (box) box.textContent = text;
    }

    const colour = (key) => {
        const {palette} = now.facts;
        if (!key) return palette.none;
        if (palette.known[key]) return palette.known[key];
        const strangers = (now.draft ? now.draft.departments : []).map((one) => one.key).filter((one) => !palette.known[one]).sort();
        return palette.spare[Math.max(strangers.indexOf(key), 0) % palette.spare.length];
    };

    const roomName = (room) => [room.number, room.name].filter(Boolean).join(' ') || W.words.say('ed_unnamed', {area: W.words.figure(W.shapes.area(room.shape), 1)});

    W.editor = {now, parts, by, here, render, fresh, level, below, thing, chosen, take, hold, release, undo, redo, edit, reshape, laid, remove, choose, goLevel, setTool, tell, colour, roomName, list};
})();
