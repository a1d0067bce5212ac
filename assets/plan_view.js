/* What part of a plan is seen: fit, zoom, pan, and the hands that do it. Units are metres, x east, y south. */
(function (root) {
    'use strict';

    const W = (root.wardlight = root.wardlight || {});
    const MARGIN = 1.5;
    const CLOSEST = 6;
    const SLOP = 5;

    /** A view of `svg` in `box`. `about` has bounds() -> [x0, y0, x1, y1] in metres with y north, and changed(). */
    function make(box, svg, about) {
        let part = null;
        const pointers = new Map();

        function all() {
            const [x0, y0, x1, y1] = about.bounds();
            return {x: x0 - MARGIN, y: -y1 - MARGIN, w: x1 - x0 + 2 * MARGIN, h: y1 - y0 + 2 * MARGIN, whole: true};
        }

        /** Metres a pixel. */
        const grain = () => part.w / Math.max(box.clientWidth, 1);

        function whole() {
            part = all();
            fit();
        }

        /** Give the view the shape of its box, around its middle. */
        function fit() {
            const {clientWidth: width, clientHeight: height} = box;
            if (!width || !height) return;
            if (!part || part.whole) part = all();
            const {x, y, w, h} = part;
            const k = part.whole ? Math.max(w / width, h / height) : w / width;
            part = {...part, x: x + (w - k * width) / 2, y: y + (h - k * height) / 2, w: k * width, h: k * height};
            redraw();
        }

        /** Zoom by a factor around a spot, or around the middle. */
        function zoom(factor, spot) {
            if (!part) return;
            const [x0, , x1] = about.bounds();
            const w = Math.min(Math.max(part.w * factor, CLOSEST), (x1 - x0 + 2 * MARGIN) * 2);
            const f = w / part.w;
            const c = spot || {x: part.x + part.w / 2, y: part.y + part.h / 2};
            part = {x: c.x + (part.x - c.x) * f, y: c.y + (part.y - c.y) * f, w, h: part.h * f, whole: false};
            redraw();
        }

        function pan(dx, dy) {
            const [x0, y0, x1, y1] = about.bounds();
            part.x = Math.min(Math.max(part.x + dx, x0 - part.w / 2), x1 - part.w / 2);
            part.y = Math.min(Math.max(part.y + dy, -y1 - part.h / 2), -y0 - part.h / 2);
            part.whole = false;
            redraw();
        }

        /** Bring a place (y south) into the middle unless it is well in sight. */
        function reveal(x, y) {
            if (!part) return;
            const [mx, my] = [part.w * 0.08, part.h * 0.08];
            if (x > part.x + mx && x < part.x + part.w - mx && y > part.y + my && y < part.y + part.h - my) return;
            part = {...part, x: x - part.w / 2, y: y - part.h / 2, whole: false};
            redraw();
        }

        function redraw() {
            svg.setAttribute('viewBox', `${part.x} ${part.y} ${part.w} ${part.h}`);
            svg.dataset.zoomed = part.whole ? 'no' : 'yes';
            about.changed();
        }

        /** The place under an event; y south. */
        function spotOf(event) {
            const rect = svg.getBoundingClientRect();
            return {x: part.x + ((event.clientX - rect.left) / rect.width) * part.w, y: part.y + ((event.clientY - rect.top) / rect.height) * part.h};
        }

        /** Follow pointers. `hand` has press(event, alone), move(event, moved), drag(event, first) -> true when it took the drag, done(event, moved), hover(event), drop(). */
        function listen(hand) {
            let down = null;
            svg.addEventListener('pointerdown', (event) => {
                if (event.button || !part) return;
                pointers.set(event.pointerId, {x: event.clientX, y: event.clientY});
                const alone = pointers.size === 1;
                if (!alone && down && down.moved) hand.drop();
                down = alone ? {x: event.clientX, y: event.clientY, moved: false} : null;
                svg.setPointerCapture(event.pointerId);
                hand.press(event, alone);
            });
            svg.addEventListener('pointermove', (event) => {
                if (!part) return;
                const before = pointers.get(event.pointerId);
                if (!before) { hand.hover(event); return; }
                if (pointers.size === 2) pinch(event, before);
                else if (down && (down.moved || Math.hypot(event.clientX - down.x, event.clientY - down.y) > SLOP)) {
                    const k = grain();
                    if (!hand.drag(event, !down.moved)) pan((before.x - event.clientX) * k, (before.y - event.clientY) * k);
                    down.moved = true;
                }
                pointers.set(event.pointerId, {x: event.clientX, y: event.clientY});
            });
            svg.addEventListener('pointerup', (event) => {
                const was = down;
                pointers.delete(event.pointerId);
                down = null;
                if (was) hand.done(event, was.moved);
            });
            for (const name of ['pointercancel', 'lostpointercapture']) {
                svg.addEventListener(name, (event) => {
                    pointers.delete(event.pointerId);
                    if (name !== 'pointercancel') return;
                    if (down && down.moved) hand.drop();
                    down = null;
                });
            }
            svg.addEventListener('pointerleave', () => hand.hover(null));
            svg.addEventListener('wheel', (event) => {
                if (!event.ctrlKey && !event.metaKey) return; // the page scrolls by the wheel alone
                event.preventDefault();
                zoom(Math.exp(event.deltaY * (event.deltaMode ? 0.05 : 0.004)), spotOf(event));
            }, {passive: false});
        }

        function pinch(event, before) {
            const other = [...pointers].find(([id]) => id !== event.pointerId)[1];
            const length = (a) => Math.max(Math.hypot(a.x - other.x, a.y - other.y), 20);
            zoom(length(before) / length({x: event.clientX, y: event.clientY}), spotOf({clientX: (event.clientX + other.x) / 2, clientY: (event.clientY + other.y) / 2}));
        }

        /** Do what a key or a zoom button asks for; false when it is none of ours. */
        function key(name) {
            const act = {'+': () => zoom(0.7), '=': () => zoom(0.7), '-': () => zoom(1 / 0.7), 0: whole, in: () => zoom(0.7), out: () => zoom(1 / 0.7), all: whole}[name];
            if (act) act();
            return Boolean(act);
        }

        return {whole, fit, zoom, pan, reveal, redraw, spotOf, listen, key, grain, part: () => part};
    }

    W.planView = {make};
})(window);
