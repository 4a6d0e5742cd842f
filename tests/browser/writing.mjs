// A writer signs in, types, pastes, sees sources and quotations checked while writing, and publishes.

import { expect, nothingWrong, picture, watchedPage } from "./chromium.mjs";

export default async function writing(browser, { base, email, password, release, folder }) {
  const watched = await watchedPage(browser, base, { viewport: { width: 1280, height: 900 } });
  const { page } = watched;
  await page.goto(`${base}/desk`);
  await picture(page, folder, "sign-in-light");
  await page.fill("input[type=email]", email);
  await page.fill("input[type=password]", password);
  await page.locator("form", { has: page.locator("input[type=password]") }).getByRole("button").click();
  await page.waitForURL(`${base}/desk**`);
  await picture(page, folder, "desk-light");

  await page.goto(`${base}/desk/posts/new`);
  await page.fill("#title", "The outer basin");
  await page.locator("#markdown").pressSequentially("The basin will be *dredged* this spring.\n\n");
  await seen(page, "#preview", "The basin will be dredged this spring.");
  expect((await page.locator("#preview em").innerText()) === "dredged", "the preview shows emphasis");

  await paste(page, {
    html: `<p>Moreau said that “the basin has not been widened since the breakwater was extended” <a href="${release}?utm_source=paste" onclick="alert(1)">in the release</a>.</p><script>alert(2)</script><img src=x onerror="alert(3)">`,
    plain: "plain text that is not to be taken",
  });
  const markdown = await page.locator("#markdown").inputValue();
  expect(markdown.includes(`[in the release](${release})`), `the paste became:\n${markdown}`);
  expect(!markdown.includes("plain text") && !markdown.includes("alert") && !markdown.includes("utm_source"), `the paste became:\n${markdown}`);
  await paste(page, { plain: "\n\nThe cooperative said (https://cooperative.example/open-letter) so as well." });
  await seen(page, "#preview", "so as well.");

  // A picture dropped on the text stands where the caret was, and what it shows is typed at once; so with one that is pasted.
  await seen(page, "#checks", "Dredging of the outer basin");
  for (const [way, name, words] of [["drop", "quay.png", "The quay"], ["paste", "lamp.png", "A lamp"]]) {
    await give(page, way, name);
    await seen(page, "#pasted", "Now type what the picture shows");
    await page.keyboard.type(words);
    await page.locator(`#preview img[alt="${words}"]`).waitFor();
    const written = await page.locator("#markdown").inputValue();
    expect(written.includes(`![${words}](/media/${name.replace(".png", "-")}`), `the text became:\n${written}`);
  }

  // Checked before anything is published.
  await seen(page, "#checks", "Dredging of the outer basin");
  await seen(page, "#checks", "differs");
  const [checks, preview] = [await page.locator("#checks").boundingBox(), await page.locator("#preview").boundingBox()];
  expect(preview.y >= checks.y + checks.height && preview.width > 400, `the preview is at ${JSON.stringify(preview)}`);
  await picture(page, folder, "editor-light");
  nothingWrong(watched, "the editor");

  // What differs is asked about, once.
  await page.getByRole("button", { name: "Publish", exact: true }).click();
  await seen(page, ".doubts", "not what its source says");
  await picture(page, folder, "asked-light");
  await page.getByRole("button", { name: "Publish", exact: true }).click();
  await seen(page, "body", "Published.");
  const link = page.locator("a", { hasText: "as readers see it" });
  await link.click();
  await page.waitForURL(/\/20\d\d\/\d\d\/the-outer-basin$/);
  await seen(page, "body", "differs from the source");
  const quay = await page.locator('article img[alt="The quay"]').evaluate((img) => [img.getAttribute("width"), img.getAttribute("height")]);
  expect(quay.join() === "1920,480", `the picture tells ${quay} as its size`);
  nothingWrong(watched, "writing and publishing");
  const state = await page.context().storageState();
  await watched.context.close();

  for (const [way, options] of Object.entries({
    dark: { colorScheme: "dark", viewport: { width: 1280, height: 900 } },
    phone: { viewport: { width: 390, height: 844 }, isMobile: true },
  })) {
    const again = await watchedPage(browser, base, { ...options, storageState: state });
    await again.page.goto(`${base}/desk`);
    await picture(again.page, folder, `desk-${way}`);
    await again.page.locator("a", { hasText: "The outer basin" }).first().click();
    await seen(again.page, "#preview", "The basin will be dredged this spring.");
    const wide = await again.page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect(wide <= 0, `the editor (${way}) is ${wide} pixels wider than the window`);
    await picture(again.page, folder, `editor-${way}`);
    nothingWrong(again, `the editor (${way})`);
    await again.context.close();
  }
}

/// Waits until an element shows these words.
async function seen(page, selector, words) {
  const element = page.locator(selector).filter({ hasText: words }).first();
  await element.waitFor({ timeout: 30_000 }).catch(async () => {
    throw new Error(`${selector} does not show “${words}” but:\n${await page.locator(selector).first().innerText()}`);
  });
}

/// What a browser does when somebody presses Control and V, with a clipboard of our own.
async function paste(page, { html = "", plain }) {
  const before = await page.locator("#markdown").inputValue();
  await page.locator("#markdown").evaluate(
    (area, { html, plain }) => {
      area.focus();
      area.setSelectionRange(area.value.length, area.value.length);
      const clipboardData = new DataTransfer();
      if (html) clipboardData.setData("text/html", html);
      clipboardData.setData("text/plain", plain);
      area.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
    },
    { html, plain },
  );
  await page.waitForFunction((before) => document.querySelector("#markdown").value !== before, before, { timeout: 30_000 });
}

/// A picture that is dropped on the text, or pasted into it, at its end.
async function give(page, way, name) {
  await page.locator("#markdown").evaluate(
    async (area, { way, name }) => {
      const canvas = Object.assign(document.createElement("canvas"), { width: 2400, height: 600 });
      canvas.getContext("2d").fillRect(name.length, 0, 1200, 300);
      const blob = await new Promise((done) => canvas.toBlob(done));
      const data = new DataTransfer();
      data.items.add(new File([blob], name, { type: "image/png" }));
      area.focus();
      area.setSelectionRange(area.value.length, area.value.length);
      const event = { bubbles: true, cancelable: true };
      area.dispatchEvent(way === "drop" ? new DragEvent(way, { ...event, dataTransfer: data }) : new ClipboardEvent(way, { ...event, clipboardData: data }));
    },
    { way, name },
  );
}
