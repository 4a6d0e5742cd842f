() => {
  // The tree as it is shown: what stands in shadow roots stands where it is shown, a picture has the address it was loaded from, a
  // stylesheet the rules that scripts gave it. Scripts have done their work and are left out, but for data.
  const MOST = 15_000_000;
  const VOID = new Set("area base br col embed hr img input link meta param source track wbr".split(" "));
  const RAW = new Set(["style", "script", "xmp", "iframe", "noembed", "noframes", "plaintext"]);
  const parts = [];
  let length = 0;
  const put = (text) => { parts.push(text); length += text.length; };
  const escaped = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll("\u00a0", "&nbsp;");
  const quoted = (text) => text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");
  const attribute = (name, value) => put(` ${name}="${quoted(value)}"`);
  const isData = (script) => /^application\/(ld\+)?json$/i.test((script.getAttribute("type") || "").trim());
  const rules = (sheet) => {
    try { return [...sheet.cssRules].map((rule) => rule.cssText).join("\n"); } catch { return ""; }
  };
  const leftOut = (element, name) =>
    name === "noscript" || name === "template" || (name === "script" && !isData(element)) ||
    (name === "link" && /\b(preload|prefetch|modulepreload|dns-prefetch|preconnect)\b/i.test(element.rel));
  const attributes = (element, name) => {
    const shown = name === "img" && /^https?:/.test(element.currentSrc) ? element.currentSrc : "";
    for (const { name: key, value } of element.attributes) {
      if (shown && ["src", "srcset", "sizes", "loading"].includes(key)) continue;
      if (/[\s"'<>/=]/.test(key)) continue;
      attribute(key, value);
    }
    if (shown) attribute("src", shown);
  };
  const write = (node) => {
    if (length > MOST) return;
    if (node.nodeType === Node.TEXT_NODE) return put(escaped(node.data));
    if (node.nodeType !== Node.ELEMENT_NODE) return;
    const name = node.localName;
    if (leftOut(node, name)) return;
    if (name === "slot") {
      const assigned = node.assignedNodes();
      (assigned.length ? assigned : [...node.childNodes]).forEach(write);
      return;
    }
    put(`<${name}`);
    attributes(node, name);
    put(">");
    if (VOID.has(name)) return;
    if (name === "head") put(`<base href="${quoted(document.baseURI)}">`);
    if (name === "style") {
      const text = node.textContent.trim() || (node.sheet ? rules(node.sheet) : "");
      put(text.replaceAll(/<\/style/gi, ""));
    } else if (RAW.has(name)) {
      put(name === "script" ? node.textContent : "");
    } else if (node.shadowRoot) {
      sheets(node.shadowRoot.adoptedStyleSheets);
      node.shadowRoot.childNodes.forEach(write);
    } else {
      node.childNodes.forEach(write);
    }
    put(`</${name}>`);
  };
  const sheets = (adopted) => {
    for (const sheet of adopted || []) put(`<style>${rules(sheet).replaceAll(/<\/style/gi, "")}</style>`);
  };
  const type = document.doctype;
  if (type) put(`<!doctype ${type.name}>`);
  const root = document.documentElement;
  if (root) write(root);
  sheets(document.adoptedStyleSheets);
  return { url: document.URL, markup: parts.join(""), whole: length <= MOST };
}
