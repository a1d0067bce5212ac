/* What the tools of the plan editor do to the drawing: rooms, doors and gateways made, moved and cut. */
(function () {
    'use strict';

    const W = (window.wardlight = window.wardlight || {});
    const E = W.editor;
    const S = W.shapes;
    const {now} = E;
    const {say} = W.words;
    const JOINED = 0.002;  // metres within which two corners are one
    const tidy = (spot) => E.tidy(spot);
    const snap = (spot, how) => E.snap(spot, how);
    const usualDoor = (room) => ((room && now.facts.types.find((type) => type.key === room.space_type)) || {door: 1, kind: 'swinging'});
    const ringTool = () => now.tool === 'polygon' || now.tool === 'outline';

    function addRoom(shape) {
        E.edit.add('room', {id: E.fresh(), shape, number: '', name: '', space_type: '', category: '', department: '', beds: 0, shaft: ''});
        Object.assign(now, {tool: 'select', temp: null});
        E.tell(say('ed_room_made', {area: W.words.figure(S.area(shape), 1)}));
        E.focusSoon = 'ed-number';
    }

    function addDoor(found, width, t) {
        const usual = usualDoor(found.room);
        const door = E.laid({id: E.fresh(), kind: usual.kind, category: 'pedestrian'}, found.a, found.b, t === undefined ? found.t : t, width || usual.door);
        E.edit.add('door', door);
        now.tool = 'select';
        now.temp = null;
    }

    function addGateway([x, y]) {
        E.edit.add('gateway', {id: E.fresh(), x, y, z: 2.5, mac: '', name: '', model: '', topic: ''});
        Object.assign(now, {tool: 'select', temp: null});
        E.focusSoon = 'ed-mac';
    }

    function closeRing() {
        const {ring} = now.temp || {};
        if (!ring || ring.length < 3) { E.tell(say('ed_three_corners')); return; }
        if (now.tool === 'outline') {
            Object.assign(now, {tool: 'select', temp: null});
            E.edit.level({outline: [[ring]]});
        } else addRoom([[ring]]);
    }

    function removeCorner(room, [p, r, c]) {
        if (room.shape[p][r].length <= 3) {
            if (r === 0) { E.tell(say('ed_three_corners')); return; }
            E.edit.thing('room', room.id, {shape: room.shape.map((part, i) => (i === p ? part.filter((_, j) => j !== r) : part))});
        } else E.edit.thing('room', room.id, {shape: room.shape.map((part, i) => (i === p ? part.map((ring, j) => (j === r ? ring.filter((_, n) => n !== c) : ring)) : part))});
        if (now.chosen) now.chosen.corner = null;
        E.render();
    }

    function insertCorner(room, [p, r, c], spot) {
        const ring = room.shape[p][r];
        const [a, b] = [ring[c], ring[(c + 1) % ring.length]];
        const fresh = spot || [S.round((a[0] + b[0]) / 2), S.round((a[1] + b[1]) / 2)];
        const shape = room.shape.map((part, i) => (i === p ? part.map((one, j) => (j === r ? [...one.slice(0, c + 1), fresh, ...one.slice(c + 1)] : one)) : part));
        E.edit.thing('room', room.id, {shape});
        now.chosen.corner = [p, r, c + 1];
        E.render();
    }

    /** The corners of a level that move with one: those of other rooms at the same place, unless it moves alone. */
    function joined(base, spot, room, alone) {
        const found = new Map();
        for (const one of alone ? [room] : base.rooms) {
            for (const [p, r, c, corner] of listed(one.shape)) {
                if (S.dist(corner, spot) < JOINED) found.set(one.id, [...(found.get(one.id) || []), [p, r, c].join()]);
            }
        }
        return found;
    }

    const listed = (shape) => shape.flatMap((part, p) => part.flatMap((ring, r) => ring.map((corner, c) => [p, r, c, corner])));

    function moveCorners(base, keys, spot, key) {
        const shapes = new Map();
        for (const [id, mine] of keys) {
            const room = base.rooms.find((one) => one.id === id);
            shapes.set(id, S.map(room.shape, (corner, p, r, c) => (mine.includes([p, r, c].join()) ? spot : corner)));
        }
        restore(base);
        E.reshape(shapes, key);
    }

    /** Put the level back as it was when the drag began, before the drag's newest place is worked out. */
    function restore(base) {
        now.draft = {...now.draft, levels: now.draft.levels.map((one) => (one.id === base.id ? base : one))};
    }

    function moveRoom(base, id, dx, dy, key) {
        const room = base.rooms.find((one) => one.id === id);
        restore(base);
        const shape = S.moved(room.shape, dx, dy);
        const rooms = base.rooms.map((one) => (one.id === id ? {...one, shape} : one));
        const others = base.rooms.filter((one) => one.id !== id);
        const doors = base.doors.map((door) => (S.on(room.shape, door) && !others.some((one) => S.on(one.shape, door))
            ? {...door, x0: S.round(door.x0 + dx), x1: S.round(door.x1 + dx), y0: S.round(door.y0 + dy), y1: S.round(door.y1 + dy)} : door));
        E.edit.level({rooms, doors}, key);
    }

    /** Moves that bring one of a room's corners to a corner or edge of another. */
    function snapRoom(base, id, dx, dy) {
        const room = base.rooms.find((one) => one.id === id);
        let best = null;
        for (const corner of S.corners(room.shape)) {
            const want = [corner[0] + dx, corner[1] + dy];
            const got = snap(want, {skip: new Set([id])});
            const far = S.dist(want, got.spot);
            if (['corner', 'edge'].includes(got.why) && (!best || (got.why === 'corner') > best.corner || ((got.why === 'corner') === best.corner && far < best.far))) best = {far, corner: got.why === 'corner', d: [got.spot[0] - corner[0], got.spot[1] - corner[1]]};
        }
        return best ? best.d : tidy([dx, dy]);
    }

    function duplicate() {
        const room = E.chosen('room');
        if (!room) return;
        const [x0, , x1] = S.bounds(room.shape);
        const taken = new Set(now.draft.levels.flatMap((level) => level.rooms.map((one) => one.number)));
        E.edit.add('room', {...room, id: E.fresh(), shape: S.moved(room.shape, x1 - x0, 0), number: next(room.number, taken)});
    }

    /** The number after one: its last digits counted on to the next that is free. */
    function next(number, taken) {
        const match = /^(.*?)(\d+)(\D*)$/.exec(number || '');
        if (!match) return '';
        for (let n = Number(match[2]) + 1; n < Number(match[2]) + 2000; n++) {
            const text = match[1] + String(n).padStart(match[2].length, '0') + match[3];
            if (!taken.has(text)) return text;
        }
        return '';
    }

    /** Put a door into the longest wall of a room that has none there yet. */
    function doorInto(room) {
        const level = E.level();
        const free = S.edges(room.shape).filter(([a, b]) => !level.doors.some((door) => S.nearest(a, b, [(door.x0 + door.x1) / 2, (door.y0 + door.y1) / 2])[3] < S.TOUCH));
        const longest = free.sort((one, other) => S.dist(other[0], other[1]) - S.dist(one[0], one[1]))[0];
        if (longest) addDoor({a: longest[0], b: longest[1], t: 0.5, room});
    }

    Object.assign(E, {ringTool, addRoom, addDoor, addGateway, closeRing, removeCorner, insertCorner, duplicate, next, doorInto, moveCorners, moveRoom, snapRoom, restore, joined, listed, usualDoor});
})();
