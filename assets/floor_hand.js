/* Pointer and keyboard on the floor model: what is under the pointer, what a click chooses, how keys turn the view.
 *
 * Picking is done here, by projecting the markers and plates: it works for a tap as well as for a mouse, never mistakes
 * the start of a drag for a choice, and lets Plotly leave its own hovering off.
 */
(function () {
    'use strict';

    const REACH_PX = 13;
    const TAP_MS = 600;
    const TAP_PX = 6;
    const W = (window.wardlight = window.wardlight || {});
    const F = () => W.floor;
    const S = () => W.floor.shown;
    let down = null;
    let last = null;
    let waiting = false;
    let tip = null;

    /** Every visible tag and every plate corner in pixels, kept until the camera or the tags move. */
    function projected() {
        const shown = S();
        if (shown.projected && shown.projected.buckets === shown.buckets) return shown.projected;
        const [width, height] = F().size();
        const see = W.geometry.projector(shown.camera, width, height);
        const plates = shown.data[shown.meta.traces.plates];
        const corners = new Float64Array(3 * plates.x.length);
        for (let v = 0; v < plates.x.length; v++) {
            corners.set(see(shown.toScene(plates.x[v], plates.y[v], plates.z[v])), 3 * v);
        }
        const tags = [];
        for (const bucket of Object.values(shown.buckets || {})) {
            bucket.x.forEach((x, i) => {
                const at = see(shown.toScene(x, bucket.y[i], bucket.z[i]));
                if (at[2] > 0) tags.push([at[0], at[1], bucket.tag[i]]);
            });
        }
        shown.projected = {buckets: shown.buckets, corners, tags, plates};
        return shown.projected;
    }

    /** The tag or room at a pixel: {type, index}; a gateway is {type: "gateway"}; null for nothing. */
    function pick(px, py, reach = REACH_PX) {
        const shown = S();
        if (!shown.meta || !shown.camera) return null;
        const {corners, tags, plates} = projected();
        let nearest = reach * Math.max(F().scale(), 1);
        let found = null;
        for (const [x, y, tag] of tags) {
            const away = Math.hypot(x - px, y - py);
            if (away < nearest) { nearest = away; found = tag; }
        }
        if (found !== null) return found < 0 ? {type: 'gateway', index: -1 - found} : {type: 'tag', index: found};
        const face = W.geometry.faceAt(px, py, corners, plates.i, plates.j, plates.k);
        if (face < 0) return null;
        const picks = shown.meta.plates;
        return {type: 'room', index: picks.room[W.geometry.runOf(picks.vertex, plates.i[face])]};
    }

    // --- the tip beside the pointer ------------------------------------------------------------------------------------

    function leave() {
        if (tip) tip.hidden = true;
    }

    function say(target, px, py) {
        if (!target || !tip) { leave(); return; }
        const lines = describe(target);
        if (!lines.length) { leave(); return; }
        tip.replaceChildren(...lines.map((line, i) => {
            const row = document.createElement('div');
            row.className = i ? 'floor-tip-fact' : 'floor-tip-name';
            row.textContent = line;
            return row;
        }));
        tip.hidden = false;
        const [width, height] = F().size();
        const x = Math.min(px + 14, width - tip.offsetWidth - 6);
        const y = py + 18 + tip.offsetHeight > height ? py - tip.offsetHeight - 12 : py + 18;
        tip.style.transform = `translate(${Math.max(x, 4)}px, ${Math.max(y, 4)}px)`;
    }

    function describe(target) {
        const shown = S();
        const {live, style} = F().asked;
        const words = style.words;
        const room = (index) => {
            const row = shown.rooms.get(index);
            return row ? [row[2], row[1]].filter(Boolean).join(' · ') : '';
        };
        if (target.type === 'gateway') return [`${words.gateway} ${style.gateways[target.index] || ''}`];
        if (target.type === 'room') {
            const row = shown.rooms.get(target.index);
            const frame = row && live && live.frames[row[3]];
            const warm = frame && frame.temp && frame.temp[target.index];
            const facts = warm && warm[0] !== null ? [`${warm[0].toFixed(1)} °C`] : [];
            const value = W.values ? W.values.text(target.index) : '';
            return [room(target.index), ...(value ? [value] : facts)];
        }
        const place = W.tags.find(shown.frames, shown.meta, target.index);
        const tag = live && live.catalogue && live.catalogue.tags[target.index];
        if (!place || !tag) return [];
        const age = place.age < 120 ? words.seconds.replace('{n}', place.age) : words.minutes.replace('{n}', Math.round(place.age / 60));
        const state = place.state === 2 ? [words.unobserved] : place.state === 1 ? [words.stale] : [];
        return [tag[3], room(place.room), age, ...state].filter(Boolean);
    }

    window.addEventListener('pointerup', (event) => { if (down && S().gd) lift(S().gd, event); }, true);
    window.addEventListener('pointercancel', () => { down = null; F().plan(); }, true);

    // --- events --------------------------------------------------------------------------------------------------------

    function place(gd, event) {
        const box = gd.getBoundingClientRect();
        return [event.clientX - box.left, event.clientY - box.top];
    }

    function bind(gd) {
        tip = document.createElement('div');
        tip.className = 'floor-tip';
        tip.hidden = true;
        tip.setAttribute('aria-hidden', 'true');
        gd.appendChild(tip);
        gd.tabIndex = 0;
        gd.setAttribute('role', 'application');
        gd.setAttribute('aria-label', F().asked.style.words.keys);
        gd.addEventListener('pointerdown', (event) => {
            S().flight = null;
            down = {at: place(gd, event), time: event.timeStamp, id: event.pointerId};
            leave();
        }, true);
        gd.addEventListener('pointermove', (event) => { hover(gd, event); }, true);
        gd.addEventListener('pointerleave', leave);
        gd.addEventListener('wheel', () => { S().flight = null; }, {capture: true, passive: true});
        gd.addEventListener('dblclick', (event) => { event.stopPropagation(); F().home(); }, true);
        gd.addEventListener('keydown', key);
    }

    function lift(gd, event) {
        const start = down;
        down = null;
        F().plan();
        const at = place(gd, event);
        if (!start || start.id !== event.pointerId || event.button !== 0 || event.timeStamp - start.time > TAP_MS) return;
        if (Math.hypot(at[0] - start.at[0], at[1] - start.at[1]) > TAP_PX || event.target.closest('.modebar')) return;
        const target = pick(at[0], at[1], event.pointerType === 'mouse' ? REACH_PX : 2 * REACH_PX);
        if (target && target.type !== 'gateway') F().select(target);
    }

    function hover(gd, event) {
        if (event.pointerType !== 'mouse' || event.buttons) return;
        last = place(gd, event);
        if (waiting) return;
        waiting = true;
        requestAnimationFrame(() => {
            waiting = false;
            const target = pick(last[0], last[1]);
            gd.classList.toggle('floor-over', Boolean(target));
            say(target, last[0], last[1]);
        });
    }

    const MOVES = {
        ArrowLeft: [{azimuth: -8}, {right: -0.08}], ArrowRight: [{azimuth: 8}, {right: 0.08}],
        ArrowUp: [{elevation: 6}, {ahead: 0.08}], ArrowDown: [{elevation: -6}, {ahead: -0.08}],
        '+': [{zoom: 1.2}, {zoom: 1.2}], '=': [{zoom: 1.2}, {zoom: 1.2}],
        '-': [{zoom: 1 / 1.2}, {zoom: 1 / 1.2}], _: [{zoom: 1 / 1.2}, {zoom: 1 / 1.2}],
    };

    function key(event) {
        if (event.ctrlKey || event.metaKey || event.altKey || !S().camera) return;
        if (event.key === 'Home') F().home();
        else if (event.key === 'Escape') F().select(null);
        else if (MOVES[event.key]) {
            S().turned = true;
            S().flight = null;
            const [turn, shift] = MOVES[event.key];
            F().aim(S().flat ? W.geometry.panned(S().camera, shift) : W.geometry.moved(S().camera, event.shiftKey ? shift : turn));
            F().plan();
        } else return;
        event.preventDefault();
    }

    /** Whether somebody holds the model: nothing is redrawn under their hand. */
    const busy = () => down !== null && performance.now() - down.time < 20000;

    W.hand = {bind, pick, leave, describe, busy};
})();
