"use strict";
// Where the bytes are, as a treemap or an icicle: tiles are as large as what they stand for, the hatched part is waste.
(() => {
  const { tree, causes } = page.data;
  const TITLE = 17;
  const OPEN_WIDTH = 64;
  const OPEN_HEIGHT = 46;
  const LEAST_AREA = 160; // what would be smaller shares one tile with its like
  const LEVEL = 26;
  const LEAST_WIDTH = 5;
  const HUES = [205, 150, 262, 178, 228, 122, 292, 190];
  const MOST_ROWS = 200;

  const nodes = tree.name.length;
  const directories = new Set(tree.directory);
  const more = new Map(tree.more);
  const children = Array.from({ length: nodes }, () => []);
  const live = Float64Array.from(tree.live);
  const byCause = new Float64Array(nodes * causes.length);
  const own = new Float64Array(nodes); // wasted bytes at a node itself
  for (const [node, cause, bytes] of tree.wasted) {
    byCause[node * causes.length + cause] += bytes;
    own[node] += bytes;
  }
  const wasted = Float64Array.from(own);
  for (let node = nodes - 1; node > 0; node -= 1) {
    const above = tree.parent[node];
    children[above].push(node);
    live[above] += live[node];
    wasted[above] += wasted[node];
    for (let cause = 0; cause < causes.length; cause += 1) {
      byCause[above * causes.length + cause] += byCause[node * causes.length + cause];
    }
  }
  const whole = live[0] + wasted[0];
  if (!whole) return;

  const state = { root: 0, bytes: "all", shape: "treemap" };
  const box = page.byId("tiles");
  let tiles = [];
  let current = -1;

  // An item is a node, or what stands for several: `itself`, the bytes that a directory once had as a file, or the
  // `rest` of a directory, what is too small to be seen.
  function itemOf(node) {
    const causesOf = Array.from(byCause.subarray(node * causes.length, (node + 1) * causes.length));
    const count = more.get(node) ?? 0;
    const about = count ? tree.parent[node] : node;
    return { node: about, rest: count, itself: false, name: tree.name[node], live: live[node], causes: causesOf };
  }

  function wastedOf(item) {
    return item.causes.reduce((sum, bytes) => sum + bytes, 0);
  }

  function weight(item) {
    if (state.bytes === "live") return item.live;
    return state.bytes === "wasted" ? wastedOf(item) : item.live + wastedOf(item);
  }

  function isDirectory(item) {
    return !item.rest && !item.itself && directories.has(item.node);
  }

  // Of some directories, far down in an image of very many, nothing is told but their size.
  function canEnter(item) {
    return isDirectory(item) && children[item.node].length > 0;
  }

  function without(item, parts) {
    const left = { ...item, causes: [...item.causes] };
    for (const part of parts) {
      left.live -= part.live;
      part.causes.forEach((bytes, cause) => (left.causes[cause] -= bytes));
    }
    return left;
  }

  function inside(node) {
    const found = children[node].map(itemOf);
    const left = without(itemOf(node), found);
    if (left.live + wastedOf(left) > 0 && found.length) found.push({ ...left, node, itself: true, name: "itself" });
    return found.filter((item) => weight(item) > 0).sort((a, b) => weight(b) - weight(a));
  }

  // Those that are large enough, and one for all others.
  function shown(items, isLarge) {
    const [large, small] = [[], []];
    for (const item of items) (isLarge(item) && !item.rest ? large : small).push(item);
    if (!small.length || (small.length === 1 && !small[0].rest)) return items;
    const rest = { ...small[0], rest: 0, itself: false, name: "", live: 0, causes: causes.map(() => 0) };
    for (const item of small) {
      rest.rest += item.rest || 1;
      rest.live += item.live;
      item.causes.forEach((bytes, cause) => (rest.causes[cause] += bytes));
    }
    rest.node = small[0].rest ? small[0].node : tree.parent[small[0].node];
    return [...large, rest];
  }

  // A directory with nothing but a directory in it is shown as one with that.
  function joined(item, room) {
    let name = item.name;
    while (isDirectory(item)) {
      const [only, ...others] = inside(item.node);
      if (!only || others.length || !isDirectory(only) || name.length + only.name.length > room) break;
      name = `${name}/${only.name}`;
      item = only;
    }
    return { ...item, name };
  }

  function tile(item, x, y, width, height, depth, hue) {
    const made = { item: joined(item, width / 8), x, y, width, height, depth, hue, open: false, inside: [] };
    tiles.push(made);
    return made;
  }

  function treemap(items, x, y, width, height, depth, hue) {
    const sum = items.reduce((bytes, item) => bytes + weight(item), 0);
    const scale = (width * height) / sum;
    const kept = shown(items, (item) => weight(item) * scale >= LEAST_AREA).sort((a, b) => weight(b) - weight(a));
    const placed = squarified(kept.map((item) => weight(item) * scale), x, y, width, height);
    placed.forEach((rect, number) => {
      const made = tile(kept[number], ...rect, depth, hue ?? HUES[number % HUES.length]);
      if (isDirectory(made.item) && made.width >= OPEN_WIDTH && made.height >= OPEN_HEIGHT) {
        const below = inside(made.item.node);
        if (!below.length) return;
        made.open = true;
        const [left, top] = [made.x + 2, made.y + TITLE];
        treemap(below, left, top, made.width - 4, made.height - TITLE - 2, depth + 1, made.hue);
      }
    });
  }

  // Rectangles of given areas that fill a box, as square as may be: rows along the shorter side, each taking more as
  // long as that makes its worst rectangle better.
  function squarified(areas, x, y, width, height) {
    const placed = [];
    let at = 0;
    while (at < areas.length) {
      const side = Math.max(Math.min(width, height), 0.01);
      let sum = areas[at];
      let end = at + 1;
      let worst = flaw(areas[at], areas[at], sum, side);
      while (end < areas.length) {
        const next = flaw(areas[at], areas[end], sum + areas[end], side);
        if (next > worst) break;
        worst = next;
        sum += areas[end];
        end += 1;
      }
      const thick = sum / side;
      let along = 0;
      for (; at < end; at += 1) {
        const long = areas[at] / thick;
        placed.push(width >= height ? [x, y + along, thick, long] : [x + along, y, long, thick]);
        along += long;
      }
      if (width >= height) [x, width] = [x + thick, width - thick];
      else [y, height] = [y + thick, height - thick];
    }
    return placed;
  }

  function flaw(largest, smallest, sum, side) {
    return Math.max((side * side * largest) / (sum * sum), (sum * sum) / (side * side * smallest));
  }

  function icicle(items, x, y, width, depth, hue) {
    const sum = items.reduce((bytes, item) => bytes + weight(item), 0);
    const scale = width / sum;
    const kept = shown(items, (item) => weight(item) * scale >= LEAST_WIDTH);
    kept.forEach((item, number) => {
      const wide = weight(item) * scale;
      const made = tile(item, x, y, wide, LEVEL, depth, hue ?? HUES[number % HUES.length]);
      x += wide;
      if (isDirectory(made.item) && wide >= 3 * LEAST_WIDTH && depth < 30) {
        icicle(inside(made.item.node), made.x, y + LEVEL, wide, depth + 1, made.hue);
      }
    });
  }

  function pathOf(item) {
    const parts = item.itself || item.rest ? [] : [tree.name[item.node]];
    let node = item.itself || item.rest ? item.node : tree.parent[item.node];
    for (; node; node = tree.parent[node]) parts.push(tree.name[node]);
    return `/${parts.reverse().join("/")}`;
  }

  function title(item) {
    if (item.rest) return `${page.count(item.rest)} more`;
    return item.name + (isDirectory(item) ? "/" : "");
  }

  function sentence(item) {
    const lost = wastedOf(item);
    const parts = causes.map((cause, number) => [cause, item.causes[number]]).filter(([, bytes]) => bytes > 0);
    const named = parts.map(([cause, bytes]) => `${cause} ${page.size(bytes)}`).join(", ");
    const kind = item.rest ? "small ones together" : isDirectory(item) ? "directory" : "file";
    const share = page.percent(item.live + lost, whole);
    return `${title(item)}, ${kind}, ${page.size(item.live + lost)}, ${share} of all${lost ? `; wasted: ${named}` : ""}`;
  }

  function describe(item) {
    const lost = wastedOf(item);
    const line = page.byId("tile-details");
    const path = item.rest ? `${pathOf(item)}: ${title(item)}` : pathOf(item) + (isDirectory(item) ? "/" : "");
    const share = page.percent(item.live + lost, whole);
    line.replaceChildren(
      page.make("code", {}, path === "//" ? "/" : path),
      ` ${page.size(item.live + lost)}, ${share} of all `,
    );
    line.append(page.swatch("live"), `live ${page.size(item.live)}`);
    item.causes.forEach((bytes, cause) => {
      if (bytes > 0) line.append(page.swatch(causes[cause]), `${causes[cause]} ${page.size(bytes)}`);
    });
  }

  // The hatched part of a tile: as large a part of it as waste is, divided by cause.
  function waste(item, width, height) {
    const lost = wastedOf(item);
    const part = lost / weight(item);
    const svg = document.createElementNS(page.svg, "svg");
    const high = height * Math.min(part, 1);
    svg.setAttribute("width", width);
    svg.setAttribute("height", high);
    svg.setAttribute("aria-hidden", "true");
    let x = 0;
    item.causes.forEach((bytes, cause) => {
      const wide = (width * bytes) / lost;
      if (wide > 0) svg.append(page.rect(causes[cause], x, 0, wide, high));
      x += wide;
    });
    return svg;
  }

  function draw(made, number) {
    const { item, width, height } = made;
    const lost = state.bytes === "live" ? 0 : wastedOf(item);
    const kinds = ["tile"];
    if (made.open) kinds.push("open");
    if (made.depth % 2) kinds.push("odd");
    if (item.rest) kinds.push("rest");
    if (canEnter(item)) kinds.push("into");
    const drawn = page.make("div", {
      class: kinds.join(" "),
      role: "treeitem",
      "aria-level": made.depth + 1,
      "aria-label": sentence(item),
      "aria-selected": "false",
      tabindex: number ? -1 : 0,
    });
    drawn.style.left = `${made.x}px`;
    drawn.style.top = `${made.y}px`;
    drawn.style.width = `${width}px`;
    drawn.style.height = `${height}px`;
    drawn.style.setProperty("--hue", made.hue);
    if (lost && !made.open && width > 3 && height > 3) drawn.append(waste(item, width - 2, height - 2));
    if (width >= 34 && height >= 16) {
      const size = page.size(weight(item));
      const beside = made.open ? width > 80 : height < 34 && width > 110;
      const name = page.make("span", {}, page.make("b", {}, title(item)), beside ? ` ${size}` : "");
      drawn.append(page.make("div", { class: "name" }, name));
      if (!made.open && !beside && height >= 34 && width >= 50) {
        drawn.append(page.make("div", { class: "name" }, page.make("span", {}, size)));
      }
    }
    drawn.addEventListener("pointerenter", () => describe(item));
    drawn.addEventListener("focus", () => focused(number));
    drawn.addEventListener("click", () => enter(item));
    made.drawn = drawn;
    return drawn;
  }

  function focused(number) {
    if (tiles[current]) {
      tiles[current].drawn.tabIndex = -1;
      tiles[current].drawn.setAttribute("aria-selected", "false");
    }
    current = number;
    tiles[number].drawn.tabIndex = 0;
    tiles[number].drawn.setAttribute("aria-selected", "true");
    describe(tiles[number].item);
  }

  function layout() {
    tiles = [];
    current = -1;
    const width = box.clientWidth;
    const items = inside(state.root);
    box.style.height = "";
    if (items.length && state.shape === "treemap") treemap(items, 0, 0, width, box.clientHeight, 0, null);
    if (items.length && state.shape === "icicle") {
      icicle(items, 0, 0, width, 0, null);
      box.style.height = `${Math.max(...tiles.map((made) => made.y + LEVEL))}px`;
    }
    const path = pathOf(itemOf(state.root));
    box.setAttribute("aria-label", `Map of ${path}: what is ${state.bytes === "all" ? "live or wasted" : state.bytes}`);
    const nothing = page.make("p", { class: "name" }, "Nothing of that kind here.");
    box.replaceChildren(...(tiles.length ? tiles.map(draw) : [nothing]));
  }

  function crumbs() {
    const trail = [];
    for (let node = state.root; node; node = tree.parent[node]) trail.unshift(node);
    const list = page.make("ol", {});
    for (const node of [0, ...trail]) {
      const name = node ? tree.name[node] : "root";
      const here = node === state.root;
      const inside = here ? page.make("span", { "aria-current": "location" }, name) : page.make("button", { type: "button" }, name);
      if (!here) inside.addEventListener("click", () => go(node));
      list.append(page.make("li", {}, inside));
    }
    page.byId("crumbs").replaceChildren(list);
  }

  function table() {
    const items = inside(state.root);
    const name = state.root ? pathOf(itemOf(state.root)) : "the root directory";
    page.byId("inside-title").textContent = `In ${name}`;
    const rows = items.slice(0, MOST_ROWS).map((item) => {
      const label = canEnter(item)
        ? page.make("button", { type: "button", class: "link" }, title(item))
        : page.make("code", {}, title(item));
      if (canEnter(item)) label.addEventListener("click", () => go(item.node, true));
      const lost = wastedOf(item);
      return page.make(
        "tr",
        {},
        page.make("th", { scope: "row" }, label),
        ...[item.live + lost, item.live, lost].map((bytes) => page.make("td", { class: "n" }, page.size(bytes))),
      );
    });
    if (items.length > MOST_ROWS) {
      const left = `${page.count(items.length - MOST_ROWS)} smaller ones are not listed`;
      rows.push(page.make("tr", {}, page.make("td", { colspan: 4 }, left)));
    }
    page.byId("inside").tBodies[0].replaceChildren(...rows);
  }

  function refresh() {
    layout();
    crumbs();
    table();
    describe(itemOf(state.root));
  }

  function go(node, toMap = false) {
    state.root = node;
    refresh();
    if (toMap && tiles.length) tiles[0].drawn.focus();
  }

  function enter(item) {
    // What is small in a directory may be seen once that is entered.
    const into = canEnter(item) || item.rest;
    if (into && item.node !== state.root) go(item.node, true);
  }

  // The tile that lies next in a direction: the nearest edge counts, and what is beside the way counts double.
  function neighbour(key) {
    const from = edges(tiles[current]);
    let best = current;
    let least = Infinity;
    tiles.forEach((made, number) => {
      if (number === current) return;
      const to = edges(made);
      const away = {
        ArrowRight: to.left - from.left,
        ArrowLeft: from.left - to.left,
        ArrowDown: to.top - from.top,
        ArrowUp: from.top - to.top,
      }[key];
      if (away < 1) return;
      const flat = key === "ArrowLeft" || key === "ArrowRight";
      const beside = flat
        ? Math.max(0, to.top - from.bottom, from.top - to.bottom)
        : Math.max(0, to.left - from.right, from.left - to.right);
      const skew = flat ? Math.abs(to.top - from.top) : Math.abs(to.left - from.left);
      const far = away + 4 * beside + skew / 100;
      if (far < least) [best, least] = [number, far];
    });
    return best;
  }

  function edges(made) {
    const height = made.open ? TITLE : made.height;
    return { left: made.x, right: made.x + made.width, top: made.y, bottom: made.y + height };
  }

  box.addEventListener("keydown", (event) => {
    if (current < 0) return;
    const { item } = tiles[current];
    let next = current;
    if (event.key.startsWith("Arrow")) next = neighbour(event.key);
    else if (event.key === "Home") next = 0;
    else if (event.key === "End") next = tiles.length - 1;
    else if (event.key === "Enter" || event.key === " ") enter(item);
    else if ((event.key === "Backspace" || event.key === "Escape") && state.root) go(tree.parent[state.root], true);
    else return;
    event.preventDefault();
    if (next !== current) tiles[next].drawn.focus();
  });

  page.choice("map-bytes", "bytes", (bytes) => {
    state.bytes = bytes;
    refresh();
  });
  page.choice("map-shape", "shape", (shape) => {
    state.shape = shape;
    refresh();
  });
  for (const id of ["tiles", "map-tools", "tile-details", "map-help"]) page.byId(id).hidden = false;
  box.setAttribute("role", "tree");
  let wide = box.clientWidth;
  new ResizeObserver(() => {
    if (box.clientWidth === wide) return;
    wide = box.clientWidth;
    layout();
  }).observe(box);
  refresh();
})();
