//! The JSON API.

use serde_json::Value;

#[derive(Clone)]
pub struct Api {
    base: String,
    token: Option<String>,
    client: reqwest::Client,
}

/// An answer of the API.
#[derive(Debug, Clone)]
pub struct Reply {
    asked: String,
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub text: String,
}

impl Api {
    pub fn new(base: &str, token: Option<&str>) -> Api {
        let client = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none());
        Api {
            base: base.to_owned(),
            token: token.map(str::to_owned),
            client: client.build().expect("a client"),
        }
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.send("GET", path, None).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Reply {
        self.send("POST", path, Some(body)).await
    }

    pub async fn patch(&self, path: &str, body: Value) -> Reply {
        self.send("PATCH", path, Some(body)).await
    }

    pub async fn delete(&self, path: &str) -> Reply {
        self.send("DELETE", path, None).await
    }

    pub async fn send(&self, method: &str, path: &str, body: Option<Value>) -> Reply {
        self.try_send(method, path, body)
            .await
            .unwrap_or_else(|e| panic!("{method} {path} was not answered: {e}"))
    }

    /// A file for the publication.
    pub async fn sends_file(&self, name: &str, bytes: &[u8]) -> Reply {
        let mut request = self.client.post(format!("{}/api/v1/media", self.base));
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        let media_type = format!("multipart/form-data; boundary={}", super::visitor::BOUNDARY);
        let body = super::visitor::file_part("file", name, bytes);
        let response = request.header("content-type", media_type).body(body).send().await.expect("an answer");
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.text().await.expect("a body");
        Reply { asked: format!("POST {name}"), status, headers, text }
    }

    /// For stories in which the server may die before it answers.
    pub async fn try_send(
        &self,
        method: &str,
        path: &str,
        body: Option<Value>,
    ) -> Result<Reply, reqwest::Error> {
        let method = method.parse::<reqwest::Method>().expect("a method");
        let asked = format!("{method} {path}");
        let mut request = self.client.request(method, format!("{}{path}", self.base));
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        let response = request.send().await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Ok(Reply { asked, status, headers, text: response.text().await? })
    }
}

impl Reply {
    pub fn is(self, status: u16) -> Reply {
        assert_eq!(self.status, status, "{}: {}", self.asked, self.text);
        self
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text)
            .unwrap_or_else(|e| panic!("{}: no JSON ({e}): {}", self.asked, self.text))
    }

    /// A problem as RFC 9457 describes it, with this status, and something a person can read.
    pub fn problem(self, status: u16) -> Value {
        let reply = self.is(status);
        let media_type = reply.header("content-type");
        assert!(
            media_type.starts_with("application/problem+json"),
            "{}: {media_type}: {}",
            reply.asked,
            reply.text
        );
        let problem = reply.json();
        assert_eq!(problem["status"], status, "{problem}");
        assert!(problem["title"].as_str().is_some_and(|title| !title.is_empty()), "{problem}");
        problem
    }

    /// A response header, or nothing.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// `items` of a list.
    pub fn items(&self) -> Vec<Value> {
        let json = self.json();
        json["items"].as_array().unwrap_or_else(|| panic!("{}: no list: {json}", self.asked)).clone()
    }
}
