/* Where the floor model is seen from: home, flights, the plan.
 *
 * The plan is the same scene pressed flat and seen from straight above: with all at one depth a perspective picture is
 * an orthographic one. Plotly's own orthographic projection makes a new WebGL context at each change of it and keeps its
 * zoom outside the camera; this way there is one context, and one kind of camera.
 */
(function () {
    'use strict';

    const FLIGHT_MS = 700;
    const FLAT = 0.15;
    const W = (window.wardlight = window.wardlight || {});
    const G = () => W.geometry;
    const S = () => W.floor.shown;
    const calm = window.matchMedia('(prefers-reduced-motion: reduce)');

    const size = () => [S().gd.clientWidth || 1, S().gd.clientHeight || 1];
    /** Text and markers grow on large screens and shrink a little on small ones. */
    const scale = () => Math.min(Math.max(Math.sqrt(size()[0] * size()[1]) / 950, 0.62), 2.1);
    const textScale = () => Math.max(scale(), 0.85);

    /** Whether the plan is asked for; there is one of a single level only. */
    const flat = () => Boolean(S().meta) && S().meta.level !== null && (W.floor.asked.view || {}).shape === 'plan';

    /** Whether two cameras show the same: our own aims come back as events, some of them late. */
    const same = (a, b) => Boolean(a && b) && ['eye', 'center', 'up'].every((key) => ['x', 'y', 'z'].every((k) => Math.abs(a[key][k] - b[key][k]) < 1e-6));

    function aim(camera) {
        S().aiming = true;
        S().camera = camera;
        S().projected = null;
        window.Plotly.relayout(S().gd, {'scene.camera': camera});
        S().aiming = false;
    }

    /** Read how the scene is laid out, after a new figure or a change between model and plan. */
    function measure() {
        const {scene} = S().gd.layout;
        Object.assign(S(), {toScene: G().toScene(scene), toData: G().toData(scene), projected: null});
    }

    /** Press the scene flat or let it stand up again; returns whether something had to change. */
    function reshape() {
        const shown = S();
        const wanted = flat();
        const {scene} = shown.gd.layout;
        const extent = (axis) => scene[axis + 'axis'].range[1] - scene[axis + 'axis'].range[0];
        const z = (wanted ? FLAT : 1) * extent('z') / Math.max(extent('x'), extent('y'));
        if (wanted === Boolean(shown.flat) && Math.abs(scene.aspectratio.z - z) < 1e-6) return false;
        shown.flat = wanted;
        scene.aspectratio = {...scene.aspectratio, z};
        scene.dragmode = wanted ? 'pan' : 'turntable';
        measure();
        const camera = best();
        Object.assign(shown, {camera, turned: false, names: '', outlined: '', homeSize: size().join()});
        scene.camera = camera;
        shown.aiming = true;
        window.Plotly.relayout(shown.gd, {
            'scene.aspectratio': scene.aspectratio, 'scene.dragmode': scene.dragmode, 'scene.camera': camera,
        });
        shown.aiming = false;
        return true;
    }

    /** Pixels at the edges that other things of the page lie on, or that look better empty. */
    function insets(width, height, all) {
        const frame = S().gd.getBoundingClientRect();
        const covered = (selector, depth) => {
            const element = document.querySelector(selector);
            const box = element && element.getBoundingClientRect();
            return box && box.width ? Math.max(depth(box), 0) : 0;
        };
        const least = 0.035 * height + 8;
        const top = covered('.model .toolbar', (box) => box.bottom - frame.top + 4);
        const beside = width >= 600 && Boolean(document.querySelector('.model .legend-box[data-kind="scale"]'));
        const rise = (selector) => covered(selector, (box) => frame.bottom - box.top + 4);
        const bottom = beside ? 0 : Math.max(rise('.model .legend-box'), width < 600 ? rise('.model .level-box') : 0);
        const reach = (selector) => covered(selector, (box) => box.right - frame.left);
        const switches = width < 600 ? 0 : Math.max(reach('.model .level-box'), beside && flat() ? reach('.model .legend-box') : 0);
        const names = width < 600 ? 0.17 * width : 130 * textScale() + switches;
        const left = all ? Math.min(names, 0.34 * width) : flat() ? Math.min(switches + 12, 0.3 * width) : 0.03 * width;
        return {
            left, right: 0.03 * width,
            top: Math.min(Math.max(top, least), 0.2 * height),
            bottom: Math.min(Math.max(bottom, least), (width < 600 ? 0.36 : 0.2) * height),
        };
    }

    function best() {
        const [width, height] = size();
        const points = S().meta.hull.map((p) => S().toScene(...p));
        const all = S().meta.level === null;
        const inset = insets(width, height, all);
        if (flat()) return G().above(points, width, height, inset);
        const tall = height > 1.15 * width;
        return G().fit(points, width, height, inset, all ? 33 : tall ? 66 : 52, tall);
    }

    function home() {
        S().turned = false;
        S().homeSize = size().join();
        glide(best());
        S().names = '';
        W.floor.plan();
    }

    /** Move the camera there: smoothly, unless the person asked their system for less motion. */
    function glide(camera) {
        const shown = S();
        const flight = (shown.flight = {});
        const from = shown.camera;
        if (!from || calm.matches || !shown.settled) {
            shown.settled = true;
            aim(camera);
            return;
        }
        const began = performance.now();
        const step = (now) => {
            if (shown.flight !== flight || !W.floor.graph()) return;
            const share = Math.min((now - began) / FLIGHT_MS, 1);
            aim(G().between(from, camera, share));
            if (share < 1) requestAnimationFrame(step); else { shown.names = ''; W.floor.plan(); }
        };
        requestAnimationFrame(step);
    }

    /** Bring a tag or room near; waits while it is on no level that is shown, or between the levels of the whole. */
    function fly(target) {
        const shown = S();
        const place = shown.meta.level === null ? null : W.floor.placeOf(target);
        if (!place) return false;
        shown.flyTo = null;
        const [width, height] = size();
        const across = Math.max(...['x', 'y'].map((k) => shown.gd.layout.scene.aspectratio[k]));
        const near = (target.type === 'room' ? 0.42 : 0.34) * across * Math.max(1, height / width);
        shown.turned = true;
        glide(G().towards(shown.camera || best(), shown.toScene(place.x, place.y, place.z), near));
        return true;
    }

    W.camera = {size, scale, textScale, flat, same, aim, measure, reshape, best, home, glide, fly};
})();
