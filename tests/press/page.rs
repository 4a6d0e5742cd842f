//! What a browser got, and what a person sees of it.

use reqwest::header::HeaderMap;
use scraper::{ElementRef, Html, Node, Selector};
use url::Url;

#[derive(Debug, Clone)]
pub struct Page {
    pub url: Url,
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

/// A form as it stands on a page, with what its fields hold.
#[derive(Debug, Clone)]
pub struct Form {
    pub action: Url,
    /// `get` or `post`.
    pub method: String,
    pub multipart: bool,
    pub fields: Vec<(String, String)>,
    /// Name and type of each control.
    controls: Vec<(String, String)>,
}

impl Page {
    pub(super) async fn read(response: reqwest::Response) -> Page {
        let (url, status, headers) =
            (response.url().clone(), response.status().as_u16(), response.headers().clone());
        let body = response.bytes().await.expect("the whole body").to_vec();
        Page { url, status, headers, body }
    }

    pub fn html(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The words that are shown, white space folded.
    pub fn text(&self) -> String {
        let mut text = String::new();
        write_text(&Html::parse_document(&self.html()).root_element(), &mut text);
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    pub fn is(&self, status: u16) -> &Page {
        assert_eq!(self.status, status, "{}:\n{}", self.url, self.text());
        self
    }

    pub fn shows(&self, words: &str) -> &Page {
        let text = self.text();
        assert!(text.contains(words), "{} ({}) does not show “{words}” but:\n{text}", self.url, self.status);
        self
    }

    pub fn hides(&self, words: &str) -> &Page {
        let text = self.text();
        assert!(!text.contains(words), "{} shows “{words}”:\n{text}", self.url);
        self
    }

    /// A response header, or nothing.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// Address and words of every link.
    pub fn links(&self) -> Vec<(String, String)> {
        let html = Html::parse_document(&self.html());
        html.select(&selector("a[href]"))
            .map(|a| {
                (
                    a.attr("href").unwrap_or_default().to_owned(),
                    a.text().collect::<String>().trim().to_owned(),
                )
            })
            .collect()
    }

    /// What it says of itself to machines.
    pub fn linked(&self) -> serde_json::Value {
        let html = self.html();
        let block = html.split("<script type=\"application/ld+json\">").nth(1);
        let block = block.unwrap_or_else(|| panic!("no block:\n{html}"));
        serde_json::from_str(block.split("</script>").next().unwrap_or_default()).expect("JSON")
    }

    /// Words of each element that the CSS selector picks.
    pub fn pick(&self, css: &str) -> Vec<String> {
        let html = Html::parse_document(&self.html());
        html.select(&selector(css))
            .map(|element| {
                let mut text = String::new();
                write_text(&element, &mut text);
                text.split_whitespace().collect::<Vec<_>>().join(" ")
            })
            .collect()
    }

    /// One attribute of each element that the CSS selector picks.
    pub fn attributes(&self, css: &str, name: &str) -> Vec<String> {
        let html = Html::parse_document(&self.html());
        html.select(&selector(css)).filter_map(|element| element.attr(name).map(str::to_owned)).collect()
    }

    pub fn forms(&self) -> Vec<Form> {
        let html = Html::parse_document(&self.html());
        html.select(&selector("form")).map(|form| Form::read(&form, &self.url)).collect()
    }

    /// The first form that has a control of this name or type.
    pub fn form_with(&self, control: &str) -> Option<Form> {
        self.forms()
            .into_iter()
            .find(|form| form.controls.iter().any(|(name, kind)| name == control || kind == control))
    }

    /// The first form that is sent to an address with this ending.
    pub fn form_to(&self, ending: &str) -> Option<Form> {
        self.forms().into_iter().find(|form| form.action.path().ends_with(ending))
    }
}

impl Form {
    fn read(form: &ElementRef<'_>, page: &Url) -> Form {
        let action = form.attr("action").unwrap_or_default();
        let mut read = Form {
            action: page.join(action).expect("an address"),
            method: form.attr("method").unwrap_or("get").to_ascii_lowercase(),
            multipart: form.attr("enctype") == Some("multipart/form-data"),
            fields: Vec::new(),
            controls: Vec::new(),
        };
        for control in form.select(&selector("input[name], textarea[name], select[name]")) {
            read.control(&control);
        }
        read
    }

    fn control(&mut self, control: &ElementRef<'_>) {
        let name = control.attr("name").unwrap_or_default().to_owned();
        let kind = match control.value().name() {
            "input" => control.attr("type").unwrap_or("text").to_owned(),
            other => other.to_owned(),
        };
        let value = match kind.as_str() {
            "checkbox" | "radio" => {
                control.attr("checked").map(|_| control.attr("value").unwrap_or("on").to_owned())
            }
            "textarea" => Some(control.text().collect::<String>().trim_start_matches('\n').to_owned()),
            "select" => {
                let chosen = control.select(&selector("option[selected]")).next();
                let first = control.select(&selector("option")).next();
                chosen.or(first).and_then(|option| option.attr("value")).map(str::to_owned)
            }
            "submit" | "button" | "image" | "file" => None,
            _ => Some(control.attr("value").unwrap_or_default().to_owned()),
        };
        self.controls.push((name.clone(), kind));
        self.fields.extend(value.map(|value| (name, value)));
    }

    /// Types into the field of this name, or into the first of this type.
    pub fn fill(mut self, control: &str, value: &str) -> Form {
        let named = self.controls.iter().find(|(name, _)| name == control);
        let found = named.or_else(|| self.controls.iter().find(|(_, kind)| kind == control));
        let name = found.unwrap_or_else(|| panic!("no field {control} among {:?}", self.controls)).0.clone();
        self.fields.retain(|(field, _)| *field != name);
        self.fields.push((name, value.to_owned()));
        self
    }

    /// Presses a certain button of several: its name and value travel along.
    pub fn pressing(mut self, name: &str, value: &str) -> Form {
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }
}

fn selector(css: &str) -> Selector {
    Selector::parse(css).unwrap_or_else(|e| panic!("{css}: {e}"))
}

fn write_text(element: &ElementRef<'_>, text: &mut String) {
    if matches!(element.value().name(), "script" | "style" | "template" | "head") {
        return;
    }
    let inline = matches!(
        element.value().name(),
        "a" | "abbr"
            | "b"
            | "cite"
            | "code"
            | "del"
            | "em"
            | "i"
            | "ins"
            | "mark"
            | "q"
            | "s"
            | "small"
            | "span"
            | "strong"
            | "sub"
            | "sup"
            | "time"
            | "u"
    );
    if !inline {
        text.push('\n');
    }
    for child in element.children() {
        match child.value() {
            Node::Text(words) => text.push_str(words),
            Node::Element(_) => write_text(&ElementRef::wrap(child).expect("an element"), text),
            _ => {}
        }
    }
    if !inline {
        text.push('\n');
    }
}
