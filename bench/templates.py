"""Templates of other programs, filled as a server would: conditions decided, words left, marks gone."""
import json
import re

SAID = re.compile(
    r"""(?:\b(?:__|_e|_|esc_html_e|esc_html__|esc_attr_e|gettext|translate|trans|lang|loc|msg|l|t|echo|print)\s*\(?|^)\s*(['"])((?:\\.|(?!\1).)+)\1""",
    re.S,
)
NOTES = re.compile(r"(?s)\{#.*?#\}|\{\{!--.*?--\}\}|<%#.*?%>|<%--.*?--%>|<!--\[if.*?<!\[endif\]-->")
MARKS = re.compile(r"(?s)<\?(?:php\b|=)?(.*?)(?:\?>|\Z)|<%[=-]?(.*?)%>|\{%-?(.*?)-?%\}|\{\{\{?(.*?)\}?\}\}|\{(?:lang|t|_)\s+(.*?)\}")
TITLE = re.compile(r"(?s)\{%-?\s*block (?:head_?)?title\s*-?%\}(.*?)\{%-?\s*endblock[^%]*%\}")


def filled(text, words=None):
    """`words` maps what a template says to what it says in another language."""
    text = NOTES.sub("", text)
    if "<%ARGS>" in text or "<&" in text:
        # Mason: lines of code begin with a percent sign.
        text = re.sub(r"(?sm)^%.*?$|<%(ARGS|INIT|DOC)>.*?</%\1>|<&\|.*?&>|<&.*?&>|</&>", "", text)
    # Nobody has signed in, and of several branches a server sends one.
    text = re.sub(r"(?s)\{\{#if @member\}\}.*?\{\{else\}\}(.*?)\{\{/if\}\}", r"\1", text)
    text = re.sub(r"(?s)\{\{#has visibility=\"(?!paid).*?\{\{/has\}\}", "", text)
    text = re.sub(r"(?s)(\{\{#is \"page\"\}\}).*?\{\{else\}\}(.*?)\{\{/is\}\}", r"\2", text)
    title = TITLE.search(text)
    text = TITLE.sub("", text)
    text = MARKS.sub(lambda mark: said(next((part for part in mark.groups() if part), ""), words or {}), text)
    if "<html" not in text.lower():
        named = MARKS.sub(lambda mark: said(next((part for part in mark.groups() if part), ""), words or {}), title[1]) if title else ""
        text = f"<!doctype html><html><head><title>{named.strip()}</title></head><body>{text}</body></html>"
    return text


# Fields that a form of the program puts there.
FIELDS = re.compile(r"""\bpass(word|wd)?\b|\bform(\.as_\w+|\.fields)?\s*(\||$|%)|\b(render_form|crispy|bootstrap_form|element form|login_?form|form_field)""", re.I)


def said(code, words):
    """The words in one piece of a template's code; most have none."""
    if FIELDS.search(code) and not re.match(r"\s*(if|for|elif|url|link|block|extends|endif|csrf|include|from|import|macro|call)\b", code) and "reset" not in code and "forgot" not in code:
        return '<input name="name"><input type="password" name="password">'
    found = [text for _, text in SAID.findall(code.strip())]
    found = [text.replace("\\'", "'").replace('\\"', '"') for text in found if " " in text or text[:1].isupper()]
    return " ".join(words.get(text, text) for text in found)


def dialogs(text, keys):
    """What a library for consent shows, from its file of words: those under `keys`, as often as they all are there."""
    # `key#1`: not the first under that key, but the next.
    lists = [worded(text, key.partition("#")[0])[int(key.partition("#")[2] or 0) :] for key in keys]
    lists = [found for found in lists if found]
    if len(lists) < 3:
        return
    for title, words, *buttons in zip(*lists):
        shown = "\n".join(f"<button>{word}</button>" for word in buttons)
        yield (
            f"<!doctype html><html><head><title>{title}</title></head><body><div role=dialog aria-modal=true><h2>{title}</h2>"
            f"<p>{words}</p>{shown}</div></body></html>"
        )


