// The picture, what is said beside it, and the controls. A page's colour is its entry's, so that
// another legend, a search or a class switched off costs one pass over the pages.

// Drawing.
const view = at('view'), pen = view.getContext('2d');
const sheet = Object.assign(document.createElement('canvas'), { width, height });
const camera = { x: 0, y: 0, scale: 1 };
function fit() {
    const margin = 24 * devicePixelRatio;
    camera.scale = Math.min((view.width - 2 * margin) / width, (view.height - 2 * margin) / height);
    camera.x = (view.width - width * camera.scale) / 2;
    camera.y = (view.height - height * camera.scale) / 2;
}
function colourSheet() {
    const image = new ImageData(width, height), pixels = new Uint32Array(image.data.buffer);
    const { of, classes } = legend();
    const colours = of.map((type, entry) => {
        const rgba = toRgba(classes[type][1]);
        return isShown(entry) ? rgba : dimmed(rgba);
    });
    const { entries } = moment(state.moment);
    for (let p = 0; p < pages; p++) pixels[cells[p]] = colours[entries[p]];
    sheet.getContext('2d').putImageData(image, 0, 0);
}
function outline(position, colour) {
    const { entries } = moment(state.moment);
    const size = 2 ** data.entries[entries[position]][2];
    const first = position - pfnAt(position) % size;
    const inside = (x, y) => {
        if (x < 0 || y < 0 || x >= width || y >= height) return false;
        const p = positions[y * width + x];
        return p >= first && p < first + size;
    };
    pen.beginPath();
    for (let p = first; p < Math.min(first + size, pages); p++) {
        const x = cells[p] % width, y = Math.floor(cells[p] / width);
        const line = (x1, y1, x2, y2) => {
            pen.moveTo(camera.x + x1 * camera.scale, camera.y + y1 * camera.scale);
            pen.lineTo(camera.x + x2 * camera.scale, camera.y + y2 * camera.scale);
        };
        if (!inside(x - 1, y)) line(x, y, x, y + 1);
        if (!inside(x + 1, y)) line(x + 1, y, x + 1, y + 1);
        if (!inside(x, y - 1)) line(x, y, x + 1, y);
        if (!inside(x, y + 1)) line(x, y + 1, x + 1, y + 1);
    }
    pen.strokeStyle = colour;
    pen.lineWidth = 2 * devicePixelRatio;
    pen.stroke();
}
function paint() {
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.clearRect(0, 0, view.width, view.height);
    pen.imageSmoothingEnabled = camera.scale < 1;
    pen.drawImage(sheet, camera.x, camera.y, width * camera.scale, height * camera.scale);
    if (state.pfn !== null) outline(positionOf(state.pfn), '#ffffff');
    if (state.hover !== null) outline(state.hover, '#ffffffa0');
}

// What is beside the picture.
function describe(position) {
    const pfn = pfnAt(position), [use, zone, order, type, cache, owner] =
        data.entries[moment(state.moment).entries[position]];
    const size = 2 ** order, head = pfn - pfn % size, offset = hex((pfn - head) * 4096);
    const lines = [`pfn ${hex(pfn)}  physical ${hex(pfn * 4096)}`];
    if (BigInt(data.direct[0]) && pfn < data.direct[1])
        lines.push('virtual ' + hex(BigInt(data.direct[0]) + BigInt(pfn) * 4096n));
    if (zone) lines.push(`zone ${zone}  pageblock ${type}`);
    const block = `order ${order} at pfn ${hex(head)} +${offset}`;
    if (use === 'free') lines.push(`free block: ${block}`);
    else if (use === 'kept by CPU') lines.push(`free, on a CPU's own list: ${block}`);
    else if (order) lines.push(`block: ${block}`);
    if (cache) lines.push(`slab of ${cache}`);
    else if (owner) lines.push(`owner: ${owner}`);
    return { use, text: lines.join('\n') };
}
function showDetail() {
    const position = state.hover ?? (state.pfn === null ? null : positionOf(state.pfn));
    const box = at('detail');
    box.textContent = '';
    if (position === null) {
        box.textContent = 'Point at a page.';
        return;
    }
    const { use, text } = describe(position);
    const { of, classes } = legend();
    const swatch = Object.assign(document.createElement('span'), { className: 'swatch' });
    swatch.style.background = classes[of[moment(state.moment).entries[position]]][1];
    const head = Object.assign(document.createElement('b'), { textContent: ' ' + use });
    box.append(swatch, head, '\n' + text);
}
function showLegend() {
    const { of, classes } = legend(), totals = classes.map(() => 0);
    moment(state.moment).totals.forEach((n, entry) => totals[of[entry]] += n);
    const table = at('legend');
    table.textContent = '';
    classes.forEach(([label, colour], type) => {
        if (!totals[type]) return;
        const row = table.insertRow();
        row.className = state.off.has(type) ? 'off' : '';
        row.onclick = () => {
            if (!state.off.delete(type)) state.off.add(type);
            refresh();
        };
        const swatch = Object.assign(document.createElement('span'), { className: 'swatch' });
        swatch.style.background = colour;
        row.insertCell().append(swatch);
        row.insertCell().textContent = label;
        row.insertCell().textContent = count(totals[type]);
        row.insertCell().textContent = (100 * totals[type] / pages).toFixed(1) + ' %';
    });
    for (const button of at('by').children)
        button.className = button.textContent === state.by ? 'on' : '';
}
function showMatches() {
    const text = state.find.trim();
    if (!text) return at('matches').textContent = '';
    const position = addressOf(text);
    if (position !== null) {
        state.pfn = pfnAt(position);
        return at('matches').textContent = `page ${hex(state.pfn)}`;
    }
    let found = 0;
    const { totals } = moment(state.moment);
    totals.forEach((n, entry) => { if (words[entry].includes(text.toLowerCase())) found += n; });
    at('matches').textContent = `${count(found)} pages match`;
}
function showStrip() { // the classes' shares over time
    const strip = at('strip'), { of, classes } = legend(), n = data.moments.length;
    strip.width = strip.clientWidth || 600;
    strip.height = 46;
    const ink = strip.getContext('2d');
    for (let k = 0; k < n; k++) {
        const totals = classes.map(() => 0);
        moment(k).totals.forEach((many, entry) => totals[of[entry]] += many);
        let y = 0;
        classes.forEach(([, colour], type) => {
            const tall = totals[type] / pages * strip.height;
            ink.fillStyle = colour;
            ink.fillRect(k * strip.width / n, y, strip.width / n + 1, tall + 1);
            y += tall;
        });
    }
}

