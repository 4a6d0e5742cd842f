// Pictures of a publication that is a year old: what a reader sees, a card over a source, and what the desk says of the sources.

import { expect, picture, watchedPage } from "./chromium.mjs";

export default async function year(browser, { base, pages, desk, email, password, folder }) {
  const { context, page } = await watchedPage(browser, base, { viewport: { width: 1280, height: 900 } });
  const shown = async ({ name, path }) => {
    const answer = await page.goto(base + path, { waitUntil: "load" });
    expect(answer.status() === 200, `${name}: ${answer.status()}`);
    await picture(page, folder, name);
  };
  for (const one of pages) await shown(one);
  await page.goto(base + pages.find(({ name }) => name === "post").path);
  await card(page, folder);
  await page.goto(`${base}/desk`);
  await page.fill("#email", email);
  await page.fill("#password", password);
  await page.locator("form[action='/desk/sign-in']").getByRole("button").click();
  await page.waitForURL(`${base}/desk`);
  for (const one of desk) await shown(one);
  await context.close();
}

/// A link in the text, and what stands in the margin beside it.
async function card(page, folder) {
  const link = page.locator("article a[data-originalurl]").first();
  if ((await link.count()) === 0) return;
  await link.scrollIntoViewIfNeeded();
  await link.hover();
  await page.waitForTimeout(300);
  await page.screenshot({ path: `${folder}/card.png` });
}
