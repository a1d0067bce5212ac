/* The building page: takes files, asks before anything is replaced, and draws two plans beside each other. */
(function () {
    'use strict';

    const W = (window.wardlight = window.wardlight || {});
    const {h, icon, write} = W.dom;
    const {say, figure} = W.words;
    const SVG = 'http://www.w3.org/2000/svg';
    const MB = 1 << 20;
    const LOOK_MS = 15000;
    const LETTER = 0.56;  // width of a letter by its height
    const now = {file: null, book: null, sending: null, said: '', bad: false, over: false, asked: 0, plans: null};

    const by = (id) => document.getElementById(id);
    const set = (id, props) => window.dash_clientside.set_props(id, props);
    const megabytes = (size) => figure(size / MB, size < 10 * MB ? 1 : 0);
    const news = () => { if (by('building-news') || by('building-drop')) set('building-news', {data: Date.now()}); };

    // --- files in ---------------------------------------------------------------------------------------------------

    const isBook = (file) => /\.(xlsx|xlsm)$/i.test(file.name);
    const most = () => Number(say('upload_most'));

    function take(files) {
        const books = files.filter(isBook);
        const models = files.filter((file) => !isBook(file));
        now.said = '';
        now.bad = false;
        if (models.length > 1 || books.length > 1) fail(say('upload_many'));
        for (const file of [...models.slice(0, 1), ...books.slice(0, 1)]) {
            if (file.size > most()) fail(say('upload_large', {name: file.name, size: megabytes(file.size), megabytes: megabytes(most())}));
            else if (!file.size) fail(say('upload_empty', {name: file.name}));
            else if (isBook(file)) now.book = file;
            else now.file = file;
        }
        render();
    }

    function fail(text) {
        now.said = text;
        now.bad = true;
    }

    function send() {
        if (!now.file || now.sending) return;
        const {file, book} = now;
        const query = new URLSearchParams({name: file.name});
        if (book) {
            query.set('assets', book.name);
            query.set('assets_size', book.size);
        }
        const request = new XMLHttpRequest();
        request.open('POST', '/files/building?' + query);
        request.setRequestHeader('X-Wardlight', 'upload');
        request.upload.onprogress = (event) => { now.sending.sent = event.loaded; render(); };
        request.onload = () => ended(request.status === 201 ? '' : told(request));
        request.onerror = () => ended(say('upload_broke'));
        request.onabort = () => ended(say('upload_stopped'));
        Object.assign(now, {sending: {request, sent: 0, size: file.size + (book ? book.size : 0)}, said: '', bad: false});
        request.send(book ? new Blob([file, book]) : file);
        render();
    }

    function told(request) {
        try { return JSON.parse(request.responseText).text || say('upload_failed', {status: request.status}); } catch { return say('upload_failed', {status: request.status}); }
    }

    function ended(fault) {
        now.sending = null;
        if (fault) fail(fault); else Object.assign(now, {file: null, book: null, said: say('upload_stored'), bad: false});
        news();
        render();
    }

    function picker(text, accept, className) {
        const input = h('input.sr-only', {type: 'file', accept});
        input.addEventListener('change', () => { take([...input.files]); input.value = ''; });
        return h('label.tool' + className, null, input, icon('up'), h('span', null, text));
    }

    function chosen(file, forget) {
        const button = h('button.icon-button', {type: 'button', 'aria-label': say('upload_remove', {name: file.name}), 'data-key': 'x' + file.name}, icon('close'));
        button.addEventListener('click', () => { forget(); render(); });
        return h('div.drop-file', null, h('span', null, file.name), h('span.quiet', null, megabytes(file.size) + ' MB'), button);
    }

    function inside() {
        if (now.sending) {
            const {sent, size, request} = now.sending;
            const stop = h('button.tool', {type: 'button'}, say('upload_stop'));
            stop.addEventListener('click', () => request.abort());
            const text = say('upload_sending', {name: now.file.name, sent: megabytes(sent), size: megabytes(size)});
            return [h('progress.building-progress', {max: 1, value: size ? sent / size : 0, 'aria-label': now.file.name}), h('p', null, text), stop];
        }
        if (!now.file) {
            return [h('p.drop-what', null, say('upload_drop')), h('p.quiet', null, say('upload_or')),
                picker(say('upload_choose'), '.ifc,.ifczip,.ifcxml,.gz,.zip', '.building-yes'), h('p.quiet', null, say('upload_kinds')),
                now.book ? chosen(now.book, () => { now.book = null; }) : null];
        }
        const go = h('button.tool.building-yes', {type: 'button'}, say('upload_start'));
        go.addEventListener('click', send);
        return [chosen(now.file, () => { now.file = null; }),
            now.book ? chosen(now.book, () => { now.book = null; }) : h('div.drop-book', null, picker(say('upload_book'), '.xlsx,.xlsm', ''), h('span.quiet', null, say('upload_book_why'))),
            go];
    }

    function render() {
        const box = by('building-drop');
        if (!box) return;
        const state = now.sending ? 'sending' : now.file ? 'chosen' : 'empty';
        const again = box.dataset.state === 'sending' && state === 'sending';
        box.dataset.over = now.over ? 'yes' : 'no';
        box.dataset.state = state;
        if (again) {  // only the figures move, so that "Stop" keeps the focus
            const {sent, size} = now.sending;
            box.querySelector('progress').value = size ? sent / size : 0;
            write(box.querySelector('p'), say('upload_sending', {name: now.file.name, sent: megabytes(sent), size: megabytes(size)}));
        } else {
            const held = box.contains(document.activeElement);
            box.replaceChildren(...inside().filter(Boolean));
            const next = held && box.querySelector('button.tool, input');
            if (next) next.focus();
        }
        const said = by('building-upload-said');
        write(said, now.said);
        said.dataset.ok = String(!now.bad);
    }

    function overBox(event) {
        return Boolean(by('building-drop') && event.dataTransfer && [...event.dataTransfer.types].includes('Files'));
    }

    document.addEventListener('dragover', (event) => {
        if (!overBox(event)) return;
        event.preventDefault();
        if (!now.over) { now.over = true; by('building-drop').dataset.over = 'yes'; }
    });
    document.addEventListener('dragleave', (event) => {
        if (now.over && !event.relatedTarget) { now.over = false; by('building-drop').dataset.over = 'no'; }
    });
    document.addEventListener('drop', (event) => {
        if (!overBox(event)) return;
        event.preventDefault();
        now.over = false;
        if (!now.sending) take([...event.dataTransfer.files]); else render();
    });
    window.addEventListener('beforeunload', (event) => { if (now.sending) event.preventDefault(); });

    // --- actions ----------------------------------------------------------------------------------------------------

    document.addEventListener('click', (event) => {
        const button = event.target.closest('.building button[data-act]');
        if (!button || now.asked) return;
        const {act, value, base, title, text, yes} = button.dataset;
        if (text) question({title, text, yes}, () => ask(act, value, base)); else ask(act, value, base);
    });

    function question({title, text, yes}, go) {
        const no = h('button.tool', {type: 'button'}, say('building_no'));
        const sure = h('button.tool.building-yes', {type: 'button'}, yes);
        const box = h('dialog.building-ask', {'aria-labelledby': 'building-ask-title'},
            h('h2', {id: 'building-ask-title'}, title), h('p', null, text), h('div.building-acts', null, no, sure));
        no.addEventListener('click', () => box.close());
        sure.addEventListener('click', () => { box.close(); go(); });
        box.addEventListener('close', () => box.remove());
        by('building').append(box);
        box.showModal();
        no.focus();
    }

    function ask(act, value, base) {
        now.asked = Date.now();
        const long = act === 'replace' || act === 'restore';
        if (long) tell(say('building_trying'), [], true);
        document.querySelectorAll('.building button[data-act]').forEach((button) => { button.disabled = long; });
        set('building-ask', {data: {n: now.asked, act, value, base}});
    }

    function tell(text, faults, ok) {
        const box = by('building-said');
        if (!box) return;
        box.replaceChildren(...[text ? h('p', null, text) : null, faults.length ? h('ul.problem-list', null, ...faults.map((fault) => h('li', null, fault))) : null].filter(Boolean));
        box.dataset.ok = String(ok);
    }

    function answered(answer) {
        if (!answer || answer.n !== now.asked) return;
        now.asked = 0;
        document.querySelectorAll('.building button[data-act]').forEach((button) => { button.disabled = false; });
        if (!answer.ok) {
            tell(answer.text, answer.faults, false);
            by('building-said').scrollIntoView({block: 'nearest'});
            return;
        }
        // Another building is another page: names, levels and rooms come with it.
        if (answer.act === 'replace' || answer.act === 'restore' || !by('building-drop')) window.location.assign('/building');
        else { tell('', [], true); news(); }
    }

    // --- another building -------------------------------------------------------------------------------------------

    let stamp = '';

    /** Every page was made for one building: when another is put in place, it has to begin anew. */
    async function look() {
        if (document.hidden) return;
        try {
            const answer = await fetch('/files/building/stamp', {credentials: 'same-origin', cache: 'no-store'});
            const found = answer.ok ? await answer.text() : '';
            if (stamp && found && found !== stamp && !now.asked && !now.sending) window.location.reload();
            stamp = stamp || found;
        } catch { /* no server: the banner says so */ }
    }
    window.setTimeout(look, 1000);
    window.setInterval(look, LOOK_MS);

    // --- plans ------------------------------------------------------------------------------------------------------

    function s(tag, attributes, ...children) {
        const element = document.createElementNS(SVG, tag);
        for (const [key, value] of Object.entries(attributes || {})) element.setAttribute(key, value);
        element.append(...children);
        return element;
    }

    const titled = (text) => { const element = s('title'); element.textContent = text; return element; };

    function drawPlans() {
        const {plans} = now;
        if (!plans) return;
        const sizes = ['now', 'new'].map((side) => plans[side]).filter(Boolean).map(({bounds: [x0, y0, x1, y1]}) => [x1 - x0, y1 - y0]);
        const wide = 1.06 * Math.max(...sizes.map((size) => size[0]));
        const high = 1.2 * Math.max(...sizes.map((size) => size[1]));
        for (const side of ['now', 'new']) {
            const box = by('building-plan-' + side);
            if (box) box.replaceChildren(plans[side] ? plan(plans[side], wide, high, box) : h('p.quiet', null, say('building_no_level')));
        }
    }

    /** One level; both sides have the same scale. */
    function plan(data, wide, high, box) {
        const [x0, y0, x1, y1] = data.bounds;
        const left = (x0 + x1 - wide) / 2, top = -(y0 + y1 + high) / 2;
        const grain = Math.max(wide / Math.max(box.clientWidth, 1), high / Math.max(box.clientHeight, 1));
        const svg = s('svg', {viewBox: `${left} ${top} ${wide} ${high}`, class: 'beside-svg', role: 'img',
            'aria-label': say('building_plan_about', {level: data.name, rooms: figure(data.rooms.length)})});
        svg.append(s('path', {d: data.outline, class: 'plan-ground'}),
            s('g', {class: 'plan-rooms'}, ...data.rooms.map(([d, , name, number]) => s('path', {d, 'fill-rule': 'evenodd'}, titled(name === number ? name : `${number} ${name}`)))),
            s('path', {d: data.walls, class: 'plan-walls'}),
            s('g', null, ...data.gateways.map(([x, y, name]) => s('circle', {cx: x, cy: y, r: 3.5 * grain, class: 'beside-gateway', 'stroke-width': grain}, titled(name)))),
            s('g', {class: 'beside-names', 'aria-hidden': 'true', 'stroke-width': 2.5 * grain}, ...data.names.map((row) => label(row, grain)).filter(Boolean)),
            scale(left, top + high, grain));
        return svg;
    }

    function label([lines, x, y, width, height], grain) {
        const size = 10 * grain;
        if (lines.length * size * 1.2 > height || Math.max(...lines.map((line) => line.length)) * size * LETTER > 0.8 * width) return null;
        return s('g', null, ...lines.map((line, i) => {
            const text = s('text', {x, y: y + (i - (lines.length - 1) / 2) * size * 1.15, 'font-size': size});
            text.textContent = line;
            return text;
        }));
    }

    function scale(left, bottom, grain) {
        const metres = [1, 2, 5, 10, 20, 50, 100, 200].findLast((length) => length / grain <= 90) || 1;
        const x = left + 8 * grain, y = bottom - 8 * grain;
        const text = s('text', {x: x + 3 * grain, y: y - 4 * grain, 'font-size': 10 * grain});
        text.textContent = say('building_scale', {metres});
        return s('g', {class: 'beside-scale', 'aria-hidden': 'true'}, s('path', {d: `M${x} ${y}h${metres}`, 'stroke-width': 2 * grain}), text);
    }

    let waiting = 0;
    window.addEventListener('resize', () => {
        window.clearTimeout(waiting);
        waiting = window.setTimeout(() => { if (by('building-plan-now')) drawPlans(); }, 150);
    });

    window.dash_clientside = Object.assign(window.dash_clientside || {}, {building: {
        ready() { render(); return undefined; },
        answer(sent) { answered(sent); return undefined; },
        plans(sent) {
            now.plans = sent;
            now.asked = 0;
            drawPlans();
            return undefined;
        },
    }});
})();
