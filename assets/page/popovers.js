/* Mantine writes that a popover is open on the box around its button, where ARIA does not allow it: the button tells. */
(function () {
    'use strict';

    const TOLD = ['aria-haspopup', 'aria-expanded', 'aria-controls'];
    const BOXES = 'div[id$="-target"][aria-expanded]';

    function hand(box) {
        const button = box.querySelector(':scope > button');
        if (!button) return;
        for (const name of TOLD) {
            const value = box.getAttribute(name);
            if (value === null) continue;
            button.setAttribute(name, value);
            box.removeAttribute(name);
        }
    }

    function look(records) {
        for (const {type, target, addedNodes} of records) {
            if (type === 'attributes') {
                if (target.matches(BOXES)) hand(target);
                continue;
            }
            for (const node of addedNodes) {
                if (node.nodeType !== Node.ELEMENT_NODE) continue;
                if (node.matches(BOXES)) hand(node);
                node.querySelectorAll(BOXES).forEach(hand);
            }
        }
    }

    new MutationObserver(look).observe(document.documentElement, {subtree: true, childList: true, attributeFilter: TOLD});
})();
