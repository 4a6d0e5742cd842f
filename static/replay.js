// In a replayed page, before its own scripts: addresses that scripts make up lead to the copy, and what a page without an origin
// lacks is stood in for. No wall: whatever gets past this is stopped by the policy under which the page is sent.
(prefix, page) => {
  const here = location.origin;
  const lead = (address) => {
    const text = String(address);
    if (/^\s*(data|blob|about|javascript|mailto|tel|ws|wss):/i.test(text) || text.startsWith("#")) return text;
    let url;
    try { url = new URL(text, document.baseURI); } catch { return text; }
    if (url.origin !== here) return /^https?:$/.test(url.protocol) ? prefix + url.href : text;
    if (url.pathname.startsWith(prefix)) return url.href;
    return prefix + new URL(url.pathname + url.search + url.hash, page).href;
  };
  const leadSet = (set) => String(set).split(/,\s+/).map((one) => one.trim().replace(/^\S+/, (address) => lead(address).replaceAll(",", "%2C"))).join(", ");
  const ways = { src: lead, href: lead, poster: lead, srcset: leadSet };

  const properties = [
    [HTMLScriptElement, "src"], [HTMLImageElement, "src"], [HTMLImageElement, "srcset"], [HTMLIFrameElement, "src"],
    [HTMLLinkElement, "href"], [HTMLSourceElement, "src"], [HTMLSourceElement, "srcset"], [HTMLMediaElement, "src"], [HTMLVideoElement, "poster"],
  ];
  for (const [kind, name] of properties) {
    const was = Object.getOwnPropertyDescriptor(kind.prototype, name);
    Object.defineProperty(kind.prototype, name, { ...was, set(value) { was.set.call(this, ways[name](value)); } });
  }
  const setAttribute = Element.prototype.setAttribute;
  Element.prototype.setAttribute = function (name, value) {
    const way = ways[String(name).toLowerCase()];
    setAttribute.call(this, name, way ? way(value) : value);
  };
  const mend = (element) => {
    for (const name in ways) {
      const value = element.getAttribute?.(name);
      if (value && ways[name](value) !== value && !value.startsWith(prefix)) setAttribute.call(element, name, ways[name](value));
    }
  };
  new MutationObserver((changes) => {
    for (const { addedNodes } of changes) {
      for (const node of addedNodes) {
        if (node.nodeType !== 1) continue;
        mend(node);
        node.querySelectorAll("[src],[href],[poster],[srcset]").forEach(mend);
      }
    }
  }).observe(document, { childList: true, subtree: true });

  const fetched = window.fetch;
  window.fetch = (what, how) => fetched(what instanceof Request ? new Request(lead(what.url), what) : lead(what), how);
  const open = XMLHttpRequest.prototype.open;
  XMLHttpRequest.prototype.open = function (method, url, ...rest) { open.call(this, method, lead(url), ...rest); };

  const stand = (target, name, value) => { try { Object.defineProperty(target, name, { configurable: true, ...value }); } catch { /* it stays as it is */ } };
  const storage = () => {
    const held = new Map();
    return {
      getItem: (key) => held.get(String(key)) ?? null, setItem: (key, value) => void held.set(String(key), String(value)),
      removeItem: (key) => void held.delete(String(key)), clear: () => held.clear(), key: (at) => [...held.keys()][at] ?? null,
      get length() { return held.size; },
    };
  };
  stand(window, "localStorage", { value: storage() });
  stand(window, "sessionStorage", { value: storage() });
  stand(document, "cookie", { get: () => "", set: () => {} });
  stand(Navigator.prototype, "serviceWorker", { value: undefined });
  for (const name of ["RTCPeerConnection", "webkitRTCPeerConnection", "WebTransport"]) stand(window, name, { value: undefined });
  for (const name of ["pushState", "replaceState"]) {
    const was = history[name];
    history[name] = function (...told) { try { was.apply(history, told); } catch { /* without an origin there is no other address */ } };
  }
}
