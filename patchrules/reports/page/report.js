"use strict";
// The lists of the report. Names reach the page as text nodes only; the state of every list is in the address, so
// that a link shows what its sender saw.
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const byId = (id) => document.getElementById(id);
  const STATUS = ["✗ non-compliant", "? unknown", "✓ compliant"];
  const PAGE = 50;
  const number = new Intl.NumberFormat("en-US");
  const count = (value) => (typeof value === "number" ? number.format(value) : value);

  const element = (tag, attributes = {}, ...children) => {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (name === "onclick") made.addEventListener("click", value);
      else if (value !== undefined && value !== false) made.setAttribute(name, value === true ? "" : value);
    }
    made.append(...children.filter((child) => child !== null && child !== undefined).map((child) => (child instanceof Node ? child : String(child))));
    return made;
  };

  const named = (names, none) => (at) => names[at] ?? none;
  const group = named(data.groups, "(none)");
  const baseline = named(data.baselines, "none: family not known");
  const product = named(data.products, "(not known)");
  const level = (rank) => (rank ? data.levels[rank] : "-");

  const why = (verdict) => {
    const [id, change, state, rank, advisory, kind, days, lines, cves] = verdict;
    const facts = [state, rank ? data.levels[rank] : null, advisory, kind, days === null ? null : `approved for ${count(days)} ${days === 1 ? "day" : "days"}`];
    const list = element("dl");
    for (const [label, text, rules] of lines) {
      list.append(element("dt", {}, label), element("dd", {}, text, rules ? element("small", {}, `  [${rules}]`) : null));
    }
    if (cves) list.append(element("dt", {}, "fixes"), element("dd", {}, cves));
    const head = element("p", {}, element("strong", {}, change.startsWith(id) ? change : `${id}  ${change}`), " · ", facts.filter(Boolean).join(" · "));
    return element("div", { class: "why" }, head, list);
  };

  // A list is what it shows of a row: title, the value to sort and export by, and whether it is a number.
  const LISTS = {
    hosts: {
      rows: data.hosts,
      noun: ["host", "hosts"],
      columns: [
        { title: "Host", value: (row) => row[0] },
        { title: "Status", value: (row) => (row[8] ? `${STATUS[row[1]]}: ${row[8]}` : STATUS[row[1]]), order: (row) => row[1], fails: (row) => row[1] === 0 },
        { title: "Patch group", value: (row) => group(row[2]) },
        { title: "Baseline", value: (row) => baseline(row[3]) },
        { title: "Product", value: (row) => product(row[4]) },
        { title: "Worst level", value: (row) => level(row[5]), order: (row) => row[5] },
        { title: "Patches", value: (row) => row[6], isNumber: true },
        { title: "Security", value: (row) => row[7], isNumber: true },
      ],
      text: (row) => `${row[0]}\n${row[9].map((at) => `${data.verdicts[at][0]} ${data.verdicts[at][4]} ${data.verdicts[at][8]}`).join("\n")}`,
      detail: (row) => {
        const parts = row[9].map((at) => why(data.verdicts[at]));
        if (row[8]) parts.unshift(element("p", {}, `Cannot be judged: ${row[8]}.`));
        if (row[9].length < row[6]) parts.push(element("p", { class: "quiet" }, `and ${count(row[6] - row[9].length)} more that the page does not list`));
        if (!parts.length) parts.push(element("p", { class: "quiet" }, "Everything complies."));
        return parts;
      },
      matches: (row, chosen) =>
        ["status", "group", "baseline", "product"].every((name, at) => chosen[name] === "" || row[1 + at] === Number(chosen[name])) &&
        (chosen.level === "" || row[5] === Number(chosen.level)),
    },
    patches: {
      rows: data.patches,
      noun: ["patch", "patches"],
      columns: [
        { title: "Package", value: (row) => row[1] },
        { title: "Level", value: (row) => level(row[0]), order: (row) => row[0], fails: (row) => row[0] > 4 },
        { title: "Wanted", value: (row) => row[2] || "-" },
        { title: "Advisory", value: (row) => row[3] || "-" },
        { title: "Kind", value: (row) => row[4] || "-" },
        { title: "Days since release", value: (row) => row[5] ?? "-", order: (row) => row[5] ?? -1, isNumber: true },
        { title: "Hosts without", value: (row) => row[6], isNumber: true },
        { title: "Hosts with", value: (row) => row[7], isNumber: true },
      ],
      text: (row) => `${row[1]}\n${row[3]}`,
      detail: (row) => {
        const numbers = new Set();
        data.verdicts.forEach((verdict, at) => { if (verdict[0] === row[1] && verdict[4] === row[3]) numbers.add(at); });
        const hosts = data.hosts.filter((host) => host[9].some((at) => numbers.has(at)));
        const names = hosts.slice(0, PAGE).map((host) => host[0]).join(", ");
        const more = row[6] - Math.min(hosts.length, PAGE);
        const line = names ? `On ${names}${more > 0 ? ` and ${count(more)} more` : ""}.` : "";
        return [...[...numbers].slice(0, 3).map((at) => why(data.verdicts[at])), element("p", {}, line)];
      },
      matches: (row, chosen) => chosen.level === "" || row[0] === Number(chosen.level),
    },
    cves: {
      rows: data.cves,
      noun: ["CVE", "CVEs"],
      columns: [
        { title: "CVE", value: (row) => row[1] },
        { title: "Level", value: (row) => level(row[0]), order: (row) => row[0], fails: (row) => row[0] > 4 },
        { title: "Packages", value: (row) => row[2] },
        { title: "Advisories", value: (row) => row[3] || "-" },
        { title: "Fix missing", value: (row) => row[4], isNumber: true },
        { title: "Waits for reboot", value: (row) => row[5], isNumber: true },
        { title: "Not approved", value: (row) => row[6], isNumber: true },
        { title: "Fixed", value: (row) => row[7], isNumber: true },
      ],
      text: (row) => row.slice(1, 4).join("\n"),
      matches: (row, chosen) => chosen.level === "" || row[0] === Number(chosen.level),
    },
  };

  const CHOICES = ["status", "level", "group", "baseline", "product"];
  const fill = (id, names) => names.forEach(([value, text]) => byId(id).append(element("option", { value }, text)));
  const alphabetic = (names, shown) => names.map((_, at) => [at, shown(at)]).sort((a, b) => a[1].localeCompare(b[1]));
  fill("level", data.levels.map((name, at) => [at, name]).reverse());
  fill("group", alphabetic(data.groups, group));
  fill("baseline", alphabetic(data.baselines, baseline));
  fill("product", alphabetic(data.products, product));

  const state = { q: "", open: "", sort: {}, page: {} };
  const read = () => {
    const told = new URLSearchParams(location.hash.slice(1));
    byId("q").value = told.get("q") ?? "";
    for (const name of CHOICES) {
      const wanted = told.get(name) ?? "";
      const option = [...byId(name).options].find((one) => one.text === wanted || (wanted === "" && one.value === ""));
      byId(name).value = option ? option.value : "";
    }
    state.open = told.get("open") ?? "";
    for (const name of Object.keys(LISTS)) state.sort[name] = told.get(`${name}-sort`) ?? "";
  };
  const remember = () => {
    const told = new URLSearchParams();
    if (byId("q").value) told.set("q", byId("q").value);
    for (const name of CHOICES) if (byId(name).value !== "") told.set(name, byId(name).selectedOptions[0].text);
    if (state.open) told.set("open", state.open);
    for (const name of Object.keys(LISTS)) if (state.sort[name]) told.set(`${name}-sort`, state.sort[name]);
    history.replaceState(null, "", `#${told}`);
  };

  const found = (name) => {
    const list = LISTS[name];
    const words = byId("q").value.toLowerCase().split(/\s+/).filter(Boolean);
    const chosen = Object.fromEntries(CHOICES.map((one) => [one, byId(one).value]));
    // The text to search is made once a row, when somebody first searches.
    if (words.length && !list.texts) list.texts = new Map(list.rows.map((row) => [row, list.text(row).toLowerCase()]));
    let rows = list.rows.filter((row) => list.matches(row, chosen) && words.every((word) => list.texts.get(row).includes(word)));
    const sort = state.sort[name];
    const column = list.columns.find((one) => one.title === sort.replace(/^-/, ""));
    if (column) {
      const key = column.order ?? column.value;
      const sign = sort.startsWith("-") ? -1 : 1;
      const compare = (a, b) => (typeof a === "number" && typeof b === "number" ? a - b : a < b ? -1 : a > b ? 1 : 0);
      rows = rows.map((row) => [key(row), row]).sort((a, b) => sign * compare(a[0], b[0])).map((pair) => pair[1]);
    }
    return rows;
  };

  // Spreadsheets run what begins like a formula: such a cell gets an apostrophe in front.
  const csvCell = (value) => {
    const text = String(value);
    const safe = /^[=+\-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20]/.test(text) && text !== "-" ? `'${text}` : text;
    return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  const save = (name) => {
    const list = LISTS[name];
    const lines = [list.columns.map((column) => csvCell(column.title))];
    for (const row of found(name)) lines.push(list.columns.map((column) => csvCell(column.value(row))));
    const address = URL.createObjectURL(new Blob([lines.map((line) => `${line.join(",")}\n`).join("")], { type: "text/csv" }));
    element("a", { href: address, download: `${name}.csv` }).click();
    setTimeout(() => URL.revokeObjectURL(address), 10000);
  };

  const draw = (name) => {
    const list = LISTS[name];
    const rows = found(name);
    const pages = Math.max(1, Math.ceil(rows.length / PAGE));
    const page = Math.min(state.page[name] ?? 0, pages - 1);
    state.page[name] = page;
    const turn = (by) => () => { state.page[name] = page + by; draw(name); byId(name).scrollIntoView(); };
    list.told.textContent = `${count(rows.length)} ${list.noun[rows.length === 1 ? 0 : 1]}${rows.length === list.rows.length ? "" : ` of ${count(list.rows.length)}`}`;
    list.head.replaceChildren(...list.columns.map((column) => {
      const sort = state.sort[name];
      const way = sort === column.title ? "ascending" : sort === `-${column.title}` ? "descending" : undefined;
      const next = way === (column.isNumber ? "descending" : "ascending") ? (column.isNumber ? column.title : `-${column.title}`) : (column.isNumber ? `-${column.title}` : column.title);
      const button = element("button", { type: "button", onclick: () => { state.sort[name] = next; state.page[name] = 0; remember(); draw(name); list.head.querySelector("[aria-sort] button")?.focus(); } }, column.title);
      return element("th", { scope: "col", "aria-sort": way, class: column.isNumber ? "num" : undefined }, button);
    }));
    list.body.replaceChildren(...rows.slice(page * PAGE, (page + 1) * PAGE).flatMap((row) => line(name, list, row)));
    if (!rows.length) list.body.append(element("tr", {}, element("td", { colspan: list.columns.length, class: "quiet" }, list.rows.length ? "Nothing matches." : "None.")));
    list.pages.replaceChildren(
      element("button", { type: "button", disabled: page === 0, onclick: turn(-1) }, "Previous"),
      element("span", {}, `Page ${count(page + 1)} of ${count(pages)}`),
      element("button", { type: "button", disabled: page + 1 >= pages, onclick: turn(1) }, "Next"),
    );
    list.pages.hidden = pages === 1;
  };

  const line = (name, list, row) => {
    const key = `${name}/${row[name === "hosts" ? 0 : 1]}${name === "patches" ? `/${row[3]}` : ""}`;
    const isOpen = list.detail && state.open === key;
    const cells = list.columns.map((column, at) => {
      const value = count(column.value(row));
      if (at) return element("td", { class: column.isNumber ? "num" : column.fails?.(row) ? "fails" : undefined }, value);
      if (!list.detail) return element("th", { scope: "row" }, value);
      const toggle = () => { state.open = isOpen ? "" : key; remember(); draw(name); [...list.body.querySelectorAll(".opens")].find((one) => one.dataset.key === key)?.focus(); };
      return element("th", { scope: "row" }, element("button", { type: "button", class: "opens", "aria-expanded": isOpen ? "true" : "false", "data-key": key, onclick: toggle }, value));
    });
    const shown = [element("tr", {}, ...cells)];
    if (isOpen) shown.push(element("tr", { class: "detail" }, element("td", { colspan: list.columns.length }, ...list.detail(row))));
    return shown;
  };

  for (const [name, list] of Object.entries(LISTS)) {
    list.told = element("p", { class: "quiet", role: "status" });
    list.head = element("tr");
    list.body = element("tbody");
    list.pages = element("nav", { class: "pages", "aria-label": `Pages of ${list.noun[1]}` });
    const table = element("table", {}, element("caption", { class: "unseen" }, byId(`${name}-title`).textContent), element("thead", {}, list.head), list.body);
    byId(name).append(
      element("div", { class: "tools" }, list.told, element("button", { type: "button", onclick: () => save(name) }, "Save as CSV")),
      element("div", { class: "scroll", tabindex: "0", role: "region", "aria-labelledby": `${name}-title` }, table),
      list.pages,
    );
  }
  const drawAll = () => Object.keys(LISTS).forEach(draw);
  const changed = () => { state.page = {}; remember(); drawAll(); };
  byId("q").addEventListener("input", changed);
  CHOICES.forEach((name) => byId(name).addEventListener("change", changed));
  byId("filters").addEventListener("submit", (event) => event.preventDefault());
  byId("filters").addEventListener("reset", () => setTimeout(() => { state.open = ""; changed(); }));
  // A link to a section is no state: it scrolls, and the lists stay as they are.
  addEventListener("hashchange", () => { if (location.hash.includes("=")) { read(); drawAll(); } });
  document.querySelectorAll('a[href^="#"]').forEach((link) => link.addEventListener("click", (event) => {
    event.preventDefault();
    const place = byId(link.getAttribute("href").slice(1));
    place.scrollIntoView();
    place.setAttribute("tabindex", "-1");
    place.focus({ preventScroll: true });
  }));
  if (location.hash.includes("=") || location.hash === "") read();
  drawAll();
})();
