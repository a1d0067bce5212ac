/* The address of the floor model: everything that is looked at can be sent to somebody as a link.
 *
 * level, view=plan, layer=<quantity>, hours, ways=<group>, room or tag, trail=<hours>, hide and show (kinds of tags that
 * are not as at first, joined by commas), at=<time looked at, when it is not now>. What is as at first is left out.
 */
(function () {
    'use strict';

    const W = (window.wardlight = window.wardlight || {});
    const {site} = W.words;
    const FIRST = {colour: 'department', hours: '12', shape: '3d', ways: '', trail: 0};
    const set = (id, props) => window.dash_clientside.set_props(id, props);
    let atFirst = null;

    /** Times in a link are UTC, to the second. */
    const asText = (t) => new Date(1000 * t).toISOString().replace(/\.\d+Z$/, 'Z');

    /** Seconds of a time in a link, which may also be plain POSIX seconds; null for what is neither. */
    function asTime(text) {
        if (!text) return null;
        const t = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Date.parse(text) / 1000;
        return Number.isFinite(t) ? t : null;
    }

    function write(view, selection, tags) {
        const query = new URLSearchParams();
        query.set('level', view.level);
        if (view.shape !== FIRST.shape) query.set('view', view.shape);
        if (view.colour !== FIRST.colour) query.set('layer', view.colour);
        const looksBack = view.ways || ['density', 'dwell'].includes(view.colour);
        if (looksBack && String(view.hours) !== FIRST.hours) query.set('hours', view.hours);
        if (view.ways) query.set('ways', view.ways);
        if (selection && selection.type === 'tag' && tags[selection.index]) {
            query.set('tag', tags[selection.index][0]);
            if (view.trail) query.set('trail', view.trail);
        }
        if (selection && selection.type === 'room' && site().rooms[selection.index]) query.set('room', site().rooms[selection.index][0]);
        layers(query, view);
        const at = W.travel && W.travel.at ? W.travel.at() : null;
        if (at !== null && at !== undefined) query.set('at', asText(at));
        const address = window.location.pathname + '?' + query.toString().replaceAll('%3A', ':').replaceAll('%2C', ',');
        if (address !== window.location.pathname + window.location.search) window.history.replaceState(window.history.state, '', address);
    }

    function layers(query, view) {
        if (!atFirst) return;
        const on = new Set(view.layers);
        const hidden = atFirst.filter((layer) => !on.has(layer));
        const added = view.layers.filter((layer) => !atFirst.includes(layer));
        if (hidden.length) query.set('hide', hidden.join());
        if (added.length) query.set('show', added.join());
    }

    /** Take what the address asks for; returns the tag and room it names, for when the catalogue is there. */
    function read(view) {
        const query = new URLSearchParams(window.location.search);
        const list = (name) => (query.get(name) || '').split(',').filter(Boolean);
        atFirst = atFirst || [...view.layers];
        const wanted = [...atFirst.filter((layer) => !list('hide').includes(layer)), ...list('show')];
        if (wanted.join() !== view.layers.join()) set('layers', {value: wanted});
        const quantities = (W.floor && W.floor.asked.style && W.floor.asked.style.quantities) || null;
        const colour = query.get('layer');
        if (colour && (!quantities || quantities[colour])) set('floor-colour', {value: colour});
        if (query.get('view') === 'plan') set('floor-shape', {value: 'plan'});
        if (['1', '4', '12', '24'].includes(query.get('hours'))) set('floor-hours', {value: query.get('hours')});
        if (query.get('ways')) set('floor-ways', {value: query.get('ways')});
        if (['1', '4', '12'].includes(query.get('trail'))) set('floor-trail', {data: Number(query.get('trail'))});
        travel(asTime(query.get('at')));
        return query.get('tag') || query.get('room') ? {tag: query.get('tag'), room: query.get('room')} : null;
    }

    function travel(at) {
        if (at === null) return;
        if (W.travel && W.travel.go) W.travel.go(at);
    }

    W.address = {write, read, asText, asTime};
})();
