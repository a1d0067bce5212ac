/* Texts and numbers in the visitor's language and the site's time zone, from what the server put into the page. */
(function (root) {
    'use strict';

    const W = (root.wardlight = root.wardlight || {});
    const cache = {};

    function sent(id) {
        const element = document.getElementById(id);
        if (!element) return null;
        const json = element.dataset.json;
        if (!cache[id] || cache[id].json !== json) cache[id] = {json, value: JSON.parse(json)};
        return cache[id].value;
    }

    const site = () => sent('site-facts') || {rooms: [], levels: [], departments: {}, gateways: [], zone: 'UTC', language: 'en'};

    /** The text of a key, with its %(name)s filled in. */
    function say(key, values) {
        const words = sent('words') || {};
        return fill(words[key] === undefined ? key : words[key], values);
    }

    /** A text with a count in the right plural form. */
    function count(key, number) {
        const forms = (sent('words') || {})[key] || {};
        const form = new Intl.PluralRules(site().language).select(number);
        return fill(forms[form] || forms.other || key, {num: figure(number)});
    }

    function fill(text, values) {
        return text.replace(/%\((\w+)\)s/g, (all, name) => (values && name in values ? values[name] : all));
    }

    /** The name of a thing in one of the lists ("kinds", "types", "states", "climate"). */
    function name(list, key) {
        const found = ((sent('words') || {})[list] || {})[key];
        if (found) return found;
        const plain = String(key).replaceAll('_', ' ');
        return plain.charAt(0).toUpperCase() + plain.slice(1);
    }

    const formats = new Map();

    /** A formatter, made once: making one takes far longer than using it. */
    function format(Kind, key, options) {
        const full = [Kind.name, site().language, site().zone, key].join();
        if (!formats.has(full)) formats.set(full, new Kind(site().language, options));
        return formats.get(full);
    }

    const figure = (value, digits) => format(Intl.NumberFormat, digits || 0, {
        minimumFractionDigits: digits || 0, maximumFractionDigits: digits || 0,
    }).format(value);
    const percent = (value) => format(Intl.NumberFormat, 'percent', {style: 'percent'}).format(value / 100);

    /** A moment (POSIX seconds) as time of day in the site's zone. */
    function time(t, seconds) {
        return format(Intl.DateTimeFormat, seconds ? 'seconds' : 'minutes', {
            hour: '2-digit', minute: '2-digit', second: seconds ? '2-digit' : undefined, hourCycle: 'h23',
            timeZone: site().zone,
        }).format(t * 1000);
    }

    const date = (t) => format(Intl.DateTimeFormat, 'date', {
        weekday: 'short', day: 'numeric', month: 'short', timeZone: site().zone,
    }).format(t * 1000);

    W.words = {say, count, name, figure, percent, time, date, site};
})(window);
