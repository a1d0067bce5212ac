/* The table of the assets page: AG Grid, fed row by row, so that scroll, focus and choice stay. */
(function () {
    'use strict';

    const W = window.wardlight;
    const E = W.equipment;
    const {say, count, figure, site} = W.words;
    const el = (...all) => window.React.createElement(...all);
    const NARROW = window.matchMedia('(max-width: 767px)');
    const shown = {api: null, grid: null, order: '', version: '', keys: new Set(), drawn: new Map()};

    // --- how long, how old -------------------------------------------------------------------------------------------

    const unit = (value, what) => new Intl.NumberFormat(site().language, {style: 'unit', unit: what, unitDisplay: 'short', maximumFractionDigits: 0}).format(value);

    /** A length of time in its largest sensible unit. */
    function span(seconds) {
        const s = Math.max(0, seconds);
        if (s < 90) return unit(Math.round(s), 'second');
        if (s < 5400) return unit(Math.round(s / 60), 'minute');
        return s < 172800 ? unit(Math.round(s / 3600), 'hour') : unit(Math.round(s / 86400), 'day');
    }

    /** How long ago something was heard: live while the data is, else the time of day. */
    function age(row) {
        if (row.heard === null) return say('eq_never');
        const seconds = E.clock() - row.heard;
        return !W.link.current() && seconds < 5400 ? W.words.time(row.heard, true) : say('eq_ago', {time: span(seconds)});
    }

    const stay = (row) => (row.since === null ? '' : span(E.clock() - row.since));

    function idle(row) {
        if (row.status === 1) return say('eq_in_use_now');
        if (!row.lastUse) return row.week ? say('eq_not_in_week') : '';
        return span(E.clock() - row.lastUse);
    }

    const battery = (row) => (row.battery ? figure(row.battery[0]) + ' ' + row.battery[1] : '');

    function service(row) {
        if (row.due === 0) return '';
        const day = new Intl.DateTimeFormat(site().language, {day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC'}).format(new Date(row.service));
        return day;
    }

    // --- cells -----------------------------------------------------------------------------------------------------

    const icon = (kind) => el('span', {className: 'icon icon-' + kind, 'aria-hidden': true});
    const STATUS_ICON = ['check', 'patient', 'drop', 'close', 'help'];

    function status(row) {
        return el('span', {className: 'eq-status', 'data-status': row.status}, icon(STATUS_ICON[row.status]), el('span', null, row.statusText));
    }

    function mark(text, kind) {
        return el('span', {className: 'eq-mark', 'data-mark': kind}, kind === 'well' ? null : icon(kind === 'late' ? 'alert' : 'clock'), text);
    }

    const cells = {
        EquipmentLabel: ({data}) => el('span', {className: 'eq-label'}, icon('asset'), data.label),
        EquipmentStatus: ({data}) => status(data),
        EquipmentRoom: ({data}) => (data.missing
            ? el('span', {className: 'eq-gone', title: data.stateText}, icon('unplugged'), data.roomText ? say('eq_last_seen_in', {room: data.roomText}) : data.stateText)
            : el('span', null, data.roomText || say('eq_no_room'))),
        EquipmentSince: ({data}) => el('span', null, stay(data)),
        EquipmentAge: ({data}) => el('span', {className: data.state ? 'eq-old' : ''}, data.state === 2 ? icon('unplugged') : null, age(data), data.state === 2 ? ' · ' + say('eq_unobserved') : ''),
        EquipmentSure: ({data}) => el('span', null, data.p === null ? '' : W.words.percent(data.p)),
        EquipmentBattery: ({data}) => (data.low ? mark(battery(data) + ' ' + say('eq_low'), 'late') : el('span', null, battery(data))),
        EquipmentUse: ({data}) => el('span', {title: data.week ? say('eq_of_hours', {hours: figure(data.week[1], 1)}) : null}, data.week ? W.words.percent(data.week[0]) : ''),
        EquipmentIdle: ({data}) => el('span', null, idle(data)),
        EquipmentDue: ({data}) => (data.due === 3 ? mark(service(data) + ' ' + say('eq_overdue'), 'late') : data.due === 2 ? mark(service(data), 'soon') : el('span', null, service(data))),
        EquipmentCard: ({data}) => el('span', {className: 'eq-card'},
            el('span', {className: 'eq-card-top'}, el('strong', null, data.label), status(data)),
            el('span', {className: 'eq-card-low'}, el('span', {className: 'eq-card-room'}, (data.roomText || say('eq_no_room')) + (data.levelText ? ' · ' + data.levelText : '')), el('span', {className: 'eq-card-age'}, age(data)))),
    };
    window.dashAgGridComponentFunctions = Object.assign(window.dashAgGridComponentFunctions || {}, cells);

    // --- the grid ----------------------------------------------------------------------------------------------------

    /** The grid's own interface, once it is there; a page that was left and came back has a new one. */
    function api() {
        const place = document.getElementById('equipment-grid');
        if (!place || !window.dash_ag_grid) return null;
        if (shown.grid === place && shown.api && !shown.api.isDestroyed()) return shown.api;
        let found = null;
        try { found = window.dash_ag_grid.getApi('equipment-grid'); } catch { return null; }
        if (!found || found.isDestroyed() || found === shown.api) return null;
        Object.assign(shown, {api: found, grid: place, keys: new Set(), drawn: new Map(), version: ''});
        dress(found);
        return found;
    }

    function dress(grid) {
        grid.setGridOption('isExternalFilterPresent', E.filtering);
        grid.setGridOption('doesExternalFilterPass', (node) => E.passes(node.data));
        grid.setGridOption('rowData', []);
        grid.addEventListener('rowClicked', (event) => { if (event.data) E.choose(event.data.mac, true); });
        grid.addEventListener('cellKeyDown', (event) => {
            if (event.event.key === 'Enter' && event.data) { event.event.preventDefault(); E.choose(event.data.mac, true); }
        });
        fit();
    }

    /** Cards on a narrow screen, columns on a wide one. */
    function fit() {
        const grid = shown.api;
        if (!grid || grid.isDestroyed()) return;
        const columns = grid.getColumns() || [];
        const narrow = NARROW.matches;
        grid.setColumnsVisible(columns.filter((c) => c.getColId() !== 'card').map((c) => c.getColId()), !narrow);
        grid.setColumnsVisible(['card'], narrow);
        if (!narrow) grid.setColumnsVisible(['typeName'], !E.now.filter.type);
        grid.setGridOption('headerHeight', narrow ? 0 : 40);
        grid.setGridOption('rowHeight', narrow ? 68 : 38);
        grid.resetRowHeights();
    }

    /** What a row's filter and order depend on; a row whose text is the same needs only its ages drawn anew. */
    const print = (row) => [row.label, row.type, row.status, row.state, row.room, row.level, row.low, row.due, row.p, row.use, row.down ? 1 : 0].join('|');

    function feed() {
        const grid = api();
        if (!grid || !E.now.facts || E.now.t === null) return;
        const rows = E.now.rows;
        const keys = new Set(rows.map((row) => row.mac));
        const add = rows.filter((row) => !shown.keys.has(row.mac));
        const remove = [...shown.keys].filter((mac) => !keys.has(mac)).map((mac) => ({mac}));
        const update = rows.filter((row) => shown.keys.has(row.mac) && shown.drawn.get(row.mac) !== print(row));
        if (add.length && !shown.keys.size) grid.setGridOption('rowData', rows);
        else if (add.length || remove.length || update.length) grid.applyTransaction({add, remove, update});
        shown.keys = keys;
        for (const row of [...add, ...update]) shown.drawn.set(row.mac, print(row));
        grid.refreshCells({columns: NARROW.matches ? ['card'] : ['since', 'heard', 'lastUse'], force: true, suppressFlash: true});
        const version = JSON.stringify(E.now.filter);
        if (version !== shown.version) {
            shown.version = version;
            grid.setColumnsVisible(['typeName'], !E.now.filter.type && !NARROW.matches);  // it would say the same in each row
            grid.onFilterChanged();
        }
        pick(grid);
    }

    /** The chosen row is marked; who came by an address is taken there. */
    function pick(grid) {
        const node = E.now.chosen ? grid.getRowNode(E.now.chosen) : null;
        if (node && !node.isSelected()) {
            node.setSelected(true, true);
            if (shown.went !== E.now.chosen && node.displayed) grid.ensureNodeVisible(node);
        }
        if (!node && grid.getSelectedNodes().length) grid.deselectAll();
        shown.went = E.now.chosen;
    }

    /** MACs of what is shown, in its order. */
    function listed() {
        const macs = [];
        if (shown.api && !shown.api.isDestroyed()) shown.api.forEachNodeAfterFilterAndSort((node) => { if (node.data) macs.push(node.data.mac); });
        return macs;
    }

    NARROW.addEventListener('change', fit);
    E.parts.push(feed);
    window.setInterval(() => { if (document.getElementById('equipment-grid') && !document.hidden) feed(); }, 1000);
    E.grid = {listed, span, age, stay, idle, battery, service, STATUS_ICON, shown, count};
})();
