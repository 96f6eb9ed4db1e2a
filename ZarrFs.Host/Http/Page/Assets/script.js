// Keeps the start page up to date while somebody looks at it, and makes its copy buttons work. Without it the page says the same, once.
"use strict";

const interval = 2000;
// Asking again does not help, and counts as one more failed attempt: a link that has expired, or too many asked for.
const lasting = new Set([401, 404, 429]);
let isEnded = false;

// An exact picture becomes another only if its source does: it is asked for less often.
const roundsBetweenExact = 5;
let round = 0;

const units = ["B", "kB", "MB", "GB", "TB", "PB"];

/** As the server writes amounts of bytes. */
function bytes(number) {
  let unit = 0;
  for (; number >= 1000 && unit < units.length - 1; unit++) number /= 1000;
  return `${Math.round(number * 100) / 100} ${units[unit]}`;
}

function time(seconds) {
  const two = (large, small, size, names) => `${Math.floor(large / size)} ${names[0]} ${small} ${names[1]}`;
  if (seconds < 60) return `${Math.floor(seconds)} s`;
  if (seconds < 3600) return two(seconds, Math.floor(seconds % 60), 60, ["min", "s"]);
  if (seconds < 86400) return two(seconds, Math.floor((seconds / 60) % 60), 3600, ["h", "min"]);
  return two(seconds, Math.floor((seconds / 3600) % 24), 86400, ["d", "h"]);
}

function percent(share) {
  return `${Math.floor(share * 1000) / 10} %`;
}

function say(root, mark, text) {
  const place = root.querySelector(`[data-${mark}]`);
  if (place && place.textContent !== text) place.textContent = text;
}

function showVolume(card, volume) {
  say(card, "read", bytes(volume.read.bytes));
  say(card, "rate", `${bytes(volume.read.rate)}/s`);
  showFound(card, volume.found);
  if (volume.build) say(card, "build", volume.build.text);
  for (const level of volume.levels) {
    const row = card.querySelector(`tr[data-level="${level.index}"]`);
    if (!row) continue; // it came with a reload
    say(row, "provisional", String(level.provisional));
    if (level.final === null || !row.querySelector("progress")) continue;
    const share = Math.min(1, level.final / level.chunks);
    row.querySelector("progress").value = share;
    say(row, "final", `${percent(share)}, ${level.final.toLocaleString("en")} of ${level.chunks.toLocaleString("en")}`);
  }
}

/** The list of what is bad is as old as the page. */
function showFound(card, { bad, missing }) {
  const place = card.querySelector(".problems");
  if (place.querySelector("[data-bad]").textContent === String(bad) && place.querySelector("[data-missing]").textContent === String(missing)) return;
  say(place, "bad", String(bad));
  say(place, "missing", String(missing));
  place.classList.toggle("bad", bad > 0);
  place.querySelector("[data-news]").hidden = false;
}

function showService({ service, cache }) {
  const place = document.getElementById("service");
  say(place, "uptime", time(service.uptime));
  if (!service.sent) return; // who sees a part of the volumes is told no more
  say(place, "requests", service.requests.toLocaleString("en"));
  say(place, "connections", service.connections.toLocaleString("en"));
  say(place, "sent", `${bytes(service.sent.bytes)}, now ${bytes(service.sent.rate)}/s`);
  say(place, "memory", `${bytes(service.memory.inUse)} of ${bytes(service.memory.budget)}`);
  if (!cache) return;
  say(document, "cache", bytes(cache.bytes));
  document.querySelector("[data-full] progress").value = Math.min(1, cache.bytes / cache.limit);
  say(document, "hits", String(cache.hits));
  say(document, "misses", String(cache.misses));
}

async function update() {
  if (document.hidden) return;
  const answer = await fetch("status", { cache: "no-store" });
  if (lasting.has(answer.status)) {
    isEnded = true;
    const ended = document.getElementById("ended");
    ended.textContent = `This page is not kept up to date any more: the server answered ${answer.status}. Load it again to go on.`;
    ended.hidden = false;
    document.getElementById("told").textContent = ended.textContent;
  }
  if (!answer.ok) return;
  const status = await answer.json();
  const cards = new Map([...document.querySelectorAll("[data-volume]")].map((card) => [card.dataset.volume, card]));
  for (const volume of status.volumes) {
    const card = cards.get(volume.name);
    if (card) showVolume(card, volume);
  }
  showService(status);
  round++;
  await Promise.all([...cards.values()].map(refreshPicture));
}

/** Fetches a picture again, since it becomes exact, and its source may change; the browser asks with its tag, so one that has not changed is not sent. */
async function refreshPicture(card) {
  const picture = card.querySelector(".picture img");
  if (!picture?.complete || (picture.dataset.exact && round % roundsBetweenExact)) return;
  picture.dataset.address ??= picture.getAttribute("src");
  const answer = await fetch(picture.dataset.address, { cache: "no-cache" });
  if (!answer.ok) return;
  const isProvisional = answer.headers.has("X-ZarrFs-Provisional");
  const tag = answer.headers.get("ETag");
  card.querySelector(".preview").hidden = !isProvisional;
  picture.dataset.exact = isProvisional ? "" : "yes";
  if (picture.dataset.tag === tag) return;
  const url = URL.createObjectURL(await answer.blob());
  picture.addEventListener("load", () => URL.revokeObjectURL(url), { once: true });
  picture.dataset.tag = tag;
  picture.src = url;
}

/** The clipboard is there for pages from this machine or over HTTPS; elsewhere the line is selected, to be copied by hand. */
async function copy(button) {
  const code = button.previousElementSibling;
  let done = "Copied";
  try {
    await navigator.clipboard.writeText(code.textContent);
  } catch {
    getSelection().selectAllChildren(code);
    done = "Selected";
  }
  button.textContent = done;
  document.getElementById("told").textContent = done;
  setTimeout(() => { button.textContent = "Copy"; }, 1500);
}

async function keepUpdating() {
  try {
    await update();
  } catch {
    // The server is away; the page stays as it was, and looks again.
  }
  if (!isEnded) setTimeout(keepUpdating, interval);
}

for (const button of document.querySelectorAll(".copy button")) {
  button.hidden = false;
  button.addEventListener("click", () => copy(button));
}
keepUpdating();
