// What is typed reaches the server at a pause, and readers do not see it; two windows on one post lose nothing of either.

import { expect, nothingWrong, picture, watchedPage } from "./chromium.mjs";

export default async function typing(browser, { base, email, password, post, path, folder }) {
  const watched = await watchedPage(browser, base, { viewport: { width: 1280, height: 900 } });
  const { page, context } = watched;
  await page.goto(`${base}/desk`);
  await page.fill("input[type=email]", email);
  await page.fill("input[type=password]", password);
  await page.locator("form", { has: page.locator("input[type=password]") }).getByRole("button").click();
  await page.waitForURL(`${base}/desk**`);

  // Keys and pastes do as in any editor.
  await page.goto(`${base}/desk/posts/new`);
  const text = page.locator("#markdown");
  const chosen = (from, to) => text.evaluate((area, [from, to]) => { area.focus(); area.setSelectionRange(from, to); }, [from, to]);
  const stands = async (expected) => expect((await text.inputValue()) === expected, `it holds ${await text.inputValue()}, not ${expected}`);
  await text.fill("The lamps are lit");
  await chosen(4, 9);
  await page.keyboard.press("Control+b");
  await stands("The **lamps** are lit");
  await page.keyboard.press("Control+i");
  await stands("The **_lamps_** are lit");
  await page.keyboard.press("Control+i");
  await page.keyboard.press("Control+b");
  await stands("The lamps are lit");
  await page.keyboard.press("Control+k");
  await page.keyboard.type("https://lamps.example/");
  await stands("The [lamps](https://lamps.example/) are lit");
  await chosen(40, 43);
  await text.evaluate((area) => {
    const data = new DataTransfer();
    data.setData("text/plain", "https://lamps.example/lit?utm_source=letter");
    area.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
  });
  await page.locator("#pasted", { hasText: "utm_source" }).waitFor();
  await stands("The [lamps](https://lamps.example/) are [lit](https://lamps.example/lit)");
  await kept(page);

  // A new post is a draft after the first pause, and follows its title until it is published.
  await page.goto(`${base}/desk/posts/new`);
  await page.locator("#markdown").pressSequentially("The lamps are lit");
  await kept(page);
  expect(/\/desk\/posts\/\d+$/.test(page.url()), `the draft stands at ${page.url()}`);
  const address = page.url();
  await page.fill("#title", "Lamps at dusk");
  await page.locator("#markdown").pressSequentially(" by hand.");
  await kept(page);
  const paused = Date.now();
  await page.locator("#markdown").pressSequentially(" Twice.");
  await page.waitForResponse((answer) => answer.url().endsWith("/typed") && answer.ok(), { timeout: 10_000 });
  expect(Date.now() - paused < 3500, `kept only after ${Date.now() - paused} ms`);
  await kept(page);

  // The window is gone without a word; another browser finds all of it.
  const state = await context.storageState();
  await page.close({ runBeforeUnload: false });
  const elsewhere = await watchedPage(browser, base, { storageState: { ...state, origins: [] } });
  await elsewhere.page.goto(address);
  expect((await elsewhere.page.inputValue("#markdown")) === "The lamps are lit by hand. Twice.", `it holds ${await elsewhere.page.inputValue("#markdown")}`);
  expect((await elsewhere.page.inputValue("#title")) === "Lamps at dusk", "it has its title");
  await elsewhere.page.getByRole("button", { name: "Publish", exact: true }).click();
  await elsewhere.page.locator("a", { hasText: "as readers see it" }).click();
  await elsewhere.page.waitForURL(/\/lamps-at-dusk$/);

  // Two windows on one published post.
  const [one, other] = [await context.newPage(), elsewhere.page];
  await one.goto(`${base}/desk/posts/${post}`);
  await other.goto(`${base}/desk/posts/${post}`);
  await one.fill("#markdown", "It sails at ten.");
  await kept(one);
  await other.fill("#markdown", "It sails at eleven.");
  await other.locator(".problem", { hasText: "Somebody saved this post meanwhile" }).waitFor();
  const reader = await context.newPage();
  await reader.goto(base + path);
  expect((await reader.locator("article").innerText()).includes("at nine"), "readers see what was published");

  // The first goes on undisturbed; the second is shown both, and chooses.
  await one.fill("#markdown", "It sails at ten, by hand.");
  await kept(one);
  await other.getByRole("button", { name: "Save", exact: true }).click();
  await other.locator(".clash").waitFor();
  const differs = await other.locator(".clash").innerText();
  expect(differs.includes("ten") && differs.includes("eleven"), `the clash shows ${differs}`);
  expect((await other.inputValue("#markdown")) === "It sails at eleven.", "what was typed still stands in the form");
  await picture(other, folder, "clash-light");
  await other.getByRole("button", { name: "Save", exact: true }).click();
  await other.waitForURL(/done=save/);
  expect((await other.inputValue("#markdown")) === "It sails at eleven.", "it took the other's place");

  // Neither text is gone.
  await other.getByRole("link", { name: "Revisions" }).click();
  await other.getByLabel(/^From .*, set aside$/).first().check();
  await other.getByRole("button", { name: "Compare" }).click();
  await other.locator(".finding del", { hasText: "ten, by hand" }).waitFor();
  await picture(other, folder, "revisions-light");
  await other.getByRole("button", { name: "Put the earlier words back" }).click();
  await other.waitForURL(/done=back/);
  await other.getByRole("button", { name: "Update" }).click();
  await other.waitForURL(/done=update/);
  elsewhere.complaints.splice(0, elsewhere.complaints.length, ...elsewhere.complaints.filter((words) => !words.includes("409")));
  nothingWrong(elsewhere, "two windows");
  nothingWrong(watched, "typing");
  await elsewhere.context.close();
  await watched.context.close();
}

async function kept(page) {
  await page.locator("#stands", { hasText: "typing kept at" }).waitFor({ timeout: 10_000 }).catch(async () => {
    throw new Error(`nothing was kept: ${await page.locator("#stands").innerText()}`);
  });
}
