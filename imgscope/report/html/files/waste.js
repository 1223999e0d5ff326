"use strict";
// The table of wasted paths: filtered, sorted, and a page at a time, so that many thousand rows cost nothing.
(() => {
  const PER_PAGE = 100;
  const { waste, causes, instructions } = page.data;
  if (!waste.name.length) return;
  const table = page.byId("waste-table");
  const body = table.tBodies[0];
  const paths = waste.name.map((name, row) => waste.directories[waste.directory[row]] + name);
  const folded = paths.map((path) => path.toLowerCase());
  const order = { column: "bytes", down: true };
  let rows = [];
  let first = 0;

  function wanted() {
    const text = page.byId("waste-text").value.toLowerCase();
    const cause = causes.indexOf(page.byId("waste-cause").value);
    const layer = page.byId("waste-layer").value;
    const by = page.byId("waste-by").value;
    const box = page.byId("waste-least");
    const least = box.value.trim() ? page.parseSize(box.value) : 0;
    box.setAttribute("aria-invalid", least === null);
    return (row) =>
      folded[row].includes(text) &&
      (cause < 0 || waste.cause[row] === cause) &&
      (layer === "" || waste.layer[row] === Number(layer)) &&
      (by === "" || waste.hidden_by[row] === Number(by)) &&
      waste.bytes[row] >= (least ?? 0);
  }

  function sorted(found) {
    const sign = order.down ? -1 : 1;
    const key = { path: (row) => paths[row], cause: (row) => causes[waste.cause[row]] }[order.column];
    const column = waste[order.column];
    const value = key ?? ((row) => column[row]);
    return found.sort((a, b) => {
      const [x, y] = [value(a), value(b)];
      return x < y ? -sign : x > y ? sign : a - b;
    });
  }

  function refresh() {
    const fits = wanted();
    rows = sorted(paths.map((_, row) => row).filter(fits));
    first = 0;
    show();
  }

  function line(row) {
    const path = page.make("code", {});
    const directory = waste.directories[waste.directory[row]];
    if (directory) path.append(page.make("span", { class: "above" }, directory));
    path.append(waste.name[row]);
    const cause = causes[waste.cause[row]];
    const by = instructions[waste.hidden_by[row]];
    return page.make(
      "tr",
      {},
      page.make("td", { class: "n", title: `${page.count(waste.bytes[row])} bytes` }, page.size(waste.bytes[row])),
      page.make("td", { class: "cause" }, page.swatch(cause), cause),
      page.make("td", { class: "n", "data-says": "layer" }, String(waste.layer[row])),
      page.make("td", { class: "n", "data-says": "hidden by" }, String(waste.hidden_by[row])),
      page.make("td", { class: "n less" }, String(waste.versions[row])),
      page.make("td", { class: "path" }, path),
      page.make("td", { class: "by less" }, page.make("code", { title: by }, by)),
    );
  }

  function show() {
    body.replaceChildren(...rows.slice(first, first + PER_PAGE).map(line));
    const bytes = rows.reduce((sum, row) => sum + waste.bytes[row], 0);
    const here = waste.name.length < waste.total ? `the ${page.count(waste.name.length)} largest, of ` : "";
    page.byId("waste-status").textContent =
      `${page.count(rows.length)} paths, ${page.size(bytes)}; from ${here}${page.count(waste.total)} in all.`;
    const last = Math.max(0, Math.ceil(rows.length / PER_PAGE) - 1) * PER_PAGE;
    const end = Math.min(first + PER_PAGE, rows.length);
    page.byId("waste-page").textContent = `${page.count(Math.min(first + 1, end))} to ${page.count(end)}`;
    page.byId("waste-pages").hidden = rows.length <= PER_PAGE;
    const target = { first: 0, previous: Math.max(0, first - PER_PAGE), next: Math.min(last, first + PER_PAGE), last };
    for (const button of page.byId("waste-pages").querySelectorAll("button")) {
      button.disabled = target[button.dataset.page] === first;
      button.onclick = () => {
        first = target[button.dataset.page];
        show();
      };
    }
  }

  function markOrder() {
    for (const head of table.querySelectorAll("th[data-column]")) {
      if (head.dataset.column === order.column) {
        head.setAttribute("aria-sort", order.down ? "descending" : "ascending");
      } else head.removeAttribute("aria-sort");
    }
  }

  for (const head of table.querySelectorAll("th[data-column]")) {
    const button = page.make("button", { type: "button", class: "sort" }, head.textContent);
    head.replaceChildren(button);
    button.addEventListener("click", () => {
      const column = head.dataset.column;
      order.down = order.column === column ? !order.down : column === "bytes" || column === "versions";
      order.column = column;
      markOrder();
      refresh();
    });
  }
  const tools = page.byId("waste-tools");
  tools.addEventListener("input", refresh);
  tools.addEventListener("submit", (event) => event.preventDefault());
  tools.hidden = false;
  markOrder();
  refresh();
})();
