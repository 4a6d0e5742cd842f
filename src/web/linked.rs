//! What pages say of themselves to machines: schema.org as JSON-LD, in a data block that no policy has to let run.

use super::byline::Author;
use super::site::Site;
use crate::app::App;
use serde_json::{Value, json};

/// What a `NewsArticle` says.
pub(super) struct Article<'a> {
    pub(super) url: &'a str,
    pub(super) title: &'a str,
    pub(super) words: &'a str,
    pub(super) authors: &'a [Author],
    /// RFC 3339.
    pub(super) published: &'a str,
    pub(super) updated: &'a str,
    /// Absolute; empty where there is none.
    pub(super) picture: &'a str,
    pub(super) tags: Vec<&'a str>,
    /// Addresses of what it cites.
    pub(super) sources: Vec<&'a str>,
    pub(super) quotations: Vec<Quoted<'a>>,
    pub(super) correction: &'a str,
    /// Posts are dated; pages are not.
    pub(super) dated: bool,
    /// Where it is not the publication's own.
    pub(super) language: &'a str,
}

/// Words that the article gives to a source; what is said of them stands in the page, in no vocabulary.
pub(super) struct Quoted<'a> {
    pub(super) words: &'a str,
    pub(super) speaker: Option<&'a str>,
    pub(super) source: &'a str,
    /// Where its mark stands on the page.
    pub(super) mark: String,
}

impl Quoted<'_> {
    fn block(&self, url: &str) -> Value {
        let mut block = json!({
            "@type": "Quotation",
            "@id": format!("{url}#{}", self.mark),
            "text": self.words,
            "isBasedOn": self.source,
        });
        if let Some(speaker) = self.speaker {
            block["spokenByCharacter"] = json!({"@type": "Person", "name": speaker});
        }
        block
    }
}

pub(super) fn article(app: &App, site: &Site, article: &Article) -> String {
    let mut block = json!({
        "@context": "https://schema.org",
        "@type": if article.dated { "NewsArticle" } else { "WebPage" },
        "mainEntityOfPage": article.url,
        "url": article.url,
        "headline": article.title,
        "description": article.words,
        "datePublished": article.published,
        "dateModified": article.updated,
        "author": authors(app, article.authors),
        "publisher": {"@type": "Organization", "name": site.name, "url": app.url("/")},
        "isPartOf": web_site_of(app, site),
        "inLanguage": if article.language.is_empty() { site.language.as_str() } else { article.language },
    });
    let mut add = |name: &str, value: Value| block[name] = value;
    if !article.picture.is_empty() {
        add("image", json!([article.picture]));
    }
    if !article.tags.is_empty() {
        add("keywords", json!(article.tags));
    }
    if !article.sources.is_empty() {
        add("citation", json!(article.sources));
    }
    if !article.quotations.is_empty() {
        add("hasPart", article.quotations.iter().map(|quoted| quoted.block(article.url)).collect());
    }
    if !article.correction.is_empty() {
        add("correction", json!(article.correction));
    }
    data(&block)
}

/// One stands alone; several stand in their order.
fn authors(app: &App, authors: &[Author]) -> Value {
    let person = |author: &Author| person_of(app, &author.name, &author.path, &author.picture);
    match authors {
        [one] => person(one),
        several => several.iter().map(person).collect(),
    }
}

pub(super) fn web_site(app: &App, site: &Site) -> String {
    let mut block = web_site_of(app, site);
    block["@context"] = "https://schema.org".into();
    data(&block)
}

pub(super) fn person(app: &App, name: &str, path: &str, bio: &str, picture: &str) -> String {
    let mut block = person_of(app, name, path, picture);
    block["@context"] = "https://schema.org".into();
    if !bio.is_empty() {
        block["description"] = bio.into();
    }
    data(&block)
}

fn person_of(app: &App, name: &str, path: &str, picture: &str) -> Value {
    let mut block = json!({"@type": "Person", "name": name, "url": app.url(path)});
    if !picture.is_empty() {
        block["image"] = app.url(picture).into();
    }
    block
}

fn web_site_of(app: &App, site: &Site) -> Value {
    let mut block =
        json!({"@type": "WebSite", "name": site.name, "url": app.url("/"), "inLanguage": site.language});
    if !site.description.is_empty() {
        block["description"] = site.description.as_str().into();
    }
    block
}

/// Nothing in it can end the element it stands in.
fn data(block: &Value) -> String {
    let text = block.to_string().replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026");
    format!("<script type=\"application/ld+json\">{text}</script>")
}

#[cfg(test)]
mod tests {
    use super::data;

    #[test]
    fn a_title_cannot_end_its_block() {
        let block = serde_json::json!({"headline": "</script><script>alert(1)</script> & <!--"});
        let html = data(&block);
        assert_eq!((html.matches('<').count(), html.contains('&')), (2, false), "{html}");
        let inside = html.split(['>']).nth(1).unwrap().split('<').next().unwrap();
        assert_eq!(serde_json::from_str::<serde_json::Value>(inside).unwrap(), block);
    }
}
