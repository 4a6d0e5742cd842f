// Listens for the page that a bookmark brings, shows it, and lets the writer decide. What comes is shown as text and never run.
addEventListener("message", (event) => {
  const brought = event.data;
  if (!opener || event.source !== opener || typeof brought?.html !== "string") return;
  const put = (id, text) => (document.getElementById(id).value = String(text ?? ""));
  const page = new DOMParser().parseFromString(brought.html, "text/html");
  page.querySelectorAll("script, style, noscript, template").forEach((element) => element.remove());
  put("url", brought.url);
  put("title", brought.title);
  put("words", page.body.textContent.replace(/\s+/g, " ").trim().slice(0, 600));
  put("html", brought.html);
  document.getElementById("waiting").hidden = true;
  document.getElementById("brought").hidden = false;
});
// Says nothing but that somebody listens.
opener?.postMessage("ready", "*");