def worded(text, key):
    """What stands under a key in JSON, YAML, PHP or a script; in XLIFF and its like under a name."""
    quoted = r"""\s*(?:__\()?(?:"((?:\\.|[^"\\])+)"|'((?:\\.|[^'\\])+)'|`((?:\\.|[^`\\])+)`|[>|]?-?\s*\n((?:[ ]{4,}\S.*\n)+)|([^"'\n{\[>|,`;]+)\n)"""
    found = re.findall(rf"""(?m)(?<![\w-])["']?{re.escape(key)}["']?\s*(?:=>|[:=]){quoted}""", text)
    for unit in re.findall(rf'(?s)<(?:trans-unit|locale)[^>]*\b(?:id|name)="{re.escape(key)}"[^>]*>(.*?)</(?:trans-unit|locale)>', text):
        parts = re.findall(r"(?s)<(?!source)\w+[^>]*>(?:<!\[CDATA\[)?(.*?)(?:\]\]>)?</", unit) or re.findall(r"(?s)<source>(?:<!\[CDATA\[)?(.*?)(?:\]\]>)?</", unit)
        found += [(part,) for part in parts if part.strip()]
    words = [next(part for part in parts if part).strip() for parts in found]
    return [re.sub(r"\s+|\$\{.*?\}", " ", word.replace("\\'", "'").replace('\\"', '"').replace("\\n", " ")) for word in words]


def captured(text):
    """An answer as the PHP library Embed keeps it for its tests: status, address, body."""
    status = int(re.search(r"'statusCode' => (\d+)", text)[1])
    address = re.search(r"'Content-Location' => \[\s*'(.*?)'", text)
    body = re.search(r"(?s)'body' => '(.*)'\s*\];?\s*$", text)[1]
    return status, address[1] if address else None, body.replace("\\'", "'").replace("\\\\", "\\")


def markdown(text):
    """A post as a page shows it; what it says matters here, not how exactly it looks."""
    title, body = "", text
    front = re.match(r"(?s)---\n(.*?)\n---\n?(.*)", text)
    if front:
        # The words may stand in the line below.
        named = re.search(r"(?m)^title:\s*(?:[>|]-?\s*\n\s+)?(.+)$", front[1])
        title, body = named[1].strip().strip("'\"") if named else "", front[2]
    body = re.sub(r"(?s)\{%.*?%\}|\{\{.*?\}\}|<!--.*?-->", "", body)
    body = re.sub(r"!?\[([^\]]*)\]\(([^)\s]*)[^)]*\)", r'<a href="\2">\1</a>', body)
    parts = []
    for part in re.split(r"\n\s*\n", body):
        part = part.strip()
        heading = re.match(r"(#+)\s*(.*)", part)
        if heading:
            parts.append(f"<h2>{heading[2]}</h2>")
        elif part:
            parts.append(f"<p>{part}</p>")
    return title, parts


def jsonwords(text):
    try:
        return {key: value for key, value in json.loads(text).items() if isinstance(value, str) and value}
    except ValueError:
        return {}


def included(text):
    """One language of one of Apache's error documents, with the head that it includes."""
    title = re.search(r'var="TITLE" value="(.*?)"', text)
    body = re.sub(r"(?s)<!--#.*?-->", "", text)
    return f"<html><head><title>{title[1] if title else ''}</title></head><body><h1>{title[1] if title else ''}</h1>{body}<h2>Error</h2><address>Apache</address></body></html>"


def challenge(text):
    """Anubis' page of proof of work, from the words of one language."""
    words = jsonwords(text)
    said = "".join(f"<p>{words.get(key, '')}</p>" for key in ("loading", "why_am_i_seeing", "protected_by", "ai_companies_explanation", "anubis_compromise", "javascript_required"))
    title = words.get("making_sure_not_bot", "")
    return f'<html><head><title>{title}</title></head><body><h1>{title}</h1>{said}<script id="anubis_challenge" type="application/json">{{}}</script></body></html>'


def spoken(text, keys):
    """A page that says what a file of words has under these keys, the first of them in its title."""
    title, *lines = [words[0].replace("%s", "quay.example") for words in (worded(text, key) for key in keys) if words]
    return f"<html><head><title>{title}</title></head><body><h1>{title}</h1>{''.join(f'<p>{line}</p>' for line in lines)}</body></html>"


def in_lua(text):
    """The page in a file of Lua, with the strings that are put into it, or in a template of lua-resty-template."""
    inside = re.search(r"(?s)html\s*=\s*\[\[(.*?)\]\]", text)
    whole = re.search(r"(?is)\[\[\s*(<!doctype.*?</html>)(.*)", text)
    if whole:
        parts = re.findall(r"(?s)(?<!--)\[\[(.*?)\]\]", whole[2]) if "%s" in whole[1] else []
        text = re.sub(r"(?s)\]\]\s*\.\..*?\.\.\s*\[\[|%s", "", whole[1]).replace("</body>", "".join(parts) + "</body>").replace("%%", "%")
    elif inside:
        text = inside[1]
    return re.sub(r"(?s)\{-raw-\}|\{\*.*?\*\}|\{%.*?%\}", "", text)