// Controls.
function refresh() {
    colourSheet();
    showMatches();
    showLegend();
    showDetail();
    paint();
    at('title').textContent = data.moments[state.moment].title;
    at('moment').value = state.moment;
    const said = { by: state.by, moment: state.moment };
    if (state.pfn !== null) said.pfn = hex(state.pfn);
    if (state.find) said.find = state.find;
    history.replaceState(null, '', '#' + new URLSearchParams(said));
}
function show(change) {
    Object.assign(state, change);
    state.moment = Math.max(0, Math.min(data.moments.length - 1, state.moment));
    refresh();
}
function resize() {
    const wide = view.clientWidth * devicePixelRatio, high = view.clientHeight * devicePixelRatio;
    if (view.width === wide && view.height === high) return;
    view.width = wide;
    view.height = high;
    fit();
    paint();
}
function positionUnder(event) {
    const x = Math.floor((event.offsetX * devicePixelRatio - camera.x) / camera.scale);
    const y = Math.floor((event.offsetY * devicePixelRatio - camera.y) / camera.scale);
    if (x < 0 || y < 0 || x >= width || y >= height) return null;
    const position = positions[y * width + x];
    return position < 0 ? null : position;
}
let drag = null;
view.onpointerdown = event => {
    drag = { x: event.offsetX, y: event.offsetY, moved: false };
    view.setPointerCapture(event.pointerId);
};
view.onpointermove = event => {
    if (drag) {
        const dx = event.offsetX - drag.x, dy = event.offsetY - drag.y;
        if (!drag.moved && Math.hypot(dx, dy) < 4) return;
        camera.x += dx * devicePixelRatio;
        camera.y += dy * devicePixelRatio;
        drag = { x: event.offsetX, y: event.offsetY, moved: true };
    }
    state.hover = positionUnder(event);
    showDetail();
    paint();
};
view.onpointerup = event => {
    const position = positionUnder(event), was = drag;
    drag = null;
    if (was && !was.moved) show({ pfn: position === null ? null : pfnAt(position) });
};
view.onpointerleave = () => { state.hover = null; showDetail(); paint(); };
view.ondblclick = () => { fit(); paint(); };
view.addEventListener('wheel', event => {
    event.preventDefault();
    const factor = 2 ** (-event.deltaY / 300);
    const x = event.offsetX * devicePixelRatio, y = event.offsetY * devicePixelRatio;
    camera.x = x - (x - camera.x) * factor;
    camera.y = y - (y - camera.y) * factor;
    camera.scale *= factor;
    paint();
}, { passive: false });
at('find').oninput = event => show({ find: event.target.value });
at('moment').oninput = event => show({ moment: Number(event.target.value) });
let playing = null;
function play() {
    at('play').textContent = playing ? '\u25b6' : '\u23f8';
    if (playing) return playing = clearInterval(playing);
    playing = setInterval(() => show({ moment: (state.moment + 1) % data.moments.length }), 250);
}
at('play').onclick = play;
document.onkeydown = event => {
    if (event.target.id === 'find') return;
    if (event.key === 'ArrowLeft') show({ moment: state.moment - 1 });
    if (event.key === 'ArrowRight') show({ moment: state.moment + 1 });
    if (event.key === ' ' && data.moments.length > 1) { event.preventDefault(); play(); }
};

for (const { by } of data.legends)
    at('by').append(Object.assign(document.createElement('button'), {
        textContent: by, onclick: () => { state.off.clear(); show({ by }); showStrip(); } }));
at('summary').textContent =
    `${count(pages / 256)} MiB: ${count(pages)} pages of 4 KiB, in Hilbert order`;
at('moment').max = data.moments.length - 1;
const asked = new URLSearchParams(location.hash.slice(1));
if (data.legends.some(l => l.by === asked.get('by'))) state.by = asked.get('by');
if (asked.has('moment')) state.moment = Number(asked.get('moment')) || 0;
if (positionOf(Number(asked.get('pfn') ?? -1)) !== null) state.pfn = Number(asked.get('pfn'));
at('find').value = asked.get('find') ?? '';
at('time').hidden = data.moments.length < 2;
resize();
show({ find: at('find').value });
if (data.moments.length > 1) showStrip();
new ResizeObserver(resize).observe(view);
document.body.dataset.ready = 'yes';
