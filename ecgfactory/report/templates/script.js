(() => {
  const one = (query, root = document) => root.querySelector(query);
  const all = (query, root = document) => [...root.querySelectorAll(query)];

  if (!one("#samples")) return;

  // The table: sorted by a click on a heading, what could not be measured always last.
  const body = one("#samples tbody");
  const rows = all("tr", body);
  const key = (row, column) => {
    const cell = row.cells[column];
    const text = cell.dataset.v ?? cell.textContent;
    return text !== "" && !Number.isNaN(Number(text)) ? Number(text) : text;
  };
  const isMissing = (value) => value === "" || value === "nan";
  const compare = (a, b) =>
    typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b), "en");
  all("thead button").forEach((button, column) => {
    button.addEventListener("click", () => {
      const heading = button.closest("th");
      const order = heading.getAttribute("aria-sort") === "ascending" ? -1 : 1;
      all("thead th[aria-sort]").forEach((other) => other.setAttribute("aria-sort", "none"));
      heading.setAttribute("aria-sort", order > 0 ? "ascending" : "descending");
      const keyed = rows.map((row) => [key(row, column), row]);
      keyed.sort(([a], [b]) => isMissing(a) - isMissing(b) || order * compare(a, b));
      body.append(...keyed.map(([, row]) => row));
    });
  });

  const filter = () => {
    const verdict = one("#verdict").value, rhythm = one("#rhythm")?.value ?? "";
    const words = one("#find").value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const row of rows) {
      const text = row.dataset.words.toLowerCase();
      const inRhythm = !rhythm || row.dataset.rhythm === rhythm;
      row.hidden = !(inRhythm && text.includes(verdict) && words.every((word) => text.includes(word)));
    }
    const shown = rows.filter((row) => !row.hidden);
    const ids = new Set(shown.map((row) => row.cells[0].textContent));
    all(".gallery figure").forEach((figure) => { figure.hidden = !ids.has(figure.id.slice(4)); });
    one("#shown").textContent = `${shown.length} of ${rows.length} samples`;
  };
  one("#verdict").addEventListener("change", filter);
  one("#rhythm")?.addEventListener("change", filter);
  one("#find").addEventListener("input", filter);
  filter();

  // The viewer: one ECG at a time, enlarged by making it wider than its scrolling stage.
  const viewer = one("#viewer"), stage = one(".stage", viewer), readout = one("#measured");
  const figures = () => all(".gallery figure").filter((figure) => !figure.hidden);
  let current = null, zoom = 1, svg = null, start = null, caliper = null;

  const setZoom = (wanted) => {
    const previous = zoom;
    zoom = Math.min(Math.max(wanted, 1), 8);
    const x = stage.scrollLeft + stage.clientWidth / 2, y = stage.scrollTop + stage.clientHeight / 2;
    svg.style.width = `${100 * zoom}%`;
    stage.scrollLeft = x * zoom / previous - stage.clientWidth / 2;
    stage.scrollTop = y * zoom / previous - stage.clientHeight / 2;
  };
  const show = (figure) => {
    current = figure;
    svg = one("svg", figure).cloneNode(true);
    caliper = null;
    readout.textContent = "";
    stage.replaceChildren(svg);
    one("#viewer-title").textContent = `ECG ${figure.id.slice(4)}`;
    const verdict = one("#viewer-verdict");
    const reasons = all(".reason", figure).map((reason) => reason.textContent);
    verdict.textContent = [figure.dataset.verdict, ...reasons].join(": ");
    verdict.className = figure.dataset.class;
    one("#viewer-more").textContent = all(".more li", figure).map((item) => item.textContent).join("; ");
    one("#viewer-links").replaceChildren(...one(".links", figure).cloneNode(true).childNodes);
    const terms = all("dl dt", figure).map((term) => {
      const pair = document.createElement("div");
      pair.append(term.cloneNode(true), " ", term.nextElementSibling.cloneNode(true));
      return pair;
    });
    one("#viewer-features").replaceChildren(...terms);
    setZoom(zoom);
  };
  const step = (by) => {
    const list = figures();
    show(list[(list.indexOf(current) + by + list.length) % list.length]);
  };
  const pressMark = () => one("[data-do=mark]").setAttribute("aria-pressed", String(one("#marks").checked));
  one("#marks").addEventListener("change", pressMark);
  const actions = {
    previous: () => step(-1),
    next: () => step(1),
    smaller: () => setZoom(zoom / 1.4),
    larger: () => setZoom(zoom * 1.4),
    fit: () => setZoom(1),
    mark: () => {
      one("#marks").checked = !one("#marks").checked;
      pressMark();
    },
    measure: () => {
      const on = stage.classList.toggle("measuring");
      one("[data-do=measure]").setAttribute("aria-pressed", String(on));
      readout.textContent = on ? "Drag across the ECG to measure time and voltage." : "";
      if (caliper) caliper.remove();
      caliper = null;
    },
    close: () => viewer.close(),
  };
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-open]");
    if (opener) {
      event.preventDefault();
      zoom = 1;
      const figure = document.getElementById(`ecg-${opener.dataset.open}`);
      viewer.showModal();
      show(figure);
      stage.focus();
    }
    const button = event.target.closest("[data-do]");
    if (button) actions[button.dataset.do]();
  });
  const keys = { ArrowLeft: "previous", ArrowRight: "next", "+": "larger", "=": "larger", "-": "smaller", 0: "fit", m: "measure", p: "mark" };
  viewer.addEventListener("keydown", (event) => {
    const action = keys[event.key];
    if (!action || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey && event.key.startsWith("Arrow")) return;
    event.preventDefault();
    actions[action]();
  });
  viewer.addEventListener("close", () => one("a[data-open]", current).focus());

  const place = (event) => new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
  stage.addEventListener("pointerdown", (event) => {
    if (!stage.classList.contains("measuring")) return;
    stage.setPointerCapture(event.pointerId);
    start = place(event);
    if (caliper) caliper.remove();
    caliper = document.createElementNS("http://www.w3.org/2000/svg", "rect");
    caliper.setAttribute("class", "caliper");
    svg.append(caliper);
  });
  stage.addEventListener("pointermove", (event) => {
    if (!start) return;
    const end = place(event), width = Math.abs(end.x - start.x), height = Math.abs(end.y - start.y);
    const box = { x: Math.min(start.x, end.x), y: Math.min(start.y, end.y), width, height };
    for (const [name, value] of Object.entries(box)) caliper.setAttribute(name, value);
    const milliseconds = width / 25 * 1000, rate = milliseconds > 0 ? `, ${Math.round(60000 / milliseconds)} /min` : "";
    readout.textContent = `${Math.round(milliseconds)} ms${rate}; ${(height / 10).toFixed(2)} mV`;
  });
  stage.addEventListener("pointerup", () => { start = null; });
})();
