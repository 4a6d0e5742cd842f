// The desk's one script. Without it everything works by pressing Preview and Save; with it the preview follows the typing,
// a paste becomes clean Markdown, a mark goes where it belongs, and what was typed is kept at each pause.
const form = document.getElementById("editor");

if (form) {
  const text = form.elements.markdown;
  const part = (id) => document.getElementById(id);
  const [told, stands, tally, checks, preview] = ["pasted", "stands", "tally", "checks", "preview"].map(part);
  let timer, asked = 0, shown = 0, shownText = null, changed = false;

  const ask = async (address, body) => {
    const answer = await fetch(address, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
    if (!answer.ok) throw Object.assign(new Error(answer.statusText), { status: answer.status });
    return answer.json();
  };

  const say = (element, words) => { if (element.textContent !== words) element.textContent = words; };

  // The server's own renderer made and sanitised this, as it makes the public page. What is the same stays untouched.
  const fill = (element, html) => {
    if (element.source === html) return;
    const open = element.querySelector("details")?.open;
    const focused = element.contains(document.activeElement) ? document.activeElement.value : undefined;
    element.innerHTML = element.source = html;
    if (open !== undefined) element.querySelectorAll("details").forEach((details) => { details.open = open; });
    if (focused) [...element.querySelectorAll("button")].find((button) => button.value === focused)?.focus();
  };

  const linesLead = () => checks.querySelectorAll("span[data-line]").forEach((span) => {
    const button = Object.assign(document.createElement("button"), { type: "button", className: "where", textContent: span.textContent });
    button.dataset.line = span.dataset.line;
    span.replaceWith(button);
  });

  const refresh = async (keep = false) => {
    clearTimeout(timer);
    const number = ++asked, value = text.value;
    try {
      const checked = await ask("/desk/preview", { markdown: value, keep });
      if (number < shown) return; // a later answer is on the page already
      [shown, shownText] = [number, value];
      say(tally, checked.tally);
      fill(checks, checked.rows);
      linesLead();
      fill(preview, checked.html);
      if (checked.waiting && number === asked) later(2500);
    } catch (error) {
      say(tally, error.status === 401
        ? "You are signed out. Sign in again in another window, then go on here: your text is safe in this one."
        : "The preview could not be made just now; your text is safe in this window.");
    }
  };

  const later = (after) => { clearTimeout(timer); timer = setTimeout(refresh, after); };

  // Goes through the browser's own undo: one step takes it back.
  const insert = (words, from = text.selectionStart, to = from === text.selectionStart ? text.selectionEnd : from) => {
    text.focus();
    text.setSelectionRange(from, to);
    if (!document.execCommand("insertText", false, words)) {
      text.setRangeText(words, from, to, "end");
      text.dispatchEvent(new Event("input", { bubbles: true }));
    }
  };

  // Marks go around the chosen words, and off again.
  const around = (mark) => {
    const [from, to] = [text.selectionStart, text.selectionEnd], words = text.value.slice(from, to), wide = mark.length;
    const marked = text.value.slice(from - wide, from) === mark && text.value.slice(to, to + wide) === mark;
    if (marked) insert(words, from - wide, to + wide);
    else insert(mark + words + mark, from, to);
    const at = marked ? from - wide : from + wide;
    text.setSelectionRange(at, at + words.length);
  };

  // The caret waits where the address goes, or the words where the address was chosen.
  const link = (address = "") => {
    const [from, to] = [text.selectionStart, text.selectionEnd], words = text.value.slice(from, to);
    if (address) return insert(`[${words}](${address})`, from, to);
    const chosen = isAddress(words);
    insert(chosen ? `[](${words})` : `[${words}]()`, from, to);
    const at = chosen || !words ? from + 1 : from + words.length + 3;
    text.setSelectionRange(at, at);
  };

  const isAddress = (words) => /^https?:\/\/\S+$/.test(words.trim());

  // Pictures and files go to the publication, and their Markdown to where they were put. Words for them are asked for at once:
  // the caret stands where they go.
  const attach = async (files) => {
    for (const file of files) {
      const at = text.selectionStart;
      say(told, `${file.name} is being kept…`);
      const body = new FormData();
      body.append("file", file);
      try {
        const answer = await fetch("/desk/media/dropped", { method: "POST", body });
        const kept = await answer.json();
        if (!answer.ok) throw new Error(kept.detail);
        const before = text.value.slice(0, at), gap = !before || before.endsWith("\n\n") ? "" : before.endsWith("\n") ? "\n" : "\n\n";
        insert(`${gap}${kept.markdown}\n\n`, at, at);
        if (kept.picture && !kept.described) text.setSelectionRange(at + gap.length + 2, at + gap.length + 2);
        say(told, kept.picture && !kept.described ? "Kept. Now type what the picture shows, for readers who cannot see it." : "Kept.");
      } catch (error) {
        say(told, error instanceof TypeError ? `${file.name} did not reach the publication. Try again.` : error.message);
      }
    }
    refresh(true);
  };

  text.addEventListener("dragover", (event) => { if (event.dataTransfer.types.includes("Files")) event.preventDefault(); });
  text.addEventListener("drop", (event) => {
    if (!event.dataTransfer.files.length) return;
    event.preventDefault();
    attach([...event.dataTransfer.files]);
  });
  const chooser = part("attach");
  chooser.closest("label").hidden = false;
  chooser.addEventListener("change", async () => { await attach([...chooser.files]); chooser.value = ""; });

  text.addEventListener("paste", async (event) => {
    const files = [...event.clipboardData.files];
    if (files.length && !event.clipboardData.getData("text/plain")) {
      event.preventDefault();
      return attach(files);
    }
    const html = event.clipboardData.getData("text/html");
    const plain = event.clipboardData.getData("text/plain");
    if (!html && !/\bhttps?:|\n/.test(plain)) return;
    event.preventDefault();
    const [from, to] = [text.selectionStart, text.selectionEnd];
    let markdown = plain, notes = [];
    try {
      ({ markdown, notes } = await ask("/desk/tidy", { html, text: plain }));
    } catch {
      notes = ["The paste could not be tidied; it stands as it came."];
    }
    // An address that is pasted over words becomes their link.
    const words = text.value.slice(from, to);
    if (words.trim() && !words.includes("\n") && !isAddress(words) && isAddress(plain)) link(markdown.trim());
    else insert(markdown, from, to);
    say(told, notes.join(" "));
    refresh(true);
  });

  // A mark of the writer's goes behind the words it is about.
  const mark = async (value) => {
    if (text.value !== shownText) await refresh();
    const button = [...checks.querySelectorAll("button[name=mark]")].find((button) => button.value === value);
    if (!button || text.value !== shownText) return;
    const place = button.closest(".say");
    if ("from" in button.dataset) {
      insert(button.value.split(" ").slice(2).join(" "), +button.dataset.from, +button.dataset.to);
      reveal(text.selectionStart);
      return refresh();
    }
    const [, kind, address = place.querySelector("select")?.value] = value.split(" ");
    const words = { not: "<!-- not a quotation -->", note: "<!-- note:  -->", source: `<!-- source: ${address} -->` }[kind];
    insert(("alone" in place.dataset ? "\n\n" : " ") + words, +place.dataset.at, +place.dataset.at);
    if (kind === "note") text.setSelectionRange(text.selectionStart - 4, text.selectionStart - 4);
    reveal(text.selectionStart);
    refresh();
  };

  const reveal = (at) => {
    const lines = text.value.slice(0, at).split("\n").length;
    const height = text.scrollHeight / Math.max(1, text.value.split("\n").length);
    text.scrollTop = Math.max(0, height * (lines - 4));
  };

  const goTo = (line) => {
    const lines = text.value.split("\n");
    const from = lines.slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0);
    text.focus();
    text.setSelectionRange(from, from + (lines[line - 1] ?? "").length);
    reveal(from);
  };

  checks.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    event.preventDefault();
    if (button.dataset.line) goTo(+button.dataset.line);
    else mark(button.value);
  });

  const keys = { b: () => around("**"), i: () => around("_"), k: () => link() };
  form.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
    const key = event.key.toLowerCase();
    const act = key === "s" ? () => form.requestSubmit(form.querySelector("button[value=save]")) : event.target === text && keys[key];
    if (!act) return;
    event.preventDefault();
    act();
  });
  const hints = part("keys");
  hints.hidden = false;
  if (/Mac|iPhone|iPad/.test(navigator.platform)) hints.querySelectorAll("kbd").forEach((key) => { key.textContent = key.textContent.replace("Ctrl+", "⌘"); });

  // What was typed is kept in this browser at every key, and by the server at every pause.
  let shelf = `typed ${location.pathname}`;
  const fields = ["title", "markdown", "excerpt", "tags", "slug", "correction", "cover", "cover_alt", "kind"];
  const values = () => fields.map((name) => form.elements[name]?.value ?? "");
  const typed = () => JSON.stringify(values());
  const put = () => { try { localStorage.setItem(shelf, typed()); } catch { /* a browser may refuse: then only the window holds it */ } };
  const forget = () => { try { localStorage.removeItem(shelf); } catch { /* as above */ } };

  let pause, sending = null, clashed = false, submitting = false;

  const keep = async () => {
    clearTimeout(pause);
    if (sending || clashed || submitting || !changed) return;
    const sent = typed();
    const body = { ...Object.fromEntries(fields.map((name, at) => [name, values()[at]])), version: form.elements.version.value };
    const fresh = form.action.endsWith("/new");
    if (fresh && !text.value.trim() && !form.elements.title.value.trim()) return;
    sending = ask(`${form.action}/typed`, body);
    try {
      const kept = await sending;
      form.elements.version.value = kept.version;
      if (fresh) settle(kept.id);
      if (typed() === sent) {
        changed = false;
        forget();
        say(stands, `${stands.dataset.saved}, ${kept.words}`);
      }
    } catch (error) {
      if (error.status === 409) clash();
      else if (error.status === 401) say(stands, `${stands.dataset.saved}, not kept: sign in again in another window`);
      else pause = setTimeout(keep, 5000);
    } finally {
      sending = null;
    }
    if (changed) waitToKeep();
  };

  const waitToKeep = () => { clearTimeout(pause); pause = setTimeout(keep, 1000); };

  // The first pause in a new post made a draft of it: from now on this window writes that one.
  const settle = (id) => {
    forget();
    form.action = `/desk/posts/${id}`;
    history.replaceState(null, "", form.action);
    shelf = `typed ${location.pathname}`;
    if (changed) put();
  };

  const clash = () => {
    clashed = true;
    const notice = Object.assign(document.createElement("p"), { className: "problem", textContent: "Somebody saved this post meanwhile, perhaps you in another window. Save here, and you are shown both: nothing is written over before you say so." });
    notice.setAttribute("role", "alert");
    form.before(notice);
  };

  const offer = () => {
    let held = null;
    try {
      if (new URLSearchParams(location.search).has("done")) localStorage.removeItem(sessionStorage.getItem("sent"));
      held = localStorage.getItem(shelf);
    } catch { return; }
    if (!held || held === typed()) return forget();
    const notice = Object.assign(document.createElement("p"), { className: "notice", textContent: "Something was typed here that never reached the server. " });
    const choice = (words, act) => {
      const button = Object.assign(document.createElement("button"), { type: "button", className: "link", textContent: words });
      button.addEventListener("click", () => { act(); notice.remove(); });
      notice.append(button, " ");
    };
    choice("Bring it back", () => {
      JSON.parse(held).forEach((value, at) => { if (form.elements[fields[at]]) form.elements[fields[at]].value = value; });
      touched();
    });
    choice("Let it go", forget);
    form.before(notice);
  };

  const touched = () => {
    changed = true;
    if (!stands.dataset.saved) stands.dataset.saved = stands.textContent;
    say(stands, `${stands.dataset.saved}, not saved`);
    put();
    later(500);
    waitToKeep();
  };

  form.addEventListener("input", (event) => { if (!event.target.closest("#checks")) touched(); });
  part("preview-button").addEventListener("click", (event) => { event.preventDefault(); refresh(); });
  form.addEventListener("submit", async (event) => {
    clearTimeout(pause);
    if (sending) {
      // What is on its way to the server arrives first, else it would look like somebody else's.
      event.preventDefault();
      await sending.catch(() => {});
      await Promise.resolve();
      form.requestSubmit(event.submitter);
      return;
    }
    [changed, submitting] = [false, true];
    try { sessionStorage.setItem("sent", shelf); } catch { /* as above */ }
  });
  addEventListener("pageshow", () => { submitting = false; });
  addEventListener("beforeunload", (event) => { if (changed) event.preventDefault(); });
  checks.source = null;
  offer();
  if (text.value.trim()) refresh();
}
