// Takes the pictures of docs/gallery.md from a server that shows the sample. See bin/pictures.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const ways = {
  light: { colorScheme: "light", viewport: { width: 1280, height: 860 } },
  dark: { colorScheme: "dark", viewport: { width: 1280, height: 860 } },
  phone: { colorScheme: "light", viewport: { width: 390, height: 760 }, isMobile: true, deviceScaleFactor: 1.5 },
};

/// What each shows, where it is, and what is scrolled to.
const READ = [
  ["home", "The front page: the newest post with its picture, then what came before.", "/", "", ["light", "dark", "phone"]],
  ["post", "A post: sources in the margin, what was checked under the title.", "/2026/03/the-barrier-that-closed-late", "", ["light", "dark", "phone"]],
  ["difference", "A quotation that differs from its source: struck out what the source says, set in what the post says.", "/2026/02/a-timetable-is-a-promise", ".finding.open", ["light", "dark", "phone"]],
  ["copy", "A kept copy: the page as it was, without its scripts, under a banner that says what it is.", "COPY", "", ["light", "phone"]],
  ["source", "A source: every copy of it, its state with the evidence, and who cites it.", "/sources/1", "", ["light", "dark"]],
  ["sources", "All sources, and how they are.", "/sources", "", ["light"]],
  ["archive", "The archive: each day a square, darker where more was published.", "/archive", "", ["light", "dark", "phone"]],
  ["month", "One month.", "/archive/2026/03", "", ["light"]],
  ["tag", "A tag.", "/tag/harbour", "", ["light"]],
  ["author", "Somebody’s posts.", "/author/ida-brandt", "", ["light"]],
  ["search", "Search: the words where they stand, narrowed by author, tag and year.", "/search?q=harbour", "", ["light", "phone"]],
  ["page", "A page without a date.", "/about", "", ["light"]],
  ["nothing", "What is not there, and what might be meant.", "/2026/03/the-barier-that-closed", "", ["light"]],
];
const WRITE = [
  ["desk", "The desk: posts by state, with what their quotations came to.", "/desk", "", ["light", "dark", "phone"]],
  ["editor", "The editor: sources and quotations are checked while somebody writes.", "POST", "", ["light", "dark", "phone"]],
  ["revisions", "Revisions, compared word by word.", "REVISED/revisions", "", ["light"]],
  ["media", "Pictures and files.", "/desk/media", "", ["light"]],
  ["desk-sources", "Sources at the desk: what is to be done about each.", "/desk/sources", "", ["light"]],
  ["people", "People: who may do what.", "/desk/people", "", ["light"]],
  ["views", "Views, counted without cookies.", "/desk/views", "", ["light"]],
  ["redirects", "Addresses that lead elsewhere.", "/desk/redirects", "", ["light"]],
  ["work", "Work: what the publication does by itself, and what it could not do.", "/desk/work", "", ["light"]],
  ["settings", "Settings.", "/desk/settings", "", ["light", "dark"]],
  ["me", "One’s own page: byline, password, where one is signed in.", "/desk/me", "", ["light"]],
];

const ABOUT = `The Gazette tells what the river did, and what the offices on both its banks wrote about it.

Every page that it cites is kept, and every quotation is compared with the copy. Where we were wrong, the correction stands under the post.

## Write to us

By letter, to the keeper’s house at Marsh End; the boat of nine brings it over.`;

export default async function gallery(browser, { base, welcome, folder, page: written }) {
  mkdirSync(folder, { recursive: true });
  const context = await browser.newContext(ways.light);
  const first = await context.newPage();
  await first.goto(base + "/desk/sign-in");
  await first.screenshot({ path: join(folder, "sign-in-light.jpg"), type: "jpeg", quality: 72 });
  await first.goto(welcome);
  for (const box of await first.locator("input[type=password]").all()) await box.fill("a long walk by the quay");
  await first.locator("form", { has: first.locator("input[type=password]") }).getByRole("button").first().click();
  await first.waitForURL(`${base}/desk**`);
  await first.goto(`${base}/desk`);
  const post = new URL(await first.locator("a", { hasText: "A timetable is a kind of promise" }).first().getAttribute("href"), base).pathname;
  const revised = new URL(await first.locator("a", { hasText: "Four hundred chimneys" }).first().getAttribute("href"), base).pathname;
  await first.goto(base + revised);
  const words = await first.locator("#markdown").inputValue();
  await first.fill("#markdown", words.replace(/\. /, ", so far. "));
  await first.getByRole("button", { name: "Save", exact: true }).click();
  await first.waitForLoadState();
  await first.goto(`${base}/desk/posts/new`);
  await first.evaluate(() => document.querySelectorAll("details").forEach((more) => (more.open = true)));
  await first.fill("#title", "About the Gazette");
  await first.fill("#markdown", ABOUT);
  await first.selectOption("#kind", "page");
  await first.fill("#slug", "about");
  await first.getByRole("button", { name: "Publish", exact: true }).click();
  await first.waitForLoadState();
  await first.goto(`${base}/sources/1`);
  const copy = await first.locator("a[href^='/sources/1/2']").first().getAttribute("href");
  const storageState = await context.storageState();
  const all = [...READ.map((one) => [...one, {}]), ...WRITE.map((one) => [...one, { storageState }])];
  for (const [name, , path, place, shown, more] of all) {
    for (const way of shown) {
      const here = await browser.newContext({ ...ways[way], ...more });
      const page = await here.newPage();
      await page.goto(base + path.replace("COPY", copy).replace("POST", post).replace("REVISED", revised), { waitUntil: "networkidle" });
      if (place) await page.locator(place).first().evaluate((element) => window.scrollTo(0, element.getBoundingClientRect().top + window.scrollY - window.innerHeight / 3));
      await page.screenshot({ path: join(folder, `${name}-${way}.jpg`), type: "jpeg", quality: 72 });
      await here.close();
    }
  }
  const paper = await browser.newContext({ viewport: { width: 794, height: 1123 } });
  const sheet = await paper.newPage();
  await sheet.goto(base + READ[1][2]);
  await sheet.emulateMedia({ media: "print" });
  await sheet.screenshot({ path: join(folder, "post-print.jpg"), type: "jpeg", quality: 72 });
  writeFileSync(written, text());
}

function text() {
  const shown = ([name, words, , , ways]) => `### ${name}\n\n${words}\n\n${ways.map((way) => `![${words} (${way})](gallery/${name}-${way}.jpg)`).join("\n")}\n`;
  return `# Gallery\n\nThe sample, in Chromium, as \`bin/pictures\` took it.\n\n## What readers see\n\n${READ.map(shown).join("\n")}\n### print\n\nA post on paper.\n\n![A post on paper](gallery/post-print.jpg)\n\n## The desk\n\n### sign-in\n\n![Signing in](gallery/sign-in-light.jpg)\n\n${WRITE.map(shown).join("\n")}`;
}
