/* Charts grow with the page's type, so that they can be read on a wall. The floor model has a scale of its own. */
(function () {
    'use strict';

    const CHARTS = '.dash-graph:not(.floor-graph) .js-plotly-plot';
    const ORDINARY = 16;  // px of the root's type that figures are made for

    const scale = () => parseFloat(getComputedStyle(document.documentElement).fontSize) / ORDINARY;

    /** Bring a chart's type and margins to the scale; the layout keeps what it was brought to, wherever Dash takes it. */
    function fit(chart, wanted) {
        const {layout, _fullLayout: full} = chart;
        if (!layout || !full || !full.font || !chart.clientWidth) return;
        const step = wanted / ((layout.meta && layout.meta.type_scale) || 1);
        if (Math.abs(step - 1) < 0.01) return;
        const change = {meta: {...layout.meta, type_scale: wanted}, 'font.size': full.font.size * step};
        for (const [side, pixels] of Object.entries(layout.margin || {})) {
            if (typeof pixels === 'number') change['margin.' + side] = pixels * step;
        }
        window.Plotly.relayout(chart, change);
    }

    function look() {
        if (document.hidden || !window.Plotly) return;
        const wanted = scale();
        for (const chart of document.querySelectorAll(CHARTS)) fit(chart, wanted);
    }

    window.setInterval(look, 500);
    window.addEventListener('resize', look);
})();
