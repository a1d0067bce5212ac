/* Ties a tag to a thing, by a typed, scanned or filmed id, and unties it; marks things as down and repaired. */
(function () {
    'use strict';

    const W = window.wardlight;
    const E = W.equipment;
    const {h, icon} = W.dom;
    const {say, name, site} = W.words;
    const open = {rename: false, sure: false, down: false, values: {}, film: null, told: ''};

    const MAC = /(?<![0-9a-z])(?:[0-9a-f]{2}[:\-. ]?){5}[0-9a-f]{2}(?![0-9a-z])/i;

    /** The MAC in what a scanner types or a camera reads: bare, with separators, or somewhere in a longer text. */
    function macIn(text) {
        const found = MAC.exec(text.trim());
        return found ? found[0].replace(/[^0-9a-f]/gi, '').toUpperCase() : '';
    }

    const fault = (column) => {
        const found = E.now.said && !E.now.said.ok && (E.now.said.faults || []).find((one) => one.column === column);
        return found ? h('p.fault', {'data-key': 'fault-' + column, id: 'eq-fault-' + column}, icon('alert'), found.text) : null;
    };

    function field(key, label, extra) {
        const bad = fault(key);
        return h('label.eq-field', {'data-key': 'f-' + key}, h('span', null, label),
            h('input.field', {type: 'text', 'data-tag-field': key, autocomplete: 'off', spellcheck: 'false', maxlength: 80, value: open.values[key] || '', 'aria-invalid': bad ? 'true' : null, 'aria-describedby': bad ? 'eq-fault-' + key : null, ...extra}), bad);
    }

    function types(chosen) {
        const known = ((E.now.facts && E.now.facts.types) || []).map((type) => [type, name('types', type)]).sort((a, b) => a[1].localeCompare(b[1]));
        return h('label.eq-field', {'data-key': 'f-type'}, h('span', null, say('eq_type')), h('select.field', {'data-tag-field': 'type'},
            h('option', {value: ''}, say('eq_choose')), ...known.map(([type, text]) => h('option', {value: type, selected: type === chosen}, text))), fault('type'));
    }

    const rooms = () => h('datalist', {id: 'equipment-homes', 'data-key': 'homes'}, ...site().rooms.filter((room) => room[0]).map((room, i) => h('option', {value: room[0]}, E.roomText(i))));

    function said() {
        const answer = E.now.said;
        if (E.now.busy) return h('p.working', {'data-key': 'busy', role: 'status'}, say('eq_sending'));
        return answer ? h('p', {'data-key': 'said', role: answer.ok ? 'status' : 'alert', class: answer.ok ? 'eq-good' : 'eq-bad'}, answer.text) : null;
    }

    /** The form that ties a tag to a thing. */
    function form() {
        if (!document.getElementById('equipment').dataset.manage) return [h('p.empty', {'data-key': 'no'}, say('eq_may_not'))];
        const holder = E.now.byMac.get(macIn(open.values.mac || ''));
        const camera = 'BarcodeDetector' in window && navigator.mediaDevices
            ? h('button.tool', {type: 'button', 'data-key': 'film', 'data-tag-do': open.film ? 'stop' : 'film'}, icon('scan'), open.film ? say('eq_scan_stop') : say('eq_scan')) : null;
        return [
            said(),
            h('p.quiet', {'data-key': 'how'}, say('eq_add_how')),
            field('mac', say('eq_tag_id'), {'data-first': true, inputmode: 'text', autocapitalize: 'characters'}),
            camera,
            h('div.eq-film', {'data-key': 'film-box', hidden: !open.film}, h('video', {'data-key': 'video', id: 'equipment-video', playsinline: true, muted: true})),
            open.told ? h('p.quiet', {'data-key': 'told', role: 'status'}, open.told) : null,
            holder ? h('p.eq-bad', {'data-key': 'holder', role: 'alert'}, say('eq_taken', {label: holder.label}), ' ', h('button.link-button', {type: 'button', 'data-pick': holder.mac}, say('eq_show'))) : null,
            types(open.values.type), field('label', say('eq_label'), {placeholder: say('eq_label_hint')}),
            field('home', say('home'), {list: 'equipment-homes'}), rooms(), field('model', say('eq_tag_model')),
            h('div.buttons', {'data-key': 'go'}, h('button.tool.main-tool', {type: 'button', 'data-tag-do': 'associate', disabled: Boolean(E.now.busy || holder)}, icon('link'), say('eq_associate'))),
        ].filter(Boolean);
    }

    /** What can be done with a thing. */
    function actions(row) {
        const manage = Boolean(document.getElementById('equipment').dataset.manage);
        const tool = (act, mark, text) => h('button.tool', {type: 'button', 'data-key': act, 'data-tag-do': act, disabled: Boolean(E.now.busy)}, icon(mark), text);
        const down = row.down ? tool('repaired', 'check', say('eq_repaired')) : tool('down-ask', 'close', say('eq_mark_down'));
        const buttons = h('div.buttons', {'data-key': 'do'}, down, ...(manage ? [tool('rename-ask', 'table', say('eq_rename')), tool('off-ask', 'unplugged', say('eq_dissociate'))] : []));
        const note = open.down ? h('div.eq-box', {'data-key': 'down-box'}, field('note', say('eq_down_note'), {'data-first': true, maxlength: 200}),
            h('div.buttons', null, tool('down', 'check', say('eq_mark_down')), tool('no', 'close', say('eq_cancel')))) : null;
        const off = open.sure ? h('div.eq-box', {'data-key': 'off-box'}, h('p', null, say('eq_off_sure', {label: row.label})),
            h('div.buttons', null, tool('off', 'check', say('eq_dissociate')), tool('no', 'close', say('eq_cancel')))) : null;
        const other = open.rename ? h('div.eq-box', {'data-key': 'rename-box'}, field('label', say('eq_label')), types(open.values.type), field('home', say('home'), {list: 'equipment-homes'}), rooms(),
            h('div.buttons', null, tool('rename', 'check', say('eq_save')), tool('no', 'close', say('eq_cancel')))) : null;
        return [buttons, note, off, other, said()].filter(Boolean);
    }

    function shut() {
        Object.assign(open, {rename: false, sure: false, down: false});
    }

    function after(answer) {
        if (!answer.ok) return;
        shut();
        E.side.again();
        if (answer.action !== 'associate') return;
        Object.assign(open, {values: {type: open.values.type}, told: ''});
        for (const box of document.querySelectorAll('#equipment-side input[data-tag-field]')) box.value = '';
        const slot = document.getElementById('equipment-side');
        slot.scrollTop = 0;
        slot.querySelector('[data-tag-field="mac"]').focus({preventScroll: true});  // for the next tag
    }

    const ACTS = {
        associate: () => E.ask('associate', {...open.values, mac: macIn(open.values.mac || '') || open.values.mac || ''}, after),
        'down-ask': () => { shut(); open.down = true; open.values = {}; },
        'off-ask': () => { shut(); open.sure = true; },
        'rename-ask': (row) => { shut(); open.rename = true; open.values = {label: row.label, type: row.type, home: row.home}; },
        no: shut,
        down: (row) => E.ask('down', {mac: row.mac, note: open.values.note || ''}, after),
        repaired: (row) => E.ask('repaired', {mac: row.mac}, after),
        rename: (row) => E.ask('rename', {mac: row.mac, label: open.values.label || '', type: open.values.type || '', home: open.values.home || ''}, after),
        off: (row) => E.ask('dissociate', {mac: row.mac}, (answer) => { after(answer); }),
        film: () => { film(); },
        stop: () => { halt(); },
    };

    document.addEventListener('click', (event) => {
        const button = event.target.closest('#equipment-side [data-tag-do]');
        if (!button) return;
        ACTS[button.dataset.tagDo](E.now.byMac.get(E.now.chosen) || {});
        E.render();
        const first = document.querySelector('#equipment-side .eq-box [data-first]');
        if (first && button.dataset.tagDo.endsWith('-ask')) first.focus();
    });

    document.addEventListener('input', (event) => {
        const {tagField} = event.target.dataset || {};
        if (!tagField) return;
        open.values[tagField] = event.target.value;
        if (tagField === 'mac' && macIn(event.target.value)) E.render();
    });

    /** A scanner types the id and then Enter. */
    document.addEventListener('keydown', (event) => {
        const {tagField} = (event.target.dataset || {});
        if (event.key !== 'Enter' || !tagField) return;
        event.preventDefault();
        if (tagField === 'mac') read(event.target.value);
        else if (tagField === 'note') { ACTS.down(E.now.byMac.get(E.now.chosen) || {}); E.render(); }
        else if (E.now.task === 'add') { ACTS.associate(); E.render(); }
    });

    function read(text) {
        const mac = macIn(text);
        open.told = mac ? say('eq_read', {mac: mac.replace(/(..)(?=.)/g, '$1:')}) : say('eq_no_mac', {text: text.slice(0, 60)});
        if (mac) open.values.mac = mac;
        E.render();
        const box = document.querySelector('[data-tag-field="mac"]');
        if (box && mac) box.value = mac;
        const next = document.querySelector(mac ? '[data-tag-field="type"]' : '[data-tag-field="mac"]');
        if (next) next.focus();
    }

    // --- camera ------------------------------------------------------------------------------------------------------

    async function film() {
        try {
            const stream = await navigator.mediaDevices.getUserMedia({video: {facingMode: 'environment'}});
            open.film = {stream, detector: new window.BarcodeDetector()};
            E.render();
            const video = document.getElementById('equipment-video');
            video.srcObject = stream;
            await video.play();
            look(video);
        } catch (error) {
            halt();
            open.told = say('eq_no_camera', {reason: error.name});
            E.render();
        }
    }

    async function look(video) {
        if (!open.film) return;
        if (!video.isConnected) { halt(); return; }
        const codes = await open.film.detector.detect(video).catch(() => []);
        const hit = codes.map((code) => code.rawValue).find((text) => macIn(text));
        if (hit) { halt(); read(hit); return; }
        if (codes.length) { open.told = say('eq_no_mac', {text: codes[0].rawValue.slice(0, 60)}); E.render(); }
        window.setTimeout(() => look(video), 200);
    }

    function halt() {
        if (open.film) open.film.stream.getTracks().forEach((track) => track.stop());
        open.film = null;
    }

    E.arrivals.push(() => { halt(); shut(); Object.assign(open, {values: {}, told: ''}); });
    E.tag = {form, actions, macIn};
})();
