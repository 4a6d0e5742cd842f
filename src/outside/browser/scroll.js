async () => {
  // What waits until it is looked at is looked at now.
  for (const late of document.querySelectorAll("[loading=lazy]")) late.loading = "eager";
  const pause = (time) => new Promise((done) => setTimeout(done, time));
  const root = document.scrollingElement || document.documentElement;
  const until = Date.now() + 4000;
  for (let at = 0; at < Math.min(root.scrollHeight, 40000) && Date.now() < until; at += 700) {
    window.scrollTo(0, at);
    await pause(60);
  }
  window.scrollTo(0, 0);
  await pause(100);
}
