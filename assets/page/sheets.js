/* Writes tables that come as data (components/sheet.py), keeping focus and scroll when they are refreshed. */
(function () {
    'use strict';

    const W = (window.wardlight = window.wardlight || {});
    const {h, icon, syncChildren} = W.dom;
    const MARK = {none: 'sort', ascending: 'ascending', descending: 'descending'};

    function cell(value) {
        if (typeof value === 'string') return value;
        if (value.href) return h('span.what', null, value.icon ? icon(value.icon) : null, h('a', {href: value.href}, value.text));
        if (value.action) return h('button.link-button', {type: 'button', 'data-action': value.action, 'data-value': value.value}, value.text);
        if (value.form === 'mark') return h('span.what', null, icon(value.icon), value.text);
        if (value.form === 'code') return h('code', null, value.text);
        return h('span.health', {'data-well': String(value.form === 'well')}, value.text);
    }

    function head(one, sorter) {
        const way = one.sort;
        const inside = way ? h('button', {type: 'button', 'data-sorter': sorter, 'data-column': one.key, 'data-way': way}, one.title, icon(MARK[way])) : one.title;
        return h('th' + (one.number ? '.number' : ''), {scope: 'col', 'aria-sort': way, 'data-key': one.key}, inside);
    }

    function sheet(data) {
        const {title, heading, heads, rows, empty, sorter} = data;
        const row = (cells) => h('tr', null, ...cells.map((value, k) => h('td' + (heads[k].number ? '.number' : ''), null, cell(value))));
        const body = rows.length
            ? h('div.table-scroll', {role: 'region', tabindex: 0, 'aria-label': title}, h('table.data-table', null,
                h('thead', null, h('tr', null, ...heads.map((one) => head(one, sorter)))), h('tbody', null, ...rows.map(row))))
            : h('p.empty', null, empty);
        return h('section.card', {'data-key': title}, heading ? h('h2', null, title) : null, body);
    }

    function draw(data) {
        const slot = data && document.getElementById(data.slot);
        if (slot) syncChildren(slot, data.sheets.map(sheet));
    }

    document.addEventListener('click', (event) => {
        const button = event.target.closest('button[data-sorter]');
        if (button) {
            const {sorter, column, way} = button.dataset;
            window.dash_clientside.set_props(sorter, {data: [column, way === 'ascending']});
        }
        const anchor = event.target.closest('.data-table a');
        if (anchor && !event.ctrlKey && !event.metaKey && !event.shiftKey && event.button === 0) {
            event.preventDefault();
            window.history.pushState({}, '', anchor.getAttribute('href'));
            window.dispatchEvent(new CustomEvent('_dashprivate_pushstate'));
            window.scrollTo(0, 0);
        }
    });

    window.dash_clientside = Object.assign(window.dash_clientside || {}, {wardlight: {
        ...((window.dash_clientside || {}).wardlight || {}),
        sheets(data) { draw(data); return undefined; },
    }});
})();
