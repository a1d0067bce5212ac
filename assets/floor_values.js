/* What the colours of the rooms mean in words: for labels, tips, the panel and the legend. */
(function () {
    'use strict';

    const W = (window.wardlight = window.wardlight || {});
    const F = () => W.floor;

    const colour = () => (F().asked.view && F().asked.view.colour) || 'department';
    const quantity = () => ((F().asked.style || {}).quantities || {})[colour()] || null;
    /** Three digits are enough for anybody. */
    const figure = (value, most) => {
        const digits = value >= 10 && most && colour() !== 'temperature' ? 0 : most;
        return W.words ? W.words.figure(value, digits) : value.toFixed(digits);
    };
    const of = (room) => (F().shown.found ? F().shown.found.rooms.get(room) : undefined);

    const fill = (text, values) => text.replace(/\{(\w+)\}/g, (all, key) => (key in values ? values[key] : all));

    /** A value as short as it can be on a label; nothing where there is nothing to tell. */
    function short(room) {
        const [one, what] = [of(room), quantity()];
        if (!one || !what) return '';
        const idle = one.value === 0 && (colour() === 'occupancy' || colour() === 'density');
        if (idle) return '';
        const {words} = F().asked.style;
        const value = figure(one.value, what.digits);
        if (colour() === 'occupancy') return one.beds ? fill(words.of_beds, one) : String(one.n);
        return ['temperature', 'humidity'].includes(colour()) ? `${value} ${what.unit}` : value;
    }

    /** A value with its unit, and what it was made from. */
    function text(room) {
        const [one, what] = [of(room), quantity()];
        if (!what) return '';
        const {words} = F().asked.style;
        if (!one) return `${what.name}: ${words.none}`;
        const value = figure(one.value, what.digits);
        if (colour() === 'occupancy') {
            return fill(one.beds ? words.per_bed : words.per_10, {...one, value});
        }
        const n = one.n === null || one.n === undefined ? '' : ` (n = ${figure(one.n, 0)})`;
        return `${what.name}: ${value} ${what.unit}${n}`;
    }

    W.values = {colour, quantity, figure, short, text, of};
})();
