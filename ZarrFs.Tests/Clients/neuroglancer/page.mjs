// Looks at the start page in a browser as people have it, and prints what there is. One argument, JSON: { profile, server, shots }.
// shots is a folder for screenshots, or null.
import { join } from "node:path";
import { patience, recordStrictly, withBrowser } from "./browser.mjs";

const { profile, server, shots } = JSON.parse(process.argv[2]);

const views = [
  { name: "wide-light", width: 1280, height: 900, colorScheme: "light", javaScript: true },
  { name: "wide-dark", width: 1280, height: 900, colorScheme: "dark", javaScript: true },
  { name: "phone-light", width: 390, height: 844, colorScheme: "light", javaScript: true },
  { name: "phone-dark", width: 390, height: 844, colorScheme: "dark", javaScript: true },
  { name: "no-script", width: 1280, height: 900, colorScheme: "light", javaScript: false },
];

/** How different a picture's pixels are, and its size. */
const pictures = (page) => page.evaluate(() => [...document.querySelectorAll(".picture img")].map((image) => {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
  const context = canvas.getContext("2d");
  context.drawImage(image, 0, 0);
  const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
  let sum = 0, squares = 0;
  const count = data.length / 4;
  for (let i = 0; i < data.length; i += 4) {
    const grey = (data[i] + data[i + 1] + data[i + 2]) / 3;
    sum += grey;
    squares += grey * grey;
  }
  return { width: image.naturalWidth, height: image.naturalHeight, shown: image.clientWidth, variance: squares / count - (sum / count) ** 2, alt: image.alt };
}));

/** What makes a page readable for all: names of everything that can be used, one first heading, contrast of text on its ground. */
const facts = (page) => page.evaluate(() => {
  const visible = (element) => element.checkVisibility({ visibilityProperty: true });
  const nameOf = (element) => (element.getAttribute("aria-label") ?? element.textContent).trim();
  const channels = (color) => color.match(/[\d.]+/g).map(Number);
  const luminance = ([r, g, b]) => [0.2126, 0.7152, 0.0722].reduce((sum, weight, i) => {
    const c = [r, g, b][i] / 255;
    return sum + weight * (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
  }, 0);
  const groundOf = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const color = channels(getComputedStyle(at).backgroundColor);
      if (color.length === 3 || color[3] > 0) return color;
    }
    return [255, 255, 255];
  };
  const contrast = (element) => {
    const [one, other] = [luminance(channels(getComputedStyle(element).color)), luminance(groundOf(element))].sort((a, b) => b - a);
    return (one + 0.05) / (other + 0.05);
  };
  const texts = [...document.querySelectorAll("body *")].filter((element) => visible(element)
    && [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent.trim()));
  return {
    language: document.documentElement.lang,
    title: document.title,
    firstHeadings: document.querySelectorAll("h1").length,
    mains: document.querySelectorAll("main").length,
    headings: [...document.querySelectorAll("h1, h2, h3")].map((heading) => Number(heading.tagName[1])),
    imagesWithoutAlt: [...document.images].filter((image) => !image.hasAttribute("alt")).length,
    nameless: [...document.querySelectorAll("a, button, summary, progress, [tabindex]")].filter((element) => !nameOf(element) && !element.hasAttribute("aria-labelledby"))
      .map((element) => element.outerHTML.slice(0, 100)),
    doubleIds: [...document.querySelectorAll("[id]")].map(({ id }) => id).filter((id, i, all) => all.indexOf(id) !== i),
    leastContrast: Math.min(...texts.map(contrast)),
    ground: getComputedStyle(document.body).backgroundColor,
    overflow: document.documentElement.scrollWidth - innerWidth,
    copyButtons: [...document.querySelectorAll(".copy button")].filter((button) => !button.hidden).length,
    lines: document.querySelectorAll(".copy code").length,
    open: [...document.querySelectorAll("a.button:not(.quiet)")].map((link) => ({ text: nameOf(link), href: link.href, height: link.getBoundingClientRect().height })),
    uptime: document.querySelector("[data-uptime]").textContent,
  };
});

/** Goes from control to control by Tab until the first big button, and says whether it can be seen where one is. */
async function tab(page) {
  await page.evaluate(() => scrollTo(0, 0));
  for (let presses = 1; presses <= 10; presses++) {
    await page.keyboard.press("Tab");
    const found = await page.evaluate(() => {
      const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement);
      return { isButton: document.activeElement.matches("a.button:not(.quiet)"), outline: `${outlineStyle} ${outlineWidth}` };
    });
    if (found.isButton) return { presses, outline: found.outline };
  }
  return null;
}

/** Asks again and again, also where the page runs no scripts. */
async function until(page, condition, argument) {
  for (const end = Date.now() + patience; !(await page.evaluate(condition, argument));) {
    if (Date.now() > end) throw new Error(`never so: ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** What the page says once it is refused, after it was told of a level that it has no row for: it goes on after that. */
async function end(page) {
  await page.route("**/status", async (route) => {
    const status = await (await route.fetch()).json();
    status.volumes[0].levels.push({ ...status.volumes[0].levels[0], index: 99 });
    status.service.uptime = 86400 * 999;
    await route.fulfill({ json: status });
  });
  await until(page, () => document.querySelector("[data-uptime]").textContent.startsWith("999 d"));
  await page.unroute("**/status");
  await page.route("**/status", (route) => route.fulfill({ status: 401 }));
  await until(page, () => document.getElementById("ended").checkVisibility());
  return page.evaluate(() => document.getElementById("ended").textContent);
}

/** The pictures at a moment when none is being replaced by a newer one: it has no size then. */
async function whole(page) {
  const ready = () => [...document.querySelectorAll(".picture img")].every((image) => image.complete && image.naturalWidth > 0);
  for (let tries = 1; ; tries++) {
    await until(page, ready);
    try {
      return await pictures(page);
    } catch (error) {
      if (tries === 20) throw error;
    }
  }
}

async function look(browser, { name, width, height, colorScheme, javaScript }) {
  const page = await browser.newPage();
  await page.setViewportSize({ width, height });
  await page.emulateMedia({ colorScheme });
  if (!javaScript) await (await browser.newCDPSession(page)).send("Emulation.setScriptExecutionDisabled", { value: true });
  const traffic = recordStrictly(page, server);
  await page.goto(`${server}/`);
  await until(page, () => [...document.querySelectorAll(".picture img")].every((image) => image.complete && image.naturalWidth > 0));
  const first = await facts(page);
  if (javaScript) await until(page, (before) => document.querySelector("[data-uptime]").textContent !== before, first.uptime);
  const seen = { name, ...first, pictures: await whole(page), tab: await tab(page), troubles: [...traffic.troubles] };
  if (shots) await page.screenshot({ path: join(shots, `${name}.png`), fullPage: true });
  if (name === "wide-light") {
    await page.locator(".lines summary").first().click();
    await page.locator(".copy button").first().click();
    await until(page, () => document.getElementById("told").textContent !== "");
    seen.told = await page.evaluate(() => [document.getElementById("told").textContent, getSelection().toString()]);
    seen.troubles = [...traffic.troubles];
    seen.ended = await end(page);
  }
  await page.close();
  return { ...seen, asked: [...new Set(traffic.answers.map(({ path }) => path))] };
}

await withBrowser({ profile, width: 1280, height: 900 }, async (browser) => {
  const sightings = [];
  for (const view of views) sightings.push(await look(browser, view));
  console.log(JSON.stringify(sightings));
});
