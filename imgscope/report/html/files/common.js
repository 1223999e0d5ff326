"use strict";
// What the other scripts share. Everything from the image reaches the page as text, never as markup.
const page = {
  data: JSON.parse(document.getElementById("data").textContent),
  svg: "http://www.w3.org/2000/svg",

  byId(id) {
    return document.getElementById(id);
  },

  // An element with attributes, and texts or elements in it.
  make(tag, attributes, ...inside) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (value !== null) element.setAttribute(name, value);
    }
    element.append(...inside);
    return element;
  },

  // Bytes as the rest of the page writes them.
  size(count) {
    if (page.data.sizes === "bytes") return String(count);
    const binary = page.data.sizes === "binary";
    const units = binary ? ["B", "KiB", "MiB", "GiB", "TiB", "PiB"] : ["B", "kB", "MB", "GB", "TB", "PB"];
    let value = count;
    let unit = 0;
    while (value >= (binary ? 1024 : 999.5) && unit < units.length - 1) {
      value /= binary ? 1024 : 1000;
      unit += 1;
    }
    const text = binary && unit ? value.toFixed(1) : String(Number(value.toPrecision(binary ? 4 : 3)));
    return text + units[unit];
  },

  count(number) {
    return number.toLocaleString("en");
  },

  percent(part, whole) {
    const text = whole ? `${((100 * part) / whole).toFixed(1)}%` : "0.0%";
    if (text === "0.0%" && part) return "<0.1%";
    return text === "100.0%" && part !== whole ? ">99.9%" : text;
  },

  // "1.5MB", "20 KiB", "4096" in bytes; null for what is no size.
  parseSize(text) {
    const found = /^\s*(\d+(?:\.\d+)?)\s*([kmgtpe]?)(i?)b?\s*$/i.exec(text);
    if (!found) return null;
    const power = " kmgtpe".indexOf(found[2].toLowerCase() || " ");
    return Number(found[1]) * (found[3] ? 1024 : 1000) ** power;
  },

  // A little square of a colour and pattern; what it stands for is always said beside it.
  swatch(kind) {
    const box = document.createElementNS(page.svg, "svg");
    box.setAttribute("class", "swatch");
    box.setAttribute("aria-hidden", "true");
    box.append(page.rect(kind, 0, 0, "100%", "100%"));
    return box;
  },

  rect(kind, x, y, width, height) {
    const rect = document.createElementNS(page.svg, "rect");
    rect.setAttribute("class", `fill-${kind}`);
    for (const [name, value] of Object.entries({ x, y, width, height })) rect.setAttribute(name, value);
    return rect;
  },

  // Buttons of which one is pressed; tells what the pressed one has as data.
  choice(id, key, chosen) {
    const box = page.byId(id);
    for (const button of box.querySelectorAll("button")) {
      button.addEventListener("click", () => {
        for (const other of box.querySelectorAll("button")) other.setAttribute("aria-pressed", other === button);
        chosen(button.dataset[key]);
      });
    }
  },
};

page.choice("theme", "theme", (name) => {
  if (name) document.documentElement.dataset.theme = name;
  else delete document.documentElement.dataset.theme;
});
page.byId("theme").hidden = false;
