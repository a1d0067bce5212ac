/* Going back in time: which moment is shown, where its picture comes from, and how it plays on.
 *
 * While a moment of the past is shown, the `live` store gets its picture instead of the live one (`bundle()`), marked
 * with `past`. The live channel goes on in the background, so that coming back takes no time.
 */
(function () {
    'use strict';

    const W = (window.wardlight = window.wardlight || {});
    const KEPT_S = 72 * 3600;
    const STEP_MS = 100;
    const SPEEDS = [1, 4, 10, 30, 60];
    const BEHIND_S = 4;
    const AGAIN_MS = 1500;
    const TRIES = 4;
    const EMPTY = {kpi: {}, levels: [], elsewhere: [], presses: [], gateways: []};

    const start = () => ({
        at: null, picture: null, shown: null, levels: [], wanted: null, asking: false, tries: 0, fault: null,
        playing: false, waiting: false, world: null, next: null, anchor: null, timer: 0, turn: {},
    });
    const now = {...start(), speed: 10, follow: false, listeners: []};

    const newest = () => {
        const {held} = W.live || {};
        return held && held.summary ? held.summary.t : null;
    };
    const oldest = () => (newest() === null ? null : newest() - KEPT_S);
    const tag = () => {
        const chosen = W.choose && W.choose.selection();
        return chosen && chosen.type === 'tag' ? chosen.index : null;
    };
    const levelsShown = () => (W.floor ? W.floor.levels() : []);
    const room = (index) => W.words.site().rooms[index];

    /** Tell whoever shows it that something has changed. */
    function changed(what) { for (const listener of now.listeners) listener(what); }

    // --- which moment ------------------------------------------------------------------------------------------------

    /** Show a moment (POSIX seconds), or the present (null). */
    function go(t) {
        if (t === null || t === undefined || !Number.isFinite(Number(t))) { home(); return; }
        const latest = newest();
        const before = now.at;
        pause(true);
        now.fault = null;
        now.tries = 0;
        now.at = Math.max(latest === null ? Number(t) : Math.min(Number(t), latest), oldest() || -Infinity);
        if (before === null) now.shown = nothing();
        now.wanted = now.at;
        publish();
        changed(before === null ? 'begun' : 'moved');
        load();
    }

    function home() {
        if (now.at === null) return;
        stop();
        Object.assign(now, start());
        now.turn = {};
        if (W.live) W.live.publish();
        changed('ended');
    }

    /** What stands there until the first picture has come: nothing at all, and above all nothing of the present. */
    const nothing = () => ({
        frames: {}, summary: {...EMPTY, seq: 0, t: now.at, rev: '', demo: false, speed: 1, catch_up_until: null},
    });

    async function ask(path) {
        const answer = await fetch('/past/' + path, {credentials: 'same-origin'});
        const body = await answer.json().catch(() => ({error: 'server', message: ''}));
        if (!answer.ok || body.error) throw Object.assign(new Error(body.message), {word: body.error || 'server', again: answer.status === 503});
        return body;
    }

    /** Fetch the picture of the moment that is wanted; one question at a time, and the newest wish wins. */
    async function load() {
        if (now.asking) return;
        now.asking = true;
        const {turn} = now;
        while (now.wanted !== null && turn === now.turn) {
            const t = now.wanted;
            const levels = levelsShown();
            now.wanted = null;
            try {
                const followed = tag() === null ? '' : '&tag=' + tag();
                const picture = await ask(`at?t=${t.toFixed(1)}&levels=${levels.join()}${followed}`);
                if (turn !== now.turn) break;
                arrive(picture, levels);
            } catch (error) {
                if (turn !== now.turn) break;
                if (now.wanted === null) failed(error, t);
            }
        }
        if (turn !== now.turn) return;
        now.asking = false;
        changed('idle');
    }

    function arrive(picture, levels) {
        Object.assign(now, {picture, levels, fault: null, tries: 0});
        now.shown = {frames: picture.frames, summary: picture.summary};
        now.world = null;
        publish();
        changed('picture');
        if (now.playing) prepare(); else follow(picture.where);
    }

    function failed(error, t) {
        now.fault = {word: error.word || 'network', message: error.message || ''};
        const again = error.again || !error.word;
        if (again && now.tries < TRIES) {
            now.tries += 1;
            const {turn} = now;
            window.setTimeout(() => { if (turn === now.turn && now.wanted === null && now.fault) { now.wanted = t; load(); } }, AGAIN_MS);
        } else pause(true);
        changed('fault');
    }

    /** The part of the bundle that comes from history; null while the present is shown. */
    const bundle = () => (now.at === null ? null
        : {...now.shown, past: {at: now.at, gap: now.picture ? now.picture.gap : null, playing: now.playing, loading: now.asking}});

    function publish() { if (W.live) W.live.publish(); }

    // --- playing -------------------------------------------------------------------------------------------------------

    function play() {
        if (now.playing) return;
        if (now.at === null) { if (newest() === null) return; go(newest() - 600); }
        now.playing = true;
        now.waiting = true;
        changed('playing');
        if (now.picture && now.picture.t === now.at && !now.asking) prepare();
        else if (!now.asking) { now.wanted = now.at; load(); }
    }

    function pause(quietly) {
        const was = now.playing;
        stop();
        if (!was) return;
        changed('playing');
        if (!quietly && now.at !== null) { now.wanted = now.at; load(); }
    }

    /** After each drawing Plotly reads back who lies under which pixel, and waits for it. Our own hand does not need that. */
    function readsBack(on) {
        const gd = W.floor && W.floor.shown.gd;
        const scene = gd && gd._fullLayout && gd._fullLayout.scene && gd._fullLayout.scene._scene;
        const gl = scene && scene.glplot && scene.glplot.gl;
        if (!gl) return;
        if (on) delete gl.readPixels; else gl.readPixels = () => { /* not while it plays */ };
    }

    function stop() {
        if (now.playing) readsBack(true);
        window.clearTimeout(now.timer);
        Object.assign(now, {playing: false, waiting: false, timer: 0, anchor: null, world: null, next: null});
    }

    /** A picture is there: make a world of it and fetch what follows. */
    function prepare() {
        const catalogue = W.live && W.live.held.catalogue;
        if (!catalogue || !now.picture) { pause(true); return; }
        readsBack(false);
        now.world = W.play.begin(now.picture, catalogue);
        now.next = piece(now.world.t);
        now.anchor = null;
        window.clearTimeout(now.timer);
        step();
    }

    /** Ask for the piece that begins at `from`; null where the present begins. */
    function piece(from) {
        const length = now.speed >= 30 ? 600 : 300;
        const to = Math.min(from + length, newest() - BEHIND_S);
        if (!(to - from >= 1)) return null;
        const wanted = {from, piece: null, failed: null};
        ask(`stretch?from=${from.toFixed(1)}&to=${to.toFixed(1)}&levels=${now.levels.join()}`)
            .then((answer) => { wanted.piece = W.play.unpack(answer); })
            .catch((error) => { wanted.failed = error; });
        return wanted;
    }

    function step() {
        if (!now.playing) return;
        now.timer = window.setTimeout(step, STEP_MS);
        if (document.hidden || !now.world) { now.anchor = null; return; }
        const {world} = now;
        if (!world.piece || world.t >= world.piece.to - 0.05) {
            if (!turnOver()) return;
        }
        now.anchor = now.anchor || {t: world.t, real: performance.now()};
        const t = Math.min(now.anchor.t + now.speed * (performance.now() - now.anchor.real) / 1000, world.piece.to);
        const holes = [...(W.travelEvents ? W.travelEvents.known.gaps : []), ...world.piece.gaps];
        const hole = holes.find(([a, b]) => t > a + world.picture.heard_s && t < b - 1);
        if (hole && hole[1] < newest() - BEHIND_S) { skip(hole); return; }
        show(t);
    }

    /** Put the next piece on; false while it has not come. */
    function turnOver() {
        const {next, world} = now;
        now.anchor = null;
        if (!next) {
            if (newest() - world.t <= BEHIND_S + 2) { home(); changed('present'); return false; }
            now.next = piece(world.t);
        } else if (next.failed) {
            const {failed: error} = next;
            pause(true);
            failed(error, now.at);
        } else if (next.piece) {
            W.play.feed(world, next.piece);
            now.next = piece(next.piece.to);
            setWaiting(false);
            return true;
        }
        setWaiting(true);
        return false;
    }

    function setWaiting(on) {
        if (now.waiting === on) return;
        now.waiting = on;
        changed('waiting');
    }

    /** Nothing is known of a hole: go on behind it, and say so. */
    function skip([a, b]) {
        now.at = b;
        now.anchor = null;
        now.world = null;
        changed({skipped: [a, b]});
        now.wanted = b;
        load();
    }

    function show(t) {
        const {world} = now;
        const began = performance.now();
        W.play.advance(world, t);
        now.shown = W.play.bundle(world, (index) => (room(index) ? room(index)[2] : -1));
        now.at = t;
        publish();
        now.cost = performance.now() - began;
        changed('time');
        const chosen = tag();
        if (now.follow && chosen !== null) follow(W.play.levelOf(world, chosen));
    }

    // --- following a tag -----------------------------------------------------------------------------------------------

    function follow(level) {
        const chosen = tag();
        if (!now.follow || chosen === null || level === null || level === undefined || level < 0) return;
        const shown = levelsShown();
        if (shown.length !== 1 || shown[0] !== level) {
            window.dash_clientside.set_props('level', {value: String(level)});
            return;
        }
        centre(chosen);
    }

    /** Shift the camera so that the tag stays in the middle, without turning or zooming. */
    function centre(chosen) {
        const {floor, geometry: G} = W;
        const {shown} = floor;
        const place = shown.meta && shown.camera && floor.placeOf({type: 'tag', index: chosen});
        if (!place) return;
        const target = shown.toScene(place.x, place.y, place.z);
        const {eye, center} = shown.camera;
        const off = Math.hypot(target[0] - center.x, target[1] - center.y);
        if (off < 0.01) return;
        floor.aim(G.towards(shown.camera, target, Math.hypot(eye.x - center.x, eye.y - center.y, eye.z - center.z)));
    }

    function setFollow(on) {
        now.follow = on;
        if (on && now.at !== null && !now.playing) { now.wanted = now.at; load(); }
        changed('follow');
    }

    function setSpeed(speed) {
        now.speed = SPEEDS.includes(speed) ? speed : now.speed;
        now.anchor = null;
        changed('speed');
    }

    // --- keeping up with the page --------------------------------------------------------------------------------------

    /** Other levels are shown now, or the page has been left. */
    function check() {
        if (now.at === null) return;
        if (!document.getElementById('travel')) { home(); return; }
        if (levelsShown().join() !== now.levels.join() && now.wanted === null && !now.asking && !now.fault) {
            now.wanted = now.at;
            load();
        }
    }

    window.setInterval(check, 250);

    W.travel = {
        SPEEDS, KEPT_S,
        at: () => now.at, go, bundle, play, pause, ask, newest, setFollow, setSpeed, check,
        state: now, onChange: (listener) => now.listeners.push(listener),
        /** The level that a tag was on at the moment that is shown: a promise of its index, or of null. */
        where: (index) => (now.at === null ? Promise.resolve(null)
            : ask(`at?t=${now.at.toFixed(1)}&levels=&tag=${index}`).then((picture) => picture.where)),
    };
})();
