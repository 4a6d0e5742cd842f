//! Somebody with a browser, without script: opens pages, follows links, fills in forms.

use super::{Form, Page};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::redirect::Policy;

#[derive(Clone)]
pub struct Visitor {
    base: String,
    client: reqwest::Client,
    /// The same cookies, but stopping at the first answer.
    first_answer: reqwest::Client,
}

impl Visitor {
    pub fn new(base: &str) -> Visitor {
        let jar = std::sync::Arc::new(reqwest::cookie::Jar::default());
        let client = |policy| {
            let builder = reqwest::Client::builder().no_proxy().redirect(policy).cookie_provider(jar.clone());
            builder.user_agent("Mozilla/5.0 (X11; Linux x86_64) Stories/1.0").build().expect("a client")
        };
        Visitor {
            base: base.to_owned(),
            client: client(Policy::limited(10)),
            first_answer: client(Policy::none()),
        }
    }

    /// Types an address of this publication.
    pub async fn opens(&self, path: &str) -> Page {
        self.goes(&self.client, path, &[]).await
    }

    /// The same, but shows a redirect instead of following it.
    pub async fn asks(&self, path: &str) -> Page {
        self.goes(&self.first_answer, path, &[]).await
    }

    /// Opens what stands in a page's frame.
    pub async fn looks_into(&self, page: &Page) -> Page {
        let frames = page.attributes("iframe", "src");
        let frame = frames.first().unwrap_or_else(|| panic!("no frame on {}:\n{}", page.url, page.html()));
        self.opens(page.url.join(frame).expect("an address").as_str()).await
    }

    pub async fn asks_with(&self, path: &str, headers: &[(&str, &str)]) -> Page {
        self.goes(&self.first_answer, path, headers).await
    }

    pub async fn asks_head(&self, path: &str) -> Page {
        let request = self.first_answer.head(self.address(path)).headers(navigation("none"));
        Page::read(request.send().await.expect("an answer")).await
    }

    async fn goes(&self, client: &reqwest::Client, path: &str, headers: &[(&str, &str)]) -> Page {
        let mut sent = navigation("none");
        for (name, value) in headers {
            let name: HeaderName = name.parse().expect("a header's name");
            sent.insert(name, HeaderValue::from_str(value).expect("a header's value"));
        }
        match client.get(self.address(path)).headers(sent).send().await {
            Ok(answer) => Page::read(answer).await,
            Err(e) => panic!("{path} was not answered: {e}"),
        }
    }

    /// Presses the button of a form.
    pub async fn sends(&self, form: &Form) -> Page {
        self.sends_by(&self.client, form).await
    }

    /// The same, but shows a redirect instead of following it.
    pub async fn sends_and_stops(&self, form: &Form) -> Page {
        self.sends_by(&self.first_answer, form).await
    }

    async fn sends_by(&self, client: &reqwest::Client, form: &Form) -> Page {
        let request = match form.method.as_str() {
            "get" => {
                let mut address = form.action.clone();
                address.query_pairs_mut().clear().extend_pairs(&form.fields);
                client.get(address).headers(navigation("same-origin"))
            }
            _ if form.multipart => {
                let media_type = format!("multipart/form-data; boundary={BOUNDARY}");
                let request = client.post(form.action.clone()).headers(self.submission());
                request.header("content-type", media_type).body(multipart(&form.fields))
            }
            _ => client.post(form.action.clone()).headers(self.submission()).form(&form.fields),
        };
        Page::read(request.send().await.expect("an answer")).await
    }

    /// Presses the button of a form with a file chosen in it.
    pub async fn sends_file(&self, form: &Form, field: &str, name: &str, bytes: &[u8]) -> Page {
        let mut body = multipart(&form.fields).into_bytes();
        body.truncate(body.len() - format!("--{BOUNDARY}--\r\n").len());
        body.extend(file_part(field, name, bytes));
        let request = self.client.post(form.action.clone()).headers(self.submission());
        let media_type = format!("multipart/form-data; boundary={BOUNDARY}");
        let answer = request.header("content-type", media_type).body(body).send().await;
        Page::read(answer.expect("an answer")).await
    }

    /// A POST from a page of ours that shows no such form.
    pub async fn posts(&self, path: &str, fields: &[(&str, &str)]) -> Page {
        let request = self.client.post(self.address(path)).headers(self.submission()).form(fields);
        Page::read(request.send().await.expect("an answer")).await
    }

    /// A POST that some other page made this browser send.
    pub async fn is_tricked_into(&self, path: &str, fields: &[(&str, &str)]) -> Page {
        let mut headers = navigation("cross-site");
        headers.insert("origin", HeaderValue::from_static("https://elsewhere.example"));
        let request = self.first_answer.post(self.address(path)).headers(headers).form(fields);
        Page::read(request.send().await.expect("an answer")).await
    }

    /// Through the form that the desk shows to whoever is not signed in.
    pub async fn signs_in(&self, email: &str, password: &str) -> Page {
        let page = self.tries_to_sign_in(email, password).await;
        assert!(
            page.form_with("password").is_none(),
            "{email} is still asked for a password:\n{}",
            page.text()
        );
        page
    }

    pub async fn tries_to_sign_in(&self, email: &str, password: &str) -> Page {
        let asked = self.opens("/desk").await;
        let form =
            asked.form_with("password").unwrap_or_else(|| panic!("no way to sign in:\n{}", asked.html()));
        self.sends(&form.fill("email", email).fill("password", password)).await
    }

    fn address(&self, path: &str) -> String {
        if path.starts_with("http://") { path.to_owned() } else { format!("{}{path}", self.base) }
    }

    fn submission(&self) -> HeaderMap {
        let mut headers = navigation("same-origin");
        headers.insert("origin", HeaderValue::from_str(&self.base).expect("an origin"));
        headers
    }
}

fn navigation(site: &'static str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert("accept", HeaderValue::from_static("text/html,application/xhtml+xml,*/*;q=0.8"));
    headers.insert("sec-fetch-site", HeaderValue::from_static(site));
    headers.insert("sec-fetch-mode", HeaderValue::from_static("navigate"));
    headers.insert("sec-fetch-dest", HeaderValue::from_static("document"));
    headers
}

pub(super) const BOUNDARY: &str = "a-line-of-lamps";

fn multipart(fields: &[(String, String)]) -> String {
    let part = |(name, value): &(String, String)| {
        format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    fields.iter().map(part).chain([format!("--{BOUNDARY}--\r\n")]).collect()
}

/// The last part of a form, with a file in it.
pub(super) fn file_part(field: &str, name: &str, bytes: &[u8]) -> Vec<u8> {
    let head = format!(
        "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"{name}\"\r\n\r\n"
    );
    [head.as_bytes(), bytes, format!("\r\n--{BOUNDARY}--\r\n").as_bytes()].concat()
}
