// Hostile texts wherever somebody's words are shown. Whatever a browser makes of them, nothing of them runs: looked at with the
// page's own policy lifted, so that nothing but the cleaning stands between them and the reader.

import { expect, watchedPage } from "./chromium.mjs";

const LANES = 3;

export default async function harmless(browser, { base, pages, desk, vectors, email, password }) {
  await wouldBeSeen(browser, base, vectors);
  const found = await lookedThrough(browser, base, pages);
  found.push(...(await lookedThrough(browser, base, desk, { email, password })));
  // As readers get them; whatever the policy had to forbid is a fault of ours as well.
  found.push(...(await lookedThrough(browser, base, pages.filter((_, n) => n % 10 === 0), { bypassCSP: false })));
  expect(found.length === 0, `${found.length} found:\n${found.slice(0, 40).join("\n")}`);
}

/// The same texts as they are: many run, and are seen to.
async function wouldBeSeen(browser, base, vectors) {
  const lane = await watched(browser, base, { bypassCSP: true });
  let at = 0;
  await lane.page.route(`${base}/as-it-is/*`, (route) => route.fulfill({ contentType: "text/html", body: `<!doctype html><article>${vectors[at]}</article>` }));
  let ran = 0, seen = 0;
  for (at = 0; at < vectors.length; at += 5) {
    const found = await look(lane, `/as-it-is/${at}`);
    ran += found.some((one) => one.includes("a dialog"));
    seen += found.length > 0;
  }
  await lane.context.close();
  expect(ran > 9 && seen > 60, `of texts that hide nothing ${ran} were heard and ${seen} seen`);
}

async function lookedThrough(browser, base, paths, { bypassCSP = true, email, password } = {}) {
  const found = [], waiting = [...paths];
  await Promise.all(Array.from({ length: LANES }, async () => {
    const lane = await watched(browser, base, { bypassCSP });
    if (email) {
      await lane.page.goto(`${base}/desk`);
      await lane.page.fill("#email", email);
      await lane.page.fill("#password", password);
      await lane.page.locator("form[action='/desk/sign-in']").getByRole("button").click();
      await lane.page.waitForURL(`${base}/desk`);
    }
    for (let path = waiting.shift(); path; path = waiting.shift()) found.push(...(await look(lane, path)));
    await lane.context.close();
  }));
  return found;
}

async function watched(browser, base, options) {
  const lane = await watchedPage(browser, base, { viewport: { width: 1280, height: 900 }, ...options });
  lane.base = base;
  lane.context.on("page", () => lane.complaints.push("a dialog: another window"));
  return lane;
}

/// Opens a page, touches all that it holds, and tells what was up to something.
async function look(lane, path) {
  const { page, base } = lane;
  lane.complaints.length = lane.strangers.length = 0;
  const found = [];
  try {
    await page.goto(base + path, { waitUntil: "load" });
    if (path.startsWith("/desk/posts/")) await page.locator("#preview > *").first().waitFor({ state: "attached", timeout: 5000 }).catch(() => {});
    found.push(...(await page.evaluate(touched)));
    if (new URL(page.url()).pathname !== new URL(base + path).pathname) found.push(`it went to ${page.url()}`);
  } catch (error) {
    found.push(`it could not be looked at: ${error.message.split("\n")[0]}`);
  }
  found.push(...lane.strangers.map((url) => `it asked ${url}`));
  found.push(...lane.complaints.filter((words) => /a dialog|Content Security Policy/.test(words)));
  return found.map((what) => `${path}: ${what}`);
}

/// In the page.
function touched() {
  const found = [];
  document.addEventListener("click", (event) => event.preventDefault());
  document.addEventListener("submit", (event) => event.preventDefault());
  const addresses = ["href", "src", "action", "formaction", "xlink:href", "poster", "data", "background", "srcdoc"];
  const runs = /^[\s\0-\x20]*(javascript|vbscript|data:text|data:image\/svg)/i;
  for (const element of document.querySelectorAll("*")) {
    const name = element.localName;
    for (const { name: key, value } of element.attributes) {
      if (/^on/i.test(key)) found.push(`<${name}> has ${key}`);
      if (addresses.includes(key.toLowerCase()) && runs.test(value)) found.push(`<${name}> has ${key}=${value}`);
    }
    const shown = element.closest("article, .posts, #preview, .rows");
    const never = ["script", "iframe", "object", "embed", "applet", "base", "meta", "link", "style", "svg", "math", "frame", "template"];
    if (shown && never.includes(name) && !element.closest(".checked, figure.heat, .chart")) found.push(`<${name}> stands in the text`);
    for (const [kind, event] of [["mouseover", MouseEvent], ["mousemove", MouseEvent], ["focus", FocusEvent], ["keydown", KeyboardEvent], ["pointerdown", PointerEvent], ["toggle", Event], ["scroll", Event]]) {
      if (shown) element.dispatchEvent(new event(kind, { bubbles: true, cancelable: true }));
    }
    if (shown && name === "a") element.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true }));
  }
  return found;
}
