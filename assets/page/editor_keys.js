/* Keys of the plan editor: on the plan, and anywhere on the page. */
(function () {
    'use strict';

    const W = (window.wardlight = window.wardlight || {});
    const E = W.editor;
    const S = W.shapes;
    const {now} = E;
    const {say} = W.words;

    const STEPS = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1]};

    /** Keys on the plan. Tab walks through rooms (or corners), and leaves after the last. */
    function pressed(event) {
        if (event.ctrlKey || event.metaKey || event.altKey) return;
        const done = plain(event);
        if (!done) return;
        event.preventDefault();
        event.stopPropagation();
        E.render();
    }

    function plain(event) {
        const step = STEPS[event.key];
        if (step) return arrow(step, event.shiftKey ? 0.01 : 0.1);
        if (event.key === 'Tab') return tab(event.shiftKey ? -1 : 1);
        if (event.key === 'Delete' || (event.key === 'Backspace' && !now.temp)) { E.remove(); return true; }
        if (event.key === 'Backspace' && now.temp && now.temp.ring) { now.temp = {...now.temp, ring: now.temp.ring.slice(0, -1)}; return true; }
        if (event.key === 'Escape') return escape();
        if (event.key === 'Enter') return enter();
        if ((event.key === 'Insert' || event.key === 'i') && now.chosen && now.chosen.corner) { E.insertCorner(E.chosen('room'), now.chosen.corner); return true; }
        return E.view().key(event.key);
    }

    function arrow([sx, sy], size) {
        const one = E.chosen();
        if (!one) { E.view().pan(sx * 60 * E.grain(), -sy * 60 * E.grain()); return true; }
        const {kind, id, corner} = now.chosen;
        const [dx, dy] = [sx * size, sy * size];
        const key = `move ${id} ${corner}`;
        if (kind === 'room' && corner) {
            const from = one.shape[corner[0]][corner[1]][corner[2]];
            E.moveCorners(E.level(), E.joined(E.level(), from, one, false), [S.round(from[0] + dx), S.round(from[1] + dy)], key);
        } else if (kind === 'room') E.moveRoom(E.level(), id, dx, dy, key);
        else if (kind === 'gateway') E.edit.thing('gateway', id, {x: S.round(one.x + dx), y: S.round(one.y + dy)}, key);
        else {
            const mid = [(one.x0 + one.x1) / 2, (one.y0 + one.y1) / 2];
            const found = E.wall(mid, 0.1);
            const width = S.dist([one.x0, one.y0], [one.x1, one.y1]);
            const [, , t] = found ? S.nearest(found.a, found.b, [mid[0] + dx, mid[1] + dy]) : [];
            E.edit.thing('door', id, found ? E.laid(one, found.a, found.b, t, width) : {x0: one.x0 + dx, x1: one.x1 + dx, y0: one.y0 + dy, y1: one.y1 + dy}, key);
        }
        return true;
    }

    function tab(way) {
        const level = E.level();
        const room = E.chosen('room');
        if (room && now.chosen.corner) {
            const all = E.listed(room.shape).map(([p, r, c]) => [p, r, c]);
            const i = all.findIndex((one) => one.join() === now.chosen.corner.join());
            now.chosen.corner = all[(i + way + all.length) % all.length];
            return true;
        }
        const order = level.rooms.map((one) => one.id);
        const i = room ? order.indexOf(room.id) : way > 0 ? -1 : order.length;
        const id = order[i + way];
        if (id === undefined || now.left) { now.left = false; return false; }
        E.choose('room', id);
        const [x, y] = S.middle(E.thing('room', id).shape);
        E.view().reveal(x, -y);
        E.tell(say('ed_told_room', {room: E.roomName(E.thing('room', id)), area: W.words.figure(S.area(E.thing('room', id).shape), 1)}));
        return true;
    }

    function escape() {
        if (now.held !== null) E.letGo();
        else if (now.temp) now.temp = null;
        else if (now.chosen && now.chosen.corner) now.chosen.corner = null;
        else if (now.tool !== 'select') now.tool = 'select';
        else if (now.chosen) { now.chosen = null; now.left = true; } else return false;
        return true;
    }

    function enter() {
        if (E.ringTool() && now.temp && now.temp.ring) { E.closeRing(); return true; }
        const room = E.chosen('room');
        if (now.tool === 'select' && room && !now.chosen.corner) { now.chosen.corner = [0, 0, 0]; E.tell(say('ed_told_corner')); return true; }
        const {x, y, w, h} = E.view().part();
        const middle = E.tidy([x + w / 2, -(y + h / 2)]);
        if (now.tool === 'room') { E.addRoom(S.box(middle, [middle[0] + 4, middle[1] - 3])); return true; }
        if (now.tool === 'gateway') { E.addGateway(middle); return true; }
        return false;
    }

    const TOOL_KEYS = {v: 'select', r: 'room', p: 'polygon', d: 'door', g: 'gateway', s: 'scale', m: 'picture'};

    /** Keys anywhere on the page. */
    document.addEventListener('keydown', (event) => {
        if (!E.here() || !now.draft) return;
        const field = event.target.closest('input, textarea, select');
        const letter = event.key.toLowerCase();
        if (event.ctrlKey || event.metaKey) {
            if (letter === 'z' && !event.altKey) { event.preventDefault(); if (event.shiftKey) E.redo(); else E.undo(); }
            else if (letter === 'y' && !field) { event.preventDefault(); E.redo(); }
            else if (letter === 'd' && !field && E.chosen('room')) { event.preventDefault(); E.duplicate(); }
            else if (letter === 's') { event.preventDefault(); E.saveNow(); }
            return;
        }
        if (field || event.altKey || event.defaultPrevented || !W.shortcuts()) return;
        if (TOOL_KEYS[letter] && (!['scale', 'picture'].includes(TOOL_KEYS[letter]) || E.level().picture)) { event.preventDefault(); E.setTool(TOOL_KEYS[letter]); }
    });

    E.pressed = pressed;
})();
