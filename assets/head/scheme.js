/* Before the first paint: the colours that the visitor chose last time. */
(function () {
    'use strict';
    let chosen = null;
    try { chosen = localStorage.getItem('mantine-color-scheme-value'); } catch { /* storage is off */ }
    const system = window.matchMedia('(prefers-color-scheme: light)').matches ? 'light' : 'dark';
    document.documentElement.dataset.mantineColorScheme = chosen === 'auto' ? system : chosen || 'dark';
})();
