"""Ten thousand generated posts, moved in and rendered, against hugo building them into pages. Both begin with an empty folder."""
import os
import random
import statistics

from programs import IBID, folder, needed, watched

POSTS = int(os.environ.get("IBID_BENCH_MOVED", "10000"))
ROUNDS = 3
WORDS = (
    "harbour tide ferry pier lighthouse keeper chart channel buoy current mooring crane quay warehouse library shelf reader loan "
    "catalogue tram line depot stop timetable driver bridge river survey engineer council budget hearing minutes record printed "
    "correction witness report figures weather winter summer school village garden orchard bakery market square museum"
).split()
# As often as English has them: four words of ten.
SMALL = "the the the of of and and to to in in a a that was for on with by at from as it had which were this not be an are or".split()


def measure(table):
    needed("hugo")
    with folder() as site:
        write(site, random.Random(7))
        rounds = [(ours(site), theirs(site)) for _ in range(ROUNDS)]
    def add(what, unit, n, goal):
        figures = [f"{statistics.median(pair[i][n] for pair in rounds):,.4g} {unit}" for i in (0, 1)]
        ratio = statistics.median(a[n] / b[n] for a, b in rounds)
        table.add(f"{POSTS:,} posts moved in and rendered, against hugo: {what}", *figures, ratio, goal)

    add("time", "s", 0, ("at most", 1.0))
    add("processor time", "s", 1, None)
    add("most memory", "MiB", 2, ("at most", 0.25))


def ours(site):
    with folder() as data:
        return watched(IBID, "import", "markdown", site / "content/posts", "--no-capture", "--data", data)


def theirs(site):
    with folder() as out:
        return watched(needed("hugo"), "-s", site, "-d", out, "--quiet", "--noBuildLock")


def write(site, chance):
    posts, layouts = site / "content/posts", site / "layouts/_default"
    posts.mkdir(parents=True), layouts.mkdir(parents=True)
    for n in range(POSTS):
        (posts / f"post-{n}.md").write_text(post(n, chance))
    (site / "config.toml").write_text('baseURL="http://127.0.0.1/"\ntitle="Bench"\npaginate=20\n[taxonomies]\ntag="tags"\n')
    head = '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{{ .Title }}</title></head><body>'
    listed = '{{ range $p.Pages }}<li><a href="{{ .RelPermalink }}">{{ .Title }}</a><p>{{ .Summary }}</p></li>{{ end }}'
    pages = '{{ template "_internal/pagination.html" . }}</body></html>'
    (layouts / "single.html").write_text(head + "<article><h1>{{ .Title }}</h1>{{ .Content }}</article></body></html>")
    (layouts / "list.html").write_text(head + "{{ $p := .Paginate .Pages }}" + listed + pages)
    (site / "layouts/index.html").write_text(head + "{{ $p := .Paginate .Site.RegularPages }}" + listed + pages)


def post(n, chance):
    """Some six hundred words in paragraphs, with links, emphasis, quotations and headings."""
    out, length = [], 0
    while length < 600:
        paragraph = " ".join(sentence(chance, chance.randint(8, 24)) for _ in range(5))
        length += paragraph.count(" ") + 1
        out.append(f"{paragraph} [A source](https://example.org/doc/{n}) with *emphasis* and **weight**.")
        if chance.random() < 0.25:
            out.append("> " + sentence(chance, 20))
        if chance.random() < 0.2:
            out.append("## " + sentence(chance, 5)[:-1])
    day = f"{2004 + n % 22}-{1 + n % 12:02}-{1 + n % 28:02}T08:00:00Z"
    front = f'title: "Post {n} {sentence(chance, 5)[:-1]}"\ndate: {day}\ntags: ["tag{n % 40}", "topic{n % 7}"]'
    return f"---\n{front}\n---\n\n" + "\n\n".join(out) + "\n"


def sentence(chance, words):
    return " ".join(chance.choice(SMALL if chance.random() < 0.4 else WORDS) for _ in range(words)).capitalize() + "."
