// A page that leaves and takes its reader along.

export default async function leaving(browser, { url }) {
  const page = await browser.newPage();
  await page.goto(url, { waitUntil: "commit" });
  await page.waitForURL(/mine\.localhost/);
}
