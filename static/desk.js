// The desk's one script. Without it everything works by pressing Preview and Save; with it the preview follows the typing
// and a paste becomes clean Markdown.
const form = document.getElementById("editor");

if (form) {
  const text = form.elements.markdown;
  const told = document.getElementById("pasted");
  const parts = { tally: document.getElementById("tally"), checks: document.getElementById("checks"), preview: document.getElementById("preview") };
  let timer, asked = 0, shown = 0, changed = false;

  const ask = async (address, body) => {
    const answer = await fetch(address, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(answer.status);
    return answer.json();
  };

  const element = (name, properties, ...children) => {
    const made = Object.assign(document.createElement(name), properties);
    made.append(...children);
    return made;
  };

  const sourceRow = (source) => {
    const row = element("li", {}, element("b", {}, source.number), ` ${source.title} `, element("span", { className: source.class }, source.words));
    if (source.copy) row.append(" · ", element("a", { href: source.copy }, "copy"));
    if (source.latest) row.append(" · ", element("a", { href: source.latest }, "cite one of its newest pieces"));
    return row;
  };

  const quotationRow = (quotation) => element("li", {},
    element("a", { className: `mark ${quotation.class}`, href: `#q${quotation.number}` }, quotation.verdict),
    element("span", { className: "where" }, ` line ${quotation.line}`),
    element("span", { className: "words" }, quotation.words));

  const refresh = async (keep = false) => {
    const number = ++asked;
    try {
      const checked = await ask("/desk/preview", { markdown: text.value, keep });
      if (number < shown) return; // a later answer is on the page already
      shown = number;
      parts.tally.textContent = checked.tally;
      parts.checks.replaceChildren(...checked.sources.map(sourceRow), ...checked.quotations.map(quotationRow));
      // The server's own renderer made and sanitised this, as it makes the public page.
      parts.preview.innerHTML = checked.html;
      const waits = checked.quotations.some((q) => q.class === "waiting") || checked.sources.some((s) => s.words === "being kept");
      if (waits) later(2500);
    } catch {
      parts.tally.textContent = "The preview could not be made; your text is safe in this window.";
    }
  };

  const later = (after) => { clearTimeout(timer); timer = setTimeout(refresh, after); };

  text.addEventListener("input", () => { changed = true; later(500); });

  text.addEventListener("paste", async (event) => {
    const html = event.clipboardData.getData("text/html");
    const plain = event.clipboardData.getData("text/plain");
    if (!html && !/\bhttps?:|\n/.test(plain)) return;
    event.preventDefault();
    let markdown = plain, notes = [];
    try {
      ({ markdown, notes } = await ask("/desk/tidy", { html, text: plain }));
    } catch {
      notes = ["The paste could not be tidied; it stands as it came."];
    }
    // Goes through the browser's own undo: one step takes it back.
    text.focus();
    if (!document.execCommand("insertText", false, markdown)) text.setRangeText(markdown, text.selectionStart, text.selectionEnd, "end");
    changed = true;
    told.textContent = notes.join(" ");
    refresh(true);
  });

  text.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key === "s") {
      event.preventDefault();
      form.requestSubmit(form.querySelector("button[value=save]"));
    }
  });

  document.getElementById("preview-button").addEventListener("click", (event) => { event.preventDefault(); refresh(); });
  form.addEventListener("submit", () => { changed = false; });
  addEventListener("beforeunload", (event) => { if (changed) event.preventDefault(); });
  if (text.value.trim()) refresh();
}
