/* Builds parts of the page and brings what stands there up to date without losing focus or scroll. */
(function (root) {
    'use strict';

    const W = (root.wardlight = root.wardlight || {});

    /** An element: h('button.row', {type: 'button'}, 'text', child, [more]). Null children are left out. */
    function h(tag, attributes, ...children) {
        const [name, ...classes] = tag.split('.');
        const element = document.createElement(name);
        if (classes.length) element.className = classes.join(' ');
        for (const [key, value] of Object.entries(attributes || {})) {
            if (value !== null && value !== undefined && value !== false) element.setAttribute(key, value === true ? '' : value);
        }
        element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
        return element;
    }

    const icon = (name) => h('span.icon.icon-' + name, {'aria-hidden': 'true'});

    /** Make `old` equal to `fresh`, keeping every node that can stay. Siblings are matched by data-key, then by tag. */
    function sync(old, fresh) {
        if (old.nodeType === Node.TEXT_NODE) {
            if (old.data !== fresh.data) old.data = fresh.data;
            return;
        }
        for (const {name} of [...old.attributes]) if (!fresh.hasAttribute(name)) old.removeAttribute(name);
        for (const {name, value} of [...fresh.attributes]) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
        syncChildren(old, [...fresh.childNodes]);
    }

    function syncChildren(parent, wanted) {
        const keyed = new Map([...parent.children].filter((c) => c.dataset.key).map((c) => [c.dataset.key, c]));
        let at = parent.firstChild;
        for (const fresh of wanted) {
            const key = fresh.dataset && fresh.dataset.key;
            const old = key ? keyed.get(key) : alike(at, fresh) ? at : null;
            if (!old) {
                parent.insertBefore(fresh, at);
                continue;
            }
            if (old !== at) parent.insertBefore(old, at); else at = at.nextSibling;
            sync(old, fresh);
        }
        while (at) {
            const next = at.nextSibling;
            at.remove();
            at = next;
        }
    }

    const alike = (old, fresh) => Boolean(old) && old.nodeType === fresh.nodeType && old.nodeName === fresh.nodeName
        && !(old.dataset && old.dataset.key);

    function write(element, text) {
        if (element && element.textContent !== text) element.textContent = text;
    }

    W.dom = {h, icon, syncChildren, write};
})(window);
