/* Pointers on the plan of the editor: what a press, a drag and a click do with each tool. */
(function () {
    'use strict';

    const W = (window.wardlight = window.wardlight || {});
    const E = W.editor;
    const S = W.shapes;
    const {now} = E;
    const {say} = W.words;
    let grip = null;

    const spotOf = (event) => { const {x, y} = E.view().spotOf(event); return [x, -y]; };
    const split = (text) => text.split(',').map(Number);

    function take(event) {
        const hit = (name) => { const one = event.target.closest(`[data-${name}]`); return one ? one.dataset[name] : null; };
        const spot = spotOf(event);
        const base = E.level();
        const room = E.chosen('room');
        if (hit('corner') && room) {
            const corner = split(hit('corner'));
            E.choose('room', room.id, corner);
            const from = room.shape[corner[0]][corner[1]][corner[2]];
            return {kind: 'corner', room, corner, from, base};
        }
        if (hit('mid') && room) return {kind: 'mid', room, edge: split(hit('mid')), base};
        const door = E.chosen('door');
        if (hit('end') && door) return {kind: 'end', door, end: Number(hit('end')), base};
        if (hit('gateway')) return {kind: 'gateway', id: hit('gateway'), base, spot};
        if (hit('door')) return {kind: 'door', id: hit('door'), base, spot};
        if (hit('room')) return {kind: 'room', id: hit('room'), base, spot, mine: room && room.id === hit('room')};
        return {kind: 'ground'};
    }

    const neighbours = (room, [p, r, c]) => { const ring = room.shape[p][r]; return [ring[(c + ring.length - 1) % ring.length], ring[(c + 1) % ring.length]]; };

    const drags = {
        corner(spot, event) {
            const keys = E.joined(grip.base, grip.from, grip.room, event.altKey);
            const got = E.snap(spot, {lines: neighbours(grip.room, grip.corner), square: event.shiftKey, skip: new Set(keys.keys())});
            E.moveCorners(grip.base, keys, got.spot);
        },
        mid(spot, event) {
            const [p, r, c] = grip.edge;
            E.restore(grip.base);
            E.insertCorner(E.thing('room', grip.room.id), [p, r, c], E.snap(spot, {lines: neighbours(grip.room, [p, r, c]), square: event.shiftKey, skip: new Set([grip.room.id])}).spot);
        },
        end(spot) {
            const {door, end} = grip;
            const mid = [(door.x0 + door.x1) / 2, (door.y0 + door.y1) / 2];
            const found = E.wall(mid, 0.1) || E.wall(mid, 2);
            const fixed = end ? [door.x0, door.y0] : [door.x1, door.y1];
            const [x, y] = found ? S.nearest(found.a, found.b, spot) : spot;
            const to = E.tidy([x, y]);
            if (S.dist(to, fixed) < 0.2) return;
            E.edit.thing('door', door.id, end ? {x1: to[0], y1: to[1]} : {x0: to[0], y0: to[1]});
        },
        door(spot) {
            const door = grip.base.doors.find((one) => one.id === grip.id);
            const found = E.wall(spot, 3);
            if (found) E.edit.thing('door', door.id, E.laid(door, found.a, found.b, found.t, S.dist([door.x0, door.y0], [door.x1, door.y1])));
        },
        gateway(spot) { const [x, y] = E.tidy(spot); E.edit.thing('gateway', grip.id, {x, y}); },
        room(spot, event) {
            const [dx, dy] = [spot[0] - grip.spot[0], spot[1] - grip.spot[1]];
            const flat = event.shiftKey ? (Math.abs(dx) > Math.abs(dy) ? [dx, 0] : [0, dy]) : [dx, dy];
            E.moveRoom(grip.base, grip.id, ...(event.altKey ? E.tidy(flat) : E.snapRoom(grip.base, grip.id, ...flat)));
        },
        picture(spot) {
            const {picture} = grip.base;
            E.edit.level({picture: {...picture, x: S.round(picture.x + spot[0] - grip.spot[0]), y: S.round(picture.y + spot[1] - grip.spot[1])}});
        },
    };

    const hand = {
        press(event, alone) {
            grip = null;
            if (!alone || !now.draft) return;
            const spot = spotOf(event);
            if (now.tool === 'select') grip = take(event);
            else if (now.tool === 'picture' && E.level().picture) grip = {kind: 'picture', base: E.level(), spot};
            else if (now.tool === 'room' && !(now.temp && now.temp.from)) { grip = {kind: 'rectangle'}; now.temp = {from: E.snap(spot).spot, pressed: true}; }
            else if (now.tool === 'door') grip = {kind: 'doorway', wall: E.wall(spot, 25 * E.grain())};
        },
        drag(event, first) {
            if (!grip) return false;
            const spot = spotOf(event);
            if (grip.kind === 'rectangle') { sketch(event); return true; }
            if (grip.kind === 'doorway') {
                if (!grip.wall) return false;
                const [x, y] = S.nearest(grip.wall.a, grip.wall.b, spot);
                const [ax, ay] = at(grip.wall);
                now.temp = {door: {x0: ax, y0: ay, x1: S.round(x), y1: S.round(y)}};
                E.render();
                return true;
            }
            if (!drags[grip.kind] || (grip.kind === 'room' && !grip.mine) || (event.pointerType === 'touch' && ['room', 'door', 'gateway'].includes(grip.kind) && !isChosen(grip.id))) return false;
            if (first) { E.hold(); if (grip.id && !isChosen(grip.id)) E.choose(grip.kind, grip.id); }
            drags[grip.kind](spot, event);
            return true;
        },
        done(event, moved) {
            const was = grip;
            grip = null;
            if (moved) finish(was, event); else click(was, event);
            E.render();
        },
        hover(event) { if (event && now.draft) sketch(event); },
        drop() { if (grip) { grip = null; now.temp = null; E.release(true); } },
    };

    const isChosen = (id) => now.chosen && now.chosen.id === id;
    const at = ({a, b, t}) => [S.round(a[0] + t * (b[0] - a[0])), S.round(a[1] + t * (b[1] - a[1]))];

    function finish(was, event) {
        E.release();
        if (was && was.kind === 'rectangle' && now.temp) rectangle(snapEnd(event));
        else if (was && was.kind === 'doorway' && now.temp && now.temp.door) {
            const d = now.temp.door;
            const width = S.dist([d.x0, d.y0], [d.x1, d.y1]);
            const [, , t] = S.nearest(was.wall.a, was.wall.b, [(d.x0 + d.x1) / 2, (d.y0 + d.y1) / 2]);
            E.addDoor(was.wall, Math.max(width, 0.4), t);
        }
    }

    const snapEnd = (event) => E.snap(spotOf(event), {lines: linesOf()}).spot;
    const linesOf = () => {
        const {temp} = now;
        if (!temp) return [];
        if (temp.ring && temp.ring.length) return [temp.ring[temp.ring.length - 1], temp.ring[0]];
        return temp.from ? E.level().rooms.filter((room) => S.reach(room.shape, temp.from) < S.TOUCH).flatMap((room) => S.corners(room.shape)) : [];
    };

    function rectangle(to) {
        const {from} = now.temp;
        if (Math.abs(from[0] - to[0]) < 0.3 || Math.abs(from[1] - to[1]) < 0.3) { now.temp = {from}; return; }
        E.addRoom(S.box(from, to));
    }

    function click(was, event) {
        const spot = spotOf(event);
        if (now.tool === 'select') {
            if (was && was.kind === 'mid') { E.choose('room', was.room.id); E.insertCorner(was.room, was.edge); }
            else if (was && ['room', 'door', 'gateway'].includes(was.kind)) E.choose(was.kind, was.id);
            else if (was && was.kind === 'ground') E.choose(null);
        } else if (now.tool === 'room') {
            if (now.temp && now.temp.pressed) now.temp = {from: now.temp.from};
            else if (now.temp && now.temp.from) rectangle(snapEnd(event));
        } else if (E.ringTool()) {
            const ring = (now.temp && now.temp.ring) || [];
            const got = E.snap(spot, {lines: linesOf(), square: event.shiftKey});
            if (ring.length > 2 && S.dist(ring[0], spot) < E.NEAR * 1.2 * E.grain()) E.closeRing();
            else if (!ring.length || S.dist(ring[ring.length - 1], got.spot) > 0.02) now.temp = {ring: [...ring, got.spot], spot: got.spot};
            else if (event.detail > 1) E.closeRing();
        } else if (now.tool === 'door') {
            const found = E.wall(spot, 25 * E.grain());
            if (found) E.addDoor(found); else E.tell(say('ed_no_wall'));
        } else if (now.tool === 'gateway') E.addGateway(E.tidy(spot));
        else if (now.tool === 'scale' && E.level().picture) {
            const points = (now.temp && now.temp.points) || [];
            now.temp = {points: [...(points.length > 1 ? [] : points), E.pixelAt(E.level().picture, ...spot)]};
            if (now.temp.points.length === 2) { now.tab = 'level'; E.focusSoon = 'ed-distance'; }
        }
    }

    /** Show what the next click would do. */
    function sketch(event) {
        const {tool} = now;
        if (tool === 'select' || tool === 'picture') return;
        const spot = spotOf(event);
        if (tool === 'door') {
            const found = E.wall(spot, 25 * E.grain());
            now.temp = found ? {door: E.laid({}, found.a, found.b, found.t, E.usualDoor(found.room).door)} : null;
        } else if (tool === 'scale' || tool === 'gateway') now.temp = {...now.temp, spot};
        else {
            const got = E.snap(spot, {lines: linesOf(), square: event.shiftKey && E.ringTool()});
            now.temp = {...now.temp, spot: got.spot, why: got.why};
        }
        E.render();
    }

    function listen(svg, view) {
        view.listen(hand);
        svg.addEventListener('keydown', E.pressed);
        svg.addEventListener('dblclick', () => { if (E.ringTool() && now.temp && now.temp.ring && now.temp.ring.length > 2) E.closeRing(); });
    }

    /** Take back the drag that goes on. */
    function letGo() {
        grip = null;
        E.release(true);
    }

    Object.assign(E, {listen, letGo});
})();
