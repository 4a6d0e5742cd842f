// A kept copy of a hostile page is opened with script allowed: nothing of it runs, and nobody is asked.

import { expect, picture, watchedPage } from "./chromium.mjs";

export default async function keeping(browser, { base, path, shows, folder }) {
  const watched = await watchedPage(browser, base, { viewport: { width: 1280, height: 900 } });
  const { page, complaints, strangers } = watched;
  await page.goto(base + path, { waitUntil: "networkidle" });
  const text = (await Promise.all(page.frames().map((frame) => frame.locator("body").innerText()))).join("\n");
  expect(text.includes(shows), `the copy does not show “${shows}” but:\n${text}`);
  for (const frame of page.frames()) {
    expect(!(await frame.title()).includes("A script ran"), "a script of the kept page ran");
  }
  expect(!text.includes("A script ran"), "a script of the kept page ran");
  expect(strangers.length === 0, `asked ${JSON.stringify(strangers)}`);
  const dialogs = complaints.filter((complaint) => complaint.startsWith("a dialog"));
  expect(dialogs.length === 0, JSON.stringify(dialogs));
  expect((await page.context().cookies()).length === 0, "a cookie came with a kept copy");
  await picture(page, folder, "kept-copy");
  await watched.context.close();
}
