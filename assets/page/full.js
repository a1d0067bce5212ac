/* The floor model fills the screen: without header, figures and footer, and, where the browser can, without itself. */
(function () {
    'use strict';

    const W = (window.wardlight = window.wardlight || {});
    const root = document.documentElement;
    const onFloor = () => Boolean(document.getElementById('floor-full'));
    const filled = () => root.hasAttribute('data-full');

    function mark(on) {
        root.toggleAttribute('data-full', on);
        const button = document.getElementById('floor-full');
        if (button) button.setAttribute('aria-pressed', String(on));
        window.dispatchEvent(new Event('resize'));
        window.setTimeout(() => W.floor && W.floor.refit(), 300);
    }

    function enter() {
        mark(true);
        const ask = root.requestFullscreen || root.webkitRequestFullscreen;
        if (ask) Promise.resolve(ask.call(root)).catch(() => { /* refused: the page is filled all the same */ });
    }

    function leave() {
        mark(false);
        if (document.fullscreenElement) document.exitFullscreen().catch(() => { /* it was left already */ });
    }

    const toggle = () => { if (filled()) leave(); else if (onFloor()) enter(); };

    document.addEventListener('fullscreenchange', () => { if (!document.fullscreenElement && filled()) mark(false); });
    document.addEventListener('click', (event) => { if (event.target.closest('#floor-full')) toggle(); });

    /** P and F; Escape leaves a filled page before it clears the choice. */
    function press(event) {
        if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest('input, textarea, select, [contenteditable]')) return;
        if (event.key === 'Escape' && filled()) {
            event.stopPropagation();
            leave();
            return;
        }
        if (!onFloor() || !W.shortcuts || !W.shortcuts()) return;
        const act = {f: toggle, p: () => W.choose.shape()}[event.key];
        if (!act) return;
        event.preventDefault();
        act();
    }

    document.addEventListener('keydown', press, true);
    /** Another page has neither button nor model: the screen is given back. */
    new MutationObserver(() => { if (filled() && !onFloor()) leave(); }).observe(document.body, {childList: true, subtree: true});

    W.full = {toggle, filled};
})();
