/* The plan editor looks over what is drawn while it is drawn: a list of what is wrong, each with the thing it is about. */
(function () {
    'use strict';

    const W = (window.wardlight = window.wardlight || {});
    const E = W.editor;
    const S = W.shapes;
    const {say, figure} = W.words;
    const ENOUGH_M2 = 0.05;  // rooms may overlap by this much
    const DOOR_REACH = 0.35;
    const known = new WeakMap();
    const pairs = new WeakMap();

    /** Every fault: {code, text, grave, kind, id, level, other}. Grave ones keep the drawing from being finished. */
    function faults() {
        const {draft} = E.now;
        if (!draft) return [];
        const found = draft.levels.flatMap(onLevel);
        return [...found, ...twice(draft), ...ordinals(draft)].sort((a, b) => Number(b.grave) - Number(a.grave));
    }

    function onLevel(level) {
        if (known.has(level)) return known.get(level);
        const found = [];
        const note = (code, grave, kind, id, text, more) => found.push({code, grave, kind, id, level: level.id, text, ...more});
        if (!level.rooms.length) note('empty', true, 'level', level.id, say('ed_fault_empty', {level: level.name}));
        if (level.picture && !level.picture.measured) note('scale', false, 'level', level.id, say('ed_fault_scale', {level: level.name}));
        for (const room of level.rooms) {
            const name = {room: E.roomName(room)};
            if (S.tangled(room.shape)) note('tangled', true, 'room', room.id, say('ed_fault_tangled', name));
            if (!room.number) note('number', false, 'room', room.id, say('ed_fault_number', name));
            if (!level.doors.some((door) => touches(room, door))) note('door', false, 'room', room.id, say('ed_fault_door', name));
        }
        for (const [a, b, size] of overlaps(level.rooms)) {
            const inner = [[a, b], [b, a]].find(([small, large]) => size > S.area(small.shape) - 0.01 && S.area(small.shape) < S.area(large.shape) - 0.01);
            const names = {room: E.roomName(a), other: E.roomName(b), area: figure(size, 1)};
            if (inner) note('within', true, 'room', inner[0].id, say('ed_fault_within', {room: E.roomName(inner[0]), other: E.roomName(inner[1])}), {other: inner[1].id});
            else note('overlap', true, 'room', b.id, say('ed_fault_overlap', names), {other: a.id});
        }
        for (const door of level.doors) {
            const free = !level.rooms.some((room) => [[door.x0, door.y0], [door.x1, door.y1]].some((end) => S.within(room.shape, end, DOOR_REACH)));
            if (free) note('loose', false, 'door', door.id, say('ed_fault_loose'));
        }
        known.set(level, found);
        return found;
    }

    const touches = (room, door) => S.within(room.shape, [(door.x0 + door.x1) / 2, (door.y0 + door.y1) / 2], DOOR_REACH);

    function overlaps(rooms) {
        const boxes = rooms.map((room) => S.bounds(room.shape));
        const order = rooms.map((_, i) => i).sort((a, b) => boxes[a][0] - boxes[b][0]);
        const found = [];
        order.forEach((i, n) => {
            for (const j of order.slice(n + 1)) {
                if (boxes[j][0] >= boxes[i][2]) break;
                if (boxes[j][1] >= boxes[i][3] || boxes[i][1] >= boxes[j][3]) continue;
                const size = shared(rooms[i], rooms[j]);
                if (size > ENOUGH_M2) found.push(i < j ? [rooms[i], rooms[j], size] : [rooms[j], rooms[i], size]);
            }
        });
        return found;
    }

    /** The overlap of two rooms, remembered while neither changes its shape. */
    function shared(a, b) {
        if (!pairs.has(a.shape)) pairs.set(a.shape, new WeakMap());
        const mine = pairs.get(a.shape);
        if (!mine.has(b.shape)) mine.set(b.shape, S.overlap(a.shape, b.shape));
        return mine.get(b.shape);
    }

    function twice(draft) {
        const seen = new Map();
        const found = [];
        for (const level of draft.levels) {
            for (const room of level.rooms) {
                if (!room.number) continue;
                if (seen.has(room.number)) found.push({code: 'twice', grave: false, kind: 'room', id: room.id, level: level.id, other: seen.get(room.number), text: say('ed_fault_twice', {number: room.number, level: level.name})});
                else seen.set(room.number, room.id);
            }
        }
        return found;
    }

    function ordinals(draft) {
        const seen = new Set();
        return draft.levels.filter((level) => seen.has(level.ordinal) || !seen.add(level.ordinal))
            .map((level) => ({code: 'ordinal', grave: true, kind: 'level', id: level.id, level: level.id, text: say('ed_fault_ordinal', {level: level.name, ordinal: level.ordinal})}));
    }

    /** Bring a fault's thing into sight and choose it. */
    function show(fault) {
        if (fault.kind === 'level') { E.goLevel(fault.id); E.now.tab = 'level'; E.render(); return; }
        E.setTool('select');
        const moved = E.now.level !== fault.level;
        E.choose(fault.kind, fault.id);
        const found = E.thing(fault.kind, fault.id);
        const [x, y] = fault.kind === 'room' ? S.middle(found.shape) : [(found.x0 + found.x1) / 2, (found.y0 + found.y1) / 2];
        if (moved) E.seeAll = true;
        E.revealSoon = [x, -y];
        E.render();
    }

    /** Cut the room of a "within" fault out of the one around it. */
    function cut(fault) {
        const [inner, around] = [E.thing('room', fault.id), E.thing('room', fault.other)];
        const spot = inner.shape[0][0][0];
        const holes = inner.shape.map((part) => part[0].slice().reverse());
        const shape = around.shape.map((part) => (S.inside([[part[0]]], spot[0], spot[1]) || around.shape.length === 1 ? [...part, ...holes] : part));
        E.edit.thing('room', around.id, {shape});
    }

    Object.assign(E, {faults, showFault: show, cutOut: cut});
})();
