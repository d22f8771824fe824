'use strict';
// The album: positions and cells, moments, what the pages are, and which of them are looked for.
// A moment is decoded once it is shown.
const data = JSON.parse(document.getElementById('data').textContent);
const at = id => document.getElementById(id);
const hex = n => '0x' + n.toString(16);
const count = n => n.toLocaleString('en');
const state = { by: data.by, moment: data.moments.length - 1, find: '', pfn: null, hover: null,
                off: new Set() };

// Positions and cells: emu/picture/hilbert.hpp says how.
const { side, width, pages } = data, height = side;
const cells = new Uint32Array(pages), positions = new Int32Array(width * height).fill(-1);
for (let p = 0; p < pages; p++) {
    let x = 0, y = 0, rest = p % (side * side);
    for (let q = 1; q < side; q *= 2, rest = rest >>> 2) {
        const right = rest >>> 1 & 1, up = (rest ^ right) & 1;
        if (!up) {
            if (right) { x = q - 1 - x; y = q - 1 - y; }
            [x, y] = [y, x];
        }
        x += q * right; y += q * up;
    }
    x += Math.floor(p / (side * side)) * side;
    cells[p] = y * width + x;
    positions[cells[p]] = p;
}
function pfnAt(position) {
    for (const [start, length] of data.ranges) {
        if (position < length) return start + position;
        position -= length;
    }
    return null;
}
function positionOf(pfn) {
    let before = 0;
    for (const [start, length] of data.ranges) {
        if (pfn >= start && pfn < start + length) return before + pfn - start;
        before += length;
    }
    return null;
}

// Moments: entry of each position, and pages of each entry.
const decoded = [];
function moment(number) {
    for (let k = decoded.length; k <= number; k++) {
        const bytes = atob(data.moments[k].runs);
        const entries = k ? decoded[k - 1].entries.slice() : new Uint32Array(pages);
        let i = 0, p = 0;
        const next = () => {
            let value = 0, scale = 1, byte;
            do {
                byte = bytes.charCodeAt(i++);
                value += (byte & 127) * scale;
                scale *= 128;
            } while (byte & 128);
            return value;
        };
        while (i < bytes.length) {
            const entry = next(), run = next();
            if (entry) entries.fill(entry - 1, p, p + run);
            p += run;
        }
        const totals = new Uint32Array(data.entries.length);
        for (const entry of entries) totals[entry]++;
        decoded.push({ entries, totals });
    }
    return decoded[number];
}

// Legends.
const legend = () => data.legends.find(l => l.by === state.by);
const words = data.entries.map(([use, zone, order, type, cache, owner]) =>
    [use, zone, `order ${order}`, type, cache, owner].join('\n').toLowerCase());
function addressOf(text) { // of a page: its position
    const match = /^(pfn |phys )?(0x[0-9a-f]+)$/.exec(text.trim().toLowerCase());
    if (!match) return null;
    const value = BigInt(match[2]), base = BigInt(data.direct[0]);
    const frames = data.ranges.at(-1)[0] + data.ranges.at(-1)[1];
    let pfn = value >> 12n;
    if (match[1] === 'pfn ' || (!match[1] && value < BigInt(frames))) pfn = value;
    else if (!match[1] && base && value >= base) pfn = (value - base) >> 12n;
    return positionOf(Number(pfn));
}
function isShown(entry) {
    if (state.off.has(legend().of[entry])) return false;
    const text = state.find.trim().toLowerCase();
    return !text || addressOf(text) !== null || words[entry].includes(text);
}
const toRgba = css => {
    const rgb = parseInt(css.slice(1), 16);
    return (0xff000000 | (rgb & 255) << 16 | (rgb & 0xff00) | rgb >> 16) >>> 0;
};
function dimmed(rgba) { // a sixth of the way from the background
    const part = shift => Math.round(12 + (rgba >>> shift & 255) / 7) << shift;
    return (0xff000000 | part(16) | part(8) | part(0)) >>> 0;
}
