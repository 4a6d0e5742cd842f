// Pages that try whatever an archived page could do, opened by somebody who is signed in. Whom they reached is counted by whoever
// asked for this story; here is told what they did to the browser.

import { expect } from "./chromium.mjs";

export default async function attacks(browser, { base, pages, signIn, within }) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  if (signIn) await signedIn(context, base, signIn);
  for (const { url, tries, reaches, noted } of pages) {
    const missed = async () => (reaches ? missing(reaches, await (await fetch(noted)).json()) : ["nobody is asked"]);
    let seen = await look(context, url, within, async () => (await missed()).length === 0);
    // Attacks get into each other's way: what one visit does not reach, another does.
    for (let more = 0; reaches && more < 5 && (await missed()).length > 0; more++) {
      await seen.page.close();
      seen = await look(context, url, within, async () => (await missed()).length === 0);
    }
    if (reaches) everything(seen, url, await missed());
    else await nothing(context, seen, { url, tries });
  }
  if (signIn) {
    const page = await context.newPage();
    await page.goto(`${base}/desk`);
    expect((await page.locator("#password").count()) === 0, "the reader was signed out");
  }
  await context.close();
}

async function signedIn(context, base, { email, password }) {
  const page = await context.newPage();
  await page.goto(`${base}/desk`);
  await page.fill("#email", email);
  await page.fill("#password", password);
  await page.locator("form[action='/desk/sign-in']").getByRole("button").click();
  await page.waitForURL(`${base}/desk`);
  await page.close();
}

const missing = (wanted, seen) => wanted.filter((one) => !seen.includes(one));

/// Opens a page and gives it time, or until it has managed all it can.
async function look(context, url, within, hasAll) {
  const page = await context.newPage();
  const seen = { page, windows: [], dialogs: [], downloads: [], won: new Set(), tried: new Set() };
  const opened = (other) => seen.windows.push(other.url());
  context.on("page", opened);
  page.on("console", (message) => {
    const [, what, name] = message.text().match(/^(tried|won) (\w+)$/) ?? [];
    if (what) seen[what].add(name);
  });
  page.on("dialog", async (dialog) => { seen.dialogs.push(dialog.message()); await dialog.accept(); });
  page.on("download", (download) => seen.downloads.push(download.url()));
  await page.goto(url, { waitUntil: "load" });
  seen.title = await page.title();
  const patience = Date.now() + within;
  while (Date.now() < patience && !(await hasAll())) {
    await page.waitForTimeout(100);
  }
  context.off("page", opened);
  return seen;
}

function everything({ page, windows, dialogs }, url, missed) {
  expect(missed.length === 0, `with nothing in its way it did not reach ${JSON.stringify(missed)}`);
  const said = [...(windows.length ? ["another window"] : []), ...(dialogs.length ? ["a dialog"] : []), ...(page.url() !== url ? ["another address"] : [])];
  expect(said.length === 3, `with nothing in its way it managed only ${JSON.stringify(said)}`);
}

/// `tries`: how many ways its scripts have to have tried, none where they are not to run.
async function nothing(context, { page, windows, dialogs, downloads, won, title, tried }, { url, tries }) {
  const said = (what) => `${url}: ${what}`;
  expect(won.size === 0, said(`it managed ${JSON.stringify([...won])}`));
  expect(windows.length === 0, said(`it opened ${JSON.stringify(windows)}`));
  expect(dialogs.length === 0, said(`it asked ${JSON.stringify(dialogs)}`));
  expect(downloads.length === 0, said(`it handed over ${JSON.stringify(downloads)}`));
  expect(page.url() === url, said(`the reader stands at ${page.url()}`));
  expect((await page.title()) === title && title !== "Taken over", said(`the window is called ${await page.title()}`));
  for (const frame of page.frames()) {
    expect(!frame.url().includes("mine.localhost"), said(`a frame stands at ${frame.url()}`));
  }
  const names = (await context.cookies()).map((cookie) => cookie.name);
  expect(!names.includes("tossed"), said(`there are cookies ${JSON.stringify(names)}`));
  expect(tried.size === tries, said(`${tried.size} of ${tries} ways were tried by scripts: ${[...tried]}`));
  await page.close();
}
