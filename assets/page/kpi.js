/* Writes the figures of the strip from the live summary. */
(function () {
    'use strict';

    const W = (window.wardlight = window.wardlight || {});
    const {write} = W.dom;
    const {say, count, figure} = W.words;
    const DASH = '–';

    /** A note with a count, or that the count is not known: of the past history holds only a part. */
    const counted = (key, number) => (number === null || number === undefined ? say('past_unknown') : count(key, number));

    /** Per figure: [value, note, worth a look]. Each is computed from the summary alone. */
    const FIGURES = {
        patients: (k) => [k.patients, say('in_building')],
        staff: (k) => [k.staff, say('in_building')],
        ed_census: (k) => [k.ed_census, k.ed_waiting === 0 ? say('nobody_waits') : counted('waiting', k.ed_waiting)],
        ed_wait: (k) => [minutes(k.ed_wait_median_s), say('median_so_far')],
        assets_in_use: (k) => [k.assets_in_use, counted('of_located', k.assets_known)],
        rooms_out: (k) => [
            k.rooms_out_of_range,
            k.sensors_silent ? count('sensors_silent', k.sensors_silent) : counted('of_measured', k.rooms_measured),
            k.rooms_out_of_range > 0,
        ],
        gateways_silent: (k) => [k.gateways_silent, counted('of', k.gateways), k.gateways_silent > 0],
        data_age: (k) => [undefined, W.link.past() !== null ? say('past_unknown') : k.unobserved ? count('unobserved', k.unobserved) : k.lost ? count('lost_tags', k.lost) : say('none_unobserved')],
    };

    const minutes = (seconds) => (seconds === null || seconds === undefined ? null : Math.round(seconds / 60));

    function update(bundle) {
        const summary = bundle && bundle.summary;
        if (!summary || !summary.kpi || !document.getElementById('kpis')) return;
        for (const [key, compute] of Object.entries(FIGURES)) {
            const [value, note, look] = compute(summary.kpi);
            if (value !== undefined) put(key, value);
            write(document.querySelector(`[data-kpi-note="${key}"]`), note);
            const tile = document.querySelector(`[data-kpi="${key}"]`).closest('.kpi');
            if (tile) tile.dataset.look = look ? 'yes' : 'no';
        }
        age();
    }

    /** The age grows between messages too. */
    function age() {
        if (!document.getElementById('kpis')) return;
        const known = W.link.now().age;
        put('data_age', known === null ? null : Math.round(known));
    }

    function put(key, value) {
        const element = document.querySelector(`[data-kpi="${key}"]`);
        if (!element) return;
        write(element, value === null || value === undefined ? DASH : figure(value));
    }

    W.kpi = {update, age};
})();
